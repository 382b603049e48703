/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads replies in which any member may be missing: a missing one reads as 0, "" or empty. */
#ifndef TVTRACE_CLIENT_JSON_READ_H
#define TVTRACE_CLIENT_JSON_READ_H

#include <stdbool.h>

#include <json-c/json.h>

#include "common/answer.h"
#include "common/charges.h"
#include "common/histogram.h"

/* Returns NULL if there is no such member. `object` may be NULL. */
struct json_object *read_member(struct json_object *object, const char *key);

u64 read_number(struct json_object *object, const char *key);
double read_double(struct json_object *object, const char *key);
bool read_bool(struct json_object *object, const char *key);

/* The text is valid as long as the object is. */
const char *read_text(struct json_object *object, const char *key);

/* Reads a member that is an object with a number for each of n names. */
void read_named(struct json_object *object, const char *key, const char *const *names, u64 *v,
		int n);

/* Access to an array. The result is NULL or 0 if there is no such item, or if it is no array. */
struct json_object *read_item(struct json_object *array, size_t i);
size_t read_length(struct json_object *array);

/* Reads the first n items of an array as numbers. */
void read_numbers(struct json_object *array, u64 *v, int n);

/* Reads a histogram with `count`, `sum_ns`, `min_ns`, `max_ns` and `buckets`, and adds it to h. */
void read_histogram(struct json_object *object, struct histogram *h);

/*
 * Reads the charges of a group, of what has ended, or of a thread. `switches` names the member that
 * has the switches into it by kind; `reasons` has those out of it.
 */
void read_charges(struct json_object *object, const char *switches, struct json_object *reasons,
		  struct charges *c);

/* Reads the member `created` of a group or of what has ended, but for its resident size. */
void read_created(struct json_object *object, struct created *c);

/* Fills count and sum_ns of f from the part `cost_sums` of a reply. */
void read_answer_figures(struct json_object *reply, struct answer_figures *f);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading a reply that may lack anything: what is not there is 0, "" or empty. */
#ifndef TVTRACE_CLIENT_JSON_READ_H
#define TVTRACE_CLIENT_JSON_READ_H

#include <json-c/json.h>

#include "common/histogram.h"

/* NULL: not there. `object` may be NULL. */
struct json_object *read_member(struct json_object *object, const char *key);

u64 read_number(struct json_object *object, const char *key);
double read_double(struct json_object *object, const char *key);

/* Valid as long as the object. */
const char *read_text(struct json_object *object, const char *key);

/* A member that is an object with a number for each kind. */
void read_by_kind(struct json_object *object, const char *key, u64 v[NR_KINDS]);

/* Of an array: NULL and 0 where it has no such item, or is none. */
struct json_object *read_item(struct json_object *array, size_t i);
size_t read_length(struct json_object *array);

/* Its first n items, which are numbers. */
void read_numbers(struct json_object *array, u64 *v, int n);

/* A histogram with `count`, `sum_ns`, `min_ns`, `max_ns` and `buckets`, added to h. */
void read_histogram(struct json_object *object, struct histogram *h);

#endif

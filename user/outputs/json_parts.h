/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Makes the members of --json and of replies on the control socket. Each function returns a new
 * object; the caller must put it or add it to another object. When json-c is out of memory, its
 * NULL becomes a JSON null. doc/json.md and doc/protocol.md explain the members.
 */
#ifndef TVTRACED_OUTPUTS_JSON_PARTS_H
#define TVTRACED_OUTPUTS_JSON_PARTS_H

#include <json-c/json.h>

#include "collect/snapshot.h"

typedef struct json_object json;

json *json_part_number(u64 v);

/* Untrusted bytes up to NUL, escaped by name_escape(). */
json *json_part_text(const char *s);

/* A histogram of switches of this kind, with its buckets. */
json *json_part_of_kind(int kind, const struct histogram *h);

json *json_part_features(const struct snapshot *s);
json *json_part_accounting(const struct snapshot *s);
json *json_part_switches(const struct snapshot *s);
json *json_part_cost(const struct snapshot *s);
json *json_part_cost_by_from(const struct snapshot *s);
json *json_part_histograms(const struct snapshot *s); /* cost_by_from with buckets */
/* These are NULL, a JSON null, when waits are not measured. */
json *json_part_wait(const struct snapshot *s);
json *json_part_wait_by_after(const struct snapshot *s);   /* those that occurred */
json *json_part_wait_histograms(const struct snapshot *s); /* the same with buckets */
json *json_part_creations(const struct snapshot *s);	   /* NULL: not counted */
json *json_part_tlb(const struct snapshot *s);		   /* NULL: not counted */
json *json_part_ring(const struct snapshot *s);
json *json_part_probe(const struct snapshot *s);

/* These are in json_tasks.c. */
json *json_part_other(const struct snapshot *s);
json *json_part_group(const struct group *g);
json *json_part_group_counts(const struct group *g);
json *json_part_group_name(const struct group *g);
json *json_part_group_cost(const struct group *g);
json *json_part_ended(const struct ended *e);
json *json_part_thread(const struct thread *t);

#endif

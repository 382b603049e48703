/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the members of --json and of the replies on the control socket are made of. Each function
 * returns a new object, the caller's to put or to add to another; out of memory, json-c's NULL is a
 * JSON null. What they mean: doc/json.md and doc/protocol.md.
 */
#ifndef TVTRACED_OUTPUTS_JSON_PARTS_H
#define TVTRACED_OUTPUTS_JSON_PARTS_H

#include <json-c/json.h>

#include "collect/snapshot.h"

typedef struct json_object json;

json *json_part_number(u64 v);

/* Bytes from outside, up to NUL, escaped: see name_escape. */
json *json_part_text(const char *s);

json *json_part_features(const struct snapshot *s);
json *json_part_accounting(const struct snapshot *s);
json *json_part_switches(const struct snapshot *s);
json *json_part_cost(const struct snapshot *s);
json *json_part_cost_by_from(const struct snapshot *s);
json *json_part_histograms(const struct snapshot *s); /* cost_by_from with buckets */
json *json_part_ring(const struct snapshot *s);
json *json_part_probe(const struct snapshot *s);
json *json_part_other(const struct snapshot *s);

json *json_part_group(const struct group *g);
json *json_part_group_counts(const struct group *g);
json *json_part_group_name(const struct group *g);
json *json_part_group_cost(const struct group *g);
json *json_part_ended(const struct ended *e);
json *json_part_thread(const struct thread *t);

#endif

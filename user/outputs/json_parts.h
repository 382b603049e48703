/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the members of --json and of the replies on the control socket are made of. Each function
 * returns a new object, the caller's to put or to add to another; out of memory, json-c's NULL is a
 * JSON null. What they mean: README.md and include/protocol.md.
 */
#ifndef TVTRACED_MEMBERS_H
#define TVTRACED_MEMBERS_H

#include <json-c/json.h>

#include "publication.h"

typedef struct json_object json;

json *member_number(u64 v);

/* Bytes from outside, up to NUL, escaped: see name_escape. */
json *member_text(const char *s);

json *member_features(const struct publication *p);
json *member_accounting(const struct publication *p);
json *member_switches(const struct publication *p);
json *member_cost(const struct publication *p);
json *member_cost_by_from(const struct publication *p);
json *member_histograms(const struct publication *p); /* cost_by_from with buckets */
json *member_ring(const struct publication *p);
json *member_probe(const struct publication *p);
json *member_other(const struct publication *p);

json *member_group(const struct group *g);
json *member_group_counts(const struct group *g);
json *member_group_name(const struct group *g);
json *member_group_cost(const struct group *g);
json *member_ended(const struct ended *e);
json *member_thread(const struct thread *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the client knows of thread groups, threads and applications: kept from reply to reply, and
 * how it grew in between.
 */
#ifndef TVTRACE_LISTS_MODEL_H
#define TVTRACE_LISTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "client/session.h"
#include "lists/row.h"

struct model;

/* What rows it is to have. */
enum model_what { MODEL_GROUPS, MODEL_THREADS };

/* tgid: of this group only; 0: all. session stays the caller's. */
struct model *model_new(struct session *session, enum model_what what, u32 tgid);
void model_free(struct model *m);

/*
 * Asks once more; from the second time on rows have grown. Returns an exit status as session_ask
 * does.
 */
int model_refresh(struct model *m);

/*
 * As of the last refresh; the rows are valid until the next one. In no particular order: what
 * lives, and what ended and has grown since the refresh before.
 */
size_t model_nr_rows(const struct model *m);
const struct row *model_row(const struct model *m, size_t i);

/* CLOCK_MONOTONIC of the daemon's host at the last refresh, and ns since the one before. */
u64 model_time_ns(const struct model *m);
u64 model_interval_ns(const struct model *m);

/* The whole last reply, with the part `accounting`, `host`, `probe`, `ring`, `recent`; the model's.
 */
struct json_object *model_reply(const struct model *m);

/*
 * Applications, made of groups: an array of *n rows, the caller's to free; their text is the
 * model's.
 */
struct row *model_applications(const struct model *m, size_t *n);

#endif

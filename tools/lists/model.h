/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The client's state of thread groups, threads and applications. It is kept from reply to reply,
 * and tells how much each row grew in between.
 */
#ifndef TVTRACE_LISTS_MODEL_H
#define TVTRACE_LISTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "client/session.h"
#include "lists/row.h"

struct model;

/* The kind of rows that a model has. */
enum model_what { MODEL_GROUPS, MODEL_THREADS };

/* tgid restricts the model to one thread group; 0: all. The session stays the caller's. */
struct model *model_new(struct session *session, enum model_what what, u32 tgid);
void model_free(struct model *m);

/*
 * Asks the daemon again; from the second refresh on, rows show their growth. Returns an exit status
 * as session_ask() does.
 */
int model_refresh(struct model *m);

/*
 * The rows as of the last refresh, in no particular order; they are valid until the next one. They
 * are of everything that is alive, and of what ended or grew since the previous refresh.
 */
size_t model_nr_rows(const struct model *m);
const struct row *model_row(const struct model *m, size_t i);

/* CLOCK_MONOTONIC of the daemon's host at the last refresh, and ns since the one before. */
u64 model_time_ns(const struct model *m);
u64 model_interval_ns(const struct model *m);

/*
 * The whole last reply, with the parts `accounting`, `host`, `probe`, `ring`, `recent` and
 * `cost_sums`; it is owned by the model.
 */
struct json_object *model_reply(const struct model *m);

/*
 * Sums up groups to applications. Returns an array of *n rows that the caller must free; its text
 * is owned by the model.
 */
struct row *model_applications(const struct model *m, size_t *n);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One reply on the control socket, made a piece at a time: lists may be long, and meanwhile the
 * rings fill.
 */
#ifndef TVTRACED_CONTROL_REPLY_H
#define TVTRACED_CONTROL_REPLY_H

#include <stdbool.h>

#include "control/buffer.h"
#include "control/look.h"
#include "control/request.h"

/* Where a reply is. */
struct reply {
	u32 parts; /* still to be made */
	u64 since;
	size_t slot; /* next one of the list that is being made */
	bool in_list, begun;
};

/*
 * Begins a reply to r with changes after `since`, and makes all but the lists. p is the instant
 * that it speaks of, seq its number.
 */
void reply_begin(struct reply *reply, const struct request *r, u64 since, u64 seq,
		 const struct snapshot *s, const struct control_facts *facts, struct buffer *out);

/*
 * Adds a piece of the lists: until about that time (clock_ns), or until the buffer holds 256 KiB.
 * Returns whether that was the last one, which ends the line.
 */
bool reply_continue(struct reply *reply, const struct request *r, const struct task_table *tasks,
		    u64 until_ns, struct buffer *out);

#endif

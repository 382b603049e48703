/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One reply on the control socket. It is made in pieces: a list may be long, and the ring buffers
 * fill meanwhile.
 */
#ifndef TVTRACED_CONTROL_REPLY_H
#define TVTRACED_CONTROL_REPLY_H

#include <stdbool.h>

#include "control/buffer.h"
#include "control/look.h"
#include "control/request.h"

/* Progress of a reply. */
struct reply {
	u32 parts; /* still to be made */
	u64 since;
	size_t slot; /* next slot of the list that is being made */
	bool in_list, begun;
};

/*
 * Begins a reply to r with changes after `since`, and makes all parts except the lists. s is the
 * snapshot that the reply describes, seq its number.
 */
void reply_begin(struct reply *reply, const struct request *r, u64 since, u64 seq,
		 const struct snapshot *s, const struct control_facts *facts, struct buffer *out);

/*
 * Adds entries of the lists until until_ns (clock_ns()) or until the buffer holds 256 KiB. Returns
 * whether the reply is complete, including the end of its line.
 */
bool reply_continue(struct reply *reply, const struct request *r, const struct task_table *tasks,
		    u64 until_ns, struct buffer *out);

#endif

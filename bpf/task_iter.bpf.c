// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Lists the tasks that already exist: reading the iterator gives one task_record for each. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "task_record.h"

SEC("iter/task")
int existing_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_record r = {};

	/* A zombie is left out, since no further event will tell of its end. */
	if (!task || task->exit_state)
		return 0;
	task_record_fill(&r, task, TASK_EXISTING);
	r.other = task->real_parent->tgid;
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	return 0;
}

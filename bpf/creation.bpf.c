// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Notices the beginning and the end of a creation. There are several pairs of programs, one for
 * each source (creation_source.c); userspace attaches the pair that it chose. Whatever the source
 * is, the creation of a child that its creator waits for (vfork, posix_spawn) ends when the child
 * may run: the rest of the call is the child's.
 */
#include "maps.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "creator.h"
#include "task_event.h"

volatile bool creations_by_timer = false;
volatile u32 creation_calibrate_tid = 0;
volatile u64 creation_ns = 0;

/* Reports a creation that has just ended. */
static __always_inline int creation_end(struct creator *c, u64 now)
{
	u64 begun = c->begun, child = c->child;
	struct task_record *r;
	bool whole;

	if (!child || !creation_is(c, child) || now <= begun)
		return 0;
	if (creation_calibrate_tid) {
		creation_ns = now - begun;
		c->child = 0;
		return 0;
	}
	r = task_event_reserve();
	if (!r)
		return 0;
	*r = c->event;
	r->ts_ns = now;
	r->cpu = bpf_get_smp_processor_id();
	r->created.duration_ns = now - begun;
	/* Another creator may have taken the slot meanwhile. */
	barrier();
	whole = creation_is(c, child);
	c->child = 0;
	c->check = 0;
	if (whole)
		task_event_submit(r);
	else
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline int on_call(void)
{
	creation_begin(bpf_get_current_task());
	return 0;
}

static __always_inline int on_return(u64 now)
{
	struct creator *c = creator_of_current();

	return c ? creation_end(c, now) : 0;
}

/* Attached with every source. */
SEC("?raw_tp/sched_wakeup_new")
int BPF_PROG(creation_wakeup, u64 task)
{
	u64 now = bpf_ktime_get_ns();
	struct creator *c = creator_of_current();

	if (!c || c->child != task || !(creations_by_timer || c->vfork))
		return 0;
	return creation_end(c, now);
}

SEC("?fentry/kernel_clone")
int BPF_PROG(creation_fentry)
{
	return on_call();
}

SEC("?fexit/kernel_clone")
int BPF_PROG(creation_fexit)
{
	return on_return(bpf_ktime_get_ns());
}

SEC("?kprobe/kernel_clone")
int creation_kprobe(struct pt_regs *ctx)
{
	return on_call();
}

SEC("?kretprobe/kernel_clone")
int creation_kretprobe(struct pt_regs *ctx)
{
	return on_return(bpf_ktime_get_ns());
}

/*
 * Early in a creation, __sched_fork() sets up the two timers of the child's deadline entity, which
 * are neighbours. Only task_newtask tells whether a timer was one of these. These are raw
 * tracepoints, since the verifier allows no arithmetic with typed pointers.
 */
static __always_inline int on_timer(u64 timer, u64 mode)
{
	struct cpu_state *cpu = cpu_state_of(bpf_get_smp_processor_id());
	u32 apart = bpf_core_field_offset(struct sched_dl_entity, inactive_timer) -
		    bpf_core_field_offset(struct sched_dl_entity, dl_timer);
	struct creator *c = creator_of_current();

	if (cpu)
		cpu->timers++;
	if (mode == HRTIMER_MODE_REL_HARD && c && (c->check ^ c->begun) != timer - apart)
		creation_begin(timer);
	return 0;
}

SEC("?raw_tp/hrtimer_setup")
int BPF_PROG(creation_hrtimer_setup, u64 timer, u64 clock, u64 mode)
{
	return on_timer(timer, mode);
}

/* Its name before Linux 6.15. */
SEC("?raw_tp/hrtimer_init")
int BPF_PROG(creation_hrtimer_init, u64 timer, u64 clock, u64 mode)
{
	return on_timer(timer, mode);
}

/* Attached to tracepoints of system calls by their names. */
SEC("?tp")
int creation_enter(void *ctx)
{
	return on_call();
}

SEC("?tp")
int creation_leave(void *ctx)
{
	return on_return(bpf_ktime_get_ns());
}

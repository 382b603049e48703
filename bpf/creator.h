/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a creation takes: from its beginning, which one of several programs notices
 * (creation.bpf.c), over task_newtask, which tells of which task it is, to its end. All three are
 * in the creator's context.
 */
#ifndef TVTRACED_BPF_CREATOR_H
#define TVTRACED_BPF_CREATOR_H

#include "maps.h"

#include <bpf/bpf_core_read.h>

#include "creation.h"
#include "task_flags.h"
#include "task_record.h"

/*
 * True if creations begin where the child's timer is set up. They are then known by that timer's
 * address, and otherwise by that of the creator.
 */
extern volatile bool creations_by_timer;

/*
 * While this is a tid, creations by that thread alone are timed, and none is reported; creation_ns
 * has the last one's time.
 */
extern volatile u32 creation_calibrate_tid;

/* mm_struct before Linux 6.2. */
struct mm_rss_stat___before_6_2 {
	atomic_long_t count[4];
};

struct mm_struct___before_6_2 {
	struct mm_rss_stat___before_6_2 rss_stat;
};

enum {
	/* Of an array of counters that begins MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS. */
	FILE_PAGES = 0,
	ANON_PAGES = 1,
	SHMEM_PAGES = 3,
};

static __always_inline u64 not_negative(s64 v)
{
	return v > 0 ? v : 0;
}

/*
 * Returns the resident pages of mm. Since Linux 6.2 each CPU keeps some of them to itself, so that
 * the sum is exact to a few hundred pages for each CPU that the process runs on. Returns 0 where
 * the kernel keeps them in another way.
 */
static __always_inline u64 resident_pages(struct mm_struct *mm)
{
	struct mm_struct___before_6_2 *old = (void *)mm;

	if (!mm)
		return 0;
	if (bpf_core_field_exists(old->rss_stat.count))
		return not_negative(BPF_CORE_READ(old, rss_stat.count[FILE_PAGES].counter)) +
		       not_negative(BPF_CORE_READ(old, rss_stat.count[ANON_PAGES].counter)) +
		       not_negative(BPF_CORE_READ(old, rss_stat.count[SHMEM_PAGES].counter));
	if (!bpf_core_field_exists(mm->rss_stat[0].count))
		return 0;
	return not_negative(BPF_CORE_READ(mm, rss_stat[FILE_PAGES].count)) +
	       not_negative(BPF_CORE_READ(mm, rss_stat[ANON_PAGES].count)) +
	       not_negative(BPF_CORE_READ(mm, rss_stat[SHMEM_PAGES].count));
}

static __always_inline struct creator *creator_of_current(void)
{
	u32 slot = (u32)bpf_get_current_pid_tgid() & (CREATOR_SLOTS - 1);

	return bpf_map_lookup_elem(&creators, &slot);
}

/* `known_by`: see creations_by_timer. */
static __always_inline void creation_begin(u64 known_by)
{
	struct creator *c = creator_of_current();

	if (!c)
		return;
	c->child = 0;
	c->begun = bpf_ktime_get_ns();
	c->check = known_by ^ c->begun;
}

static __always_inline bool creation_is(const struct creator *c, u64 child)
{
	u64 known_by = bpf_get_current_task();

	if (creations_by_timer && bpf_core_field_exists(struct task_struct, dl.dl_timer))
		known_by = child + bpf_core_field_offset(struct task_struct, dl.dl_timer);
	return (c->check ^ c->begun) == known_by;
}

/* At task_newtask. */
static __always_inline void creation_born(struct task_struct *child, u64 clone_flags,
					  enum creation kind)
{
	struct creator *c = creator_of_current();
	struct task_struct *creator = (void *)bpf_get_current_task();
	u64 address = 0;

	/* The verifier allows no arithmetic with a pointer, but with what is read from memory. */
	bpf_probe_read_kernel(&address, sizeof(address), &child);
	if (!c || !creation_is(c, address))
		return;
	if (creation_calibrate_tid && (u32)bpf_get_current_pid_tgid() != creation_calibrate_tid)
		return;
	task_record_fill(&c->event, child, TASK_CREATED);
	task_record_created(&c->event, kind);
	c->event.created.creator = (u32)bpf_get_current_pid_tgid();
	c->event.created.resident_pages = resident_pages(BPF_CORE_READ(creator, mm));
	c->vfork = !!(clone_flags & CLONE_VFORK);
	c->child = address;
}

#endif

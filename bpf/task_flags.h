/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_TASK_FLAGS_H
#define TVTRACED_BPF_TASK_FLAGS_H

/* task->flags bits are macros in linux/sched.h and so are not in BTF. */
#define PF_KTHREAD 0x00200000

#endif

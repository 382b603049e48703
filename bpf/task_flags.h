/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_TASK_FLAGS_H
#define TVTRACED_BPF_TASK_FLAGS_H

/* task->flags bits are macros in linux/sched.h and so are not in BTF. */
#define PF_KTHREAD 0x00200000

/* So are clone_flags, in uapi/linux/sched.h. */
#define CLONE_VM 0x00000100
#define CLONE_VFORK 0x00004000
#define CLONE_THREAD 0x00010000

#endif

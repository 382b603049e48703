/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What kind of task was created, by its clone_flags: clone(2). */
#ifndef TVTRACED_CREATION_H
#define TVTRACED_CREATION_H

enum creation {
	CREATED_THREAD,	 /* CLONE_THREAD: in the group of its creator; also workers of io_uring */
	CREATED_PROCESS, /* neither this nor CLONE_VM: fork(2), with an address space of its own */
	CREATED_VM_PROCESS, /* CLONE_VM alone: vfork(2) and posix_spawn(3) */
	CREATED_KERNEL,	    /* a kernel thread */
	NR_CREATIONS,
};

#endif

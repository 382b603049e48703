/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exit statuses of tvtraced. --help prints them and doc/manual.md lists them. */
#ifndef TVTRACED_COMMON_EXIT_STATUS_H
#define TVTRACED_COMMON_EXIT_STATUS_H

enum exit_status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	 /* anything that has no status of its own */
	STATUS_USAGE = 2,	 /* a bad option */
	STATUS_NO_PRIVILEGE = 3, /* not root, or BPF is denied */
	STATUS_NO_BTF = 4,	 /* the kernel does not describe its types */
	STATUS_NO_RINGBUF = 5,	 /* the kernel has no BPF ring buffer */
	STATUS_NO_SWITCH = 6,	 /* the kernel has no sched_switch to attach to */
	STATUS_TEXTFILE = 7,	 /* the textfile cannot be written */
	STATUS_ALREADY_RUNS = 8, /* another instance holds the lock */
	STATUS_SOCKET = 9,	 /* the control socket cannot be made */
};

#endif

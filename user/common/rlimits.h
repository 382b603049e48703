/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Resource limits of this process (getrlimit(2)). One that is reached shows as any error: libbpf,
 * for one, says ESRCH when it gets no memory for the kernel's types.
 */
#ifndef TVTRACED_COMMON_RLIMITS_H
#define TVTRACED_COMMON_RLIMITS_H

/* Raises the soft limit of descriptors to the hard one: each client and each CPU needs some. */
void rlimits_raise(void);

/*
 * Prints "cannot WHAT: ERROR; WAY OUT" and returns status. Where a limit is the cause, ERROR and
 * WAY OUT tell of that, and STATUS_FAILED is returned; otherwise WAY OUT is way_out, NULL for none.
 * err is -errno.
 */
int rlimits_fail(int status, int err, const char *way_out, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

#endif

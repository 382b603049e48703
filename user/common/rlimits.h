/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Resource limits of this process (getrlimit(2)). Reaching a limit can show as any error: libbpf,
 * for example, returns ESRCH when it gets no memory for the kernel's types.
 */
#ifndef TVTRACED_COMMON_RLIMITS_H
#define TVTRACED_COMMON_RLIMITS_H

/*
 * Raises the soft limit of file descriptors to the hard limit, because each client and each CPU
 * needs some.
 */
void rlimits_raise(void);

/*
 * Prints "cannot WHAT: ERROR; WAY OUT" and returns status. If a resource limit is the cause, ERROR
 * and WAY OUT tell of that limit, and STATUS_FAILED is returned. Otherwise ERROR is that of err,
 * which is -errno, and WAY OUT is way_out; NULL leaves it out.
 */
int rlimits_fail(int status, int err, const char *way_out, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

#endif

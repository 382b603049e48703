// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/rlimits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "common/error.h"
#include "common/exit_status.h"

enum {
	/* No single step of the startup needs more than this. */
	SPARE_BYTES = 24 << 20,
	SPARE_DESCRIPTORS = 32,
	TEXT_LEN = 160,
	THING_LEN = 1024, /* may contain a path */
};

void rlimits_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Stores the soft limit in *value. Returns false when there is no limit. */
static bool is_limited(int resource, unsigned long long *value)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return false;
	*value = limit.rlim_cur;
	return true;
}

static bool lacks_memory(void)
{
	void *spare =
		mmap(NULL, SPARE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (spare == MAP_FAILED)
		return true;
	munmap(spare, SPARE_BYTES);
	return false;
}

static bool lacks_descriptors(void)
{
	int fds[SPARE_DESCRIPTORS], n = 0;
	bool lacks;

	while (n < SPARE_DESCRIPTORS && (fds[n] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	lacks = n < SPARE_DESCRIPTORS && errno == EMFILE;
	while (n)
		close(fds[--n]);
	return lacks;
}

/*
 * Before Linux 5.11, the memory of BPF maps counts as locked. If a small map can still be created,
 * the limit is what stopped a larger one.
 */
static bool lacks_locked_memory(int err)
{
	unsigned int major, minor;
	struct utsname u;
	int fd;

	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2 || major > 5 ||
	    (major == 5 && minor > 10))
		return false;
	if (err != -EPERM && err != -ENOMEM)
		return false;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, sizeof(int), sizeof(int), 1, NULL);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/*
 * Looks for a limit that caused err. Writes what is lacking and which limit to raise to text;
 * returns false when no limit is the cause.
 */
static bool find_cause(int err, char text[TEXT_LEN])
{
	unsigned long long value;

	if (is_limited(RLIMIT_NOFILE, &value) && lacks_descriptors()) {
		snprintf(text, TEXT_LEN,
			 "%s; RLIMIT_NOFILE is %llu: raise it (ulimit -n), to 256 and 4 for each "
			 "CPU",
			 strerror(EMFILE), value);
		return true;
	}
	if (is_limited(RLIMIT_AS, &value) && lacks_memory()) {
		snprintf(text, TEXT_LEN, "%s; RLIMIT_AS is %llu KiB: raise it (ulimit -v)",
			 strerror(ENOMEM), value >> 10);
		return true;
	}
	if (is_limited(RLIMIT_DATA, &value) && lacks_memory()) {
		snprintf(text, TEXT_LEN, "%s; RLIMIT_DATA is %llu KiB: raise it (ulimit -d)",
			 strerror(ENOMEM), value >> 10);
		return true;
	}
	if (is_limited(RLIMIT_MEMLOCK, &value) && lacks_locked_memory(err)) {
		snprintf(text, TEXT_LEN,
			 "%s; RLIMIT_MEMLOCK is %llu KiB: raise it (ulimit -l unlimited), or grant "
			 "CAP_SYS_RESOURCE",
			 strerror(-err), value >> 10);
		return true;
	}
	return false;
}

int rlimits_fail(int status, int err, const char *way_out, const char *what, ...)
{
	char text[TEXT_LEN], thing[THING_LEN];
	va_list args;

	va_start(args, what);
	vsnprintf(thing, sizeof(thing), what, args);
	va_end(args);
	if (find_cause(err, text))
		return fail(STATUS_FAILED, "cannot %s: %s", thing, text);
	return fail(status, "cannot %s: %s%s%s", thing, strerror(-err), way_out ? "; " : "",
		    way_out ? way_out : "");
}

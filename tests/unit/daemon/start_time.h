/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_START_TIME_H
#define TVTRACED_START_TIME_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "unit.h"

/* Start time of a task as /proc has it, in ns: a tick of 10 ms exact. */
static inline u64 start_ns_of(pid_t pid)
{
	char path[64], line[1024], *at;
	unsigned long long ticks = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	at = strrchr(line, ')');
	/* Field 22; the parenthesis ends field 2. */
	for (int field = 2; field < 22; field++) {
		assert_non_null(at);
		at = strchr(at + 1, ' ');
	}
	assert_int_equal(sscanf(at, "%llu", &ticks), 1);
	return ticks * (1000000000ull / (u64)sysconf(_SC_CLK_TCK));
}

#endif

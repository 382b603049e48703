// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Limits in files that look like those of cgroups, in either version. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory_limit.h"
#include "unit.h"

static char root[] = "/tmp/tvtraced-limit-XXXXXX";

/* Makes a file, and the folders above it. */
static void put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *at = path + sizeof(root); *at; at++)
		if (*at == '/') {
			*at = '\0';
			mkdir(path, 0755);
			*at = '/';
		}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static u64 limit_of(const char *cgroups)
{
	char path[PATH_MAX];

	put("cgroup", cgroups);
	snprintf(path, sizeof(path), "%s/cgroup", root);
	return memory_limit_of(path, root);
}

static void test_the_least_of_all_above(void **state)
{
	(void)state;
	put("system.slice/memory.max", "2000000\n");
	put("system.slice/a.service/memory.max", "max\n");
	put("system.slice/b.service/memory.max", "1000000\n");
	assert_int_equal(limit_of("0::/system.slice/a.service\n"), 2000000);
	assert_int_equal(limit_of("0::/system.slice/b.service\n"), 1000000);
	assert_true(limit_of("0::/none\n") == UINT64_MAX);
	assert_true(limit_of("0::/\n") == UINT64_MAX);
	/* A container sees its own cgroup as the root. */
	put("memory.max", "3000000\n");
	assert_int_equal(limit_of("0::/\n"), 3000000);
	assert_int_equal(limit_of("0::/none\n"), 3000000);
	assert_int_equal(limit_of("0::/system.slice/a.service\n"), 2000000);
}

static void test_the_first_version(void **state)
{
	static const char cgroups[] =
		"5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n1:name=systemd:/y\n";

	(void)state;
	assert_true(limit_of("5:cpu,cpuacct:/docker/x\n") == UINT64_MAX);
	put("memory/docker/x/memory.limit_in_bytes", "4000000\n");
	assert_int_equal(limit_of(cgroups), 4000000);
	put("memory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_int_equal(limit_of(cgroups), 4000000);
}

static void test_what_is_no_such_file(void **state)
{
	(void)state;
	assert_true(limit_of("") == UINT64_MAX);
	assert_true(limit_of("nonsense\n::\n0:\n") == UINT64_MAX);
	assert_true(memory_limit_of("/nowhere", root) == UINT64_MAX);
}

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_such_file),
		cmocka_unit_test(test_the_first_version),
		cmocka_unit_test(test_the_least_of_all_above),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}

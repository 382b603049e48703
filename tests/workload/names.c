// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes with names that nobody should have, each of which sleeps and wakes until the end.
 *
 * usage: names HEX...    each HEX being the bytes of one name, possibly none
 */
#include "workload.h"

enum { NAP_NS = 1000000, NAME_BYTES = 16 };

static void name_from_hex(char *name, const char *hex)
{
	size_t n = strlen(hex) / 2;

	memset(name, 0, NAME_BYTES);
	for (size_t i = 0; i < n && i < NAME_BYTES - 1; i++) {
		const char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		name[i] = (char)strtoul(digits, NULL, 16);
	}
}

static void start(struct stage *s, struct task *t, const char *hex)
{
	char name[NAME_BYTES];
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return;
	die_with_parent();
	name_from_hex(name, hex);
	t->tid = own_tid();
	t->tgid = getpid();
	/* Named on the line, not before: tvtraced must learn it by itself. */
	advance(&s->ready);
	wait_until(&s->go, 1);
	if (prctl(PR_SET_NAME, name))
		fail("PR_SET_NAME");
	advance(&s->done);
	while (!atomic_load(&s->end))
		nap(NAP_NS);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct stage *stage = stage_new(-1, false);

	if (argc - 1 > MAX_TASKS) {
		fprintf(stderr, "names: at most %d names\n", MAX_TASKS);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		start(stage, stage_add(stage, "name"), argv[i]);
	stage_run(stage);
	while (wait(NULL) > 0)
		;
	return 0;
}

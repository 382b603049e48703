// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A real refusal by this kernel: needs root. */
#include "probes/verifier_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "common/error.h"
#include "record.h"
#include "tvtraced.skel.h"
#include "unit.h"

/* What is written to standard error until it is read. */
static FILE *catch_stderr(int *before)
{
	FILE *caught = tmpfile();

	fflush(stderr);
	*before = dup(STDERR_FILENO);
	dup2(fileno(caught), STDERR_FILENO);
	return caught;
}

static char *release_stderr(FILE *caught, int before)
{
	char *text = NULL;
	size_t size = 0;

	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(caught);
	if (getdelim(&text, &size, '\0', caught) < 0)
		text[0] = '\0';
	fclose(caught);
	return text;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static void a_refusal_is_explained(void **state)
{
	/* exit, while R0 has no value yet. */
	struct bpf_insn exit_at_once = {.code = BPF_JMP | BPF_EXIT};
	struct tvtraced_bpf *skel;
	struct bpf_program *program;
	int before, err;
	FILE *caught;
	char *logs, *text;

	(void)state;
	if (geteuid() != 0)
		skip();
	libbpf_set_print(quiet);
	verbose = true;
	skel = tvtraced_bpf__open();
	assert_non_null(skel);
	bpf_object__for_each_program(program, skel->obj)
		bpf_program__set_autoload(program, program == skel->progs.clocks);
	assert_int_equal(bpf_program__set_insns(skel->progs.clocks, &exit_at_once, 1), 0);
	logs = verifier_log_request(skel->obj);
	err = tvtraced_bpf__load(skel);
	assert_true(err < 0);
	caught = catch_stderr(&before);
	verifier_log_tell_refused(skel->obj);
	text = release_stderr(caught, before);
	assert_non_null(strstr(text, "clocks: "));
	assert_non_null(strstr(text, "R0 !read_ok"));
	free(text);
	free(logs);
	tvtraced_bpf__destroy(skel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	/* R0 = R5, which has no value yet. */
	static const struct bpf_insn bad = {
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 0, .src_reg = 5};
	struct tvtraced_bpf *skel;
	struct bpf_program *program;
	struct bpf_insn *insns;
	int before, err;
	size_t n;
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
	n = bpf_program__insn_cnt(skel->progs.clocks);
	insns = calloc(n, sizeof(*insns));
	memcpy(insns, bpf_program__insns(skel->progs.clocks), n * sizeof(*insns));
	insns[0] = bad;
	assert_int_equal(bpf_program__set_insns(skel->progs.clocks, insns, n), 0);
	logs = verifier_log_request(skel->obj);
	err = tvtraced_bpf__load(skel);
	assert_true(err < 0);
	caught = catch_stderr(&before);
	verifier_log_tell_refused(skel->obj);
	text = release_stderr(caught, before);
	assert_non_null(strstr(text, "clocks: "));
	assert_non_null(strstr(text, "R5 !read_ok"));
	free(text);
	free(logs);
	free(insns);
	tvtraced_bpf__destroy(skel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

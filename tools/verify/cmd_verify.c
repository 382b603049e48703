// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `verify`: does on this host what is known to be right, and looks whether the daemon says the
 * same. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_print.h"
#include "client/json_read.h"
#include "common/arguments.h"
#include "common/array.h"
#include "common/error.h"
#include "common/std_streams.h"
#include "verify/check.h"

enum { NAME_WIDTH = 32 };

struct verify_command {
	struct common common;
	struct json_object *checks; /* with --json */
	int failed, skipped, passed;
};

static const char *const verdict_words[] = {
	[VERDICT_PASS] = "PASS", [VERDICT_FAIL] = "FAIL", [VERDICT_SKIP] = "SKIP"};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct verify_command *c = state->input;

	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	common_init(&c->common, state);
	return 0;
}

static bool in_json(const struct verify_command *c)
{
	return c->common.output == OUTPUT_JSON;
}

static void tell(struct verify_command *c, const char *name, const struct finding *f)
{
	struct json_object *o;

	c->passed += f->verdict == VERDICT_PASS;
	c->failed += f->verdict == VERDICT_FAIL;
	c->skipped += f->verdict == VERDICT_SKIP;
	if (!in_json(c)) {
		printf("%s  %-*s  %s\n", verdict_words[f->verdict], NAME_WIDTH, name, f->said);
		fflush(stdout);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "name", json_object_new_string(name));
	json_object_object_add(o, "verdict", json_object_new_string(verdict_words[f->verdict]));
	json_object_object_add(o, "said", json_object_new_string(f->said));
	json_object_array_add(c->checks, o);
}

static int run_checks(struct verify_command *c, struct verify *v)
{
	const struct {
		const struct check *checks;
		size_t n;
	} lists[] = {{switch_checks, nr_switch_checks},
		     {task_checks, nr_task_checks},
		     {host_checks, nr_host_checks}};

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (size_t i = 0; i < lists[l].n; i++) {
			struct finding f = {.verdict = VERDICT_SKIP};
			int status = lists[l].checks[i].run(v, &f);

			if (status)
				return status;
			if (interrupted())
				return fail(CLIENT_FAILED, "stopped before all checks were made");
			tell(c, lists[l].checks[i].name, &f);
		}
	return CLIENT_OK;
}

static void print_end(struct verify_command *c, const struct verify *v)
{
	struct json_object *host = read_member(v->first->reply, "host"), *o;

	if (!in_json(c)) {
		printf("%s  Linux %s, cost source %s: %d passed, %d failed, %d skipped\n",
		       verdict_words[c->failed ? VERDICT_FAIL : VERDICT_PASS],
		       read_text(host, "kernel"), read_text(host, "cost_source"), c->passed,
		       c->failed, c->skipped);
		return;
	}
	o = json_print_begin();
	json_object_object_add(o, "kernel", json_object_new_string(read_text(host, "kernel")));
	json_object_object_add(o, "cost_source",
			       json_object_new_string(read_text(host, "cost_source")));
	json_object_object_add(o, "checks", c->checks);
	json_object_object_add(o, "passed", json_object_new_int(c->passed));
	json_object_object_add(o, "failed", json_object_new_int(c->failed));
	json_object_object_add(o, "skipped", json_object_new_int(c->skipped));
	c->checks = NULL;
	json_print_end(o);
}

static int run(struct verify_command *c)
{
	struct verify v = {.cpu = stage_cpu()};
	struct evidence first = {0};
	const char *missing;
	int status;

	interrupt_catch();
	if (in_json(c))
		c->checks = json_object_new_array();
	status = session_open(&v.session, c->common.socket);
	if (!status)
		status = evidence_take(&first, v.session, NULL, &missing);
	v.first = &first;
	if (!status && first.reply)
		status = run_checks(c, &v);
	if (!status && first.reply)
		print_end(c, &v);
	json_object_put(c->checks);
	evidence_release(&first);
	session_close(v.session);
	if (!status)
		status = common_output_status(std_streams_flush());
	return status || !c->failed ? status : CLIENT_FAILED;
}

int command_verify(int argc, char **argv)
{
	static const struct argp_child children[] = {{.argp = &common_once_argp}, {0}};
	static const struct argp argp = {
		.parser = parse,
		.children = children,
		.doc = "Checks on this host and kernel that what the running tvtraced says is "
		       "right. "
		       "It takes some seconds. Tasks of its own do what is known beforehand: pairs "
		       "that hand a CPU to each other, tasks that wait, and tasks that are "
		       "created. "
		       "What the daemon says of them is compared with the kernel's counters, and "
		       "with "
		       "what the tasks themselves see."
		       "\v"
		       "A line for each check, with its figures: PASS, FAIL, or SKIP where this "
		       "host "
		       "has not what the check is about. The exit status is 0 if none failed, and "
		       "1 "
		       "otherwise. As root, the tasks run in real time on the last CPU, for some "
		       "milliseconds at a time."};
	struct verify_command c = {0};

	arguments_parse(&argp, argc, argv, &c);
	return run(&c);
}

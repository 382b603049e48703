// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `tlb`: what switches do to the TLB, and whether that is counted. */
#include <argp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_print.h"
#include "client/json_read.h"
#include "client/session.h"
#include "common/arguments.h"
#include "common/error.h"
#include "common/names.h"
#include "common/std_streams.h"

struct tlb_command {
	struct common common;
	enum { SHOW, TURN_ON, TURN_OFF } what;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct tlb_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		common_init(&c->common, state);
		return 0;
	case ARGP_KEY_ARG:
		if (c->what == SHOW && !strcmp(arg, "on"))
			c->what = TURN_ON;
		else if (c->what == SHOW && !strcmp(arg, "off"))
			c->what = TURN_OFF;
		else
			exit(fail(CLIENT_USAGE, "'%s': give on or off, or neither to see", arg));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print_text(json_object *reply)
{
	json_object *list = read_member(reply, "tlb"), *host = read_member(reply, "host");
	double counted_s = read_double(host, "tlb_counted_ns") / 1e9;

	if (read_bool(host, "tlb_counting"))
		printf("counted now, and for %.1f s in all; adds about 60 ns to the cost of each "
		       "process switch\n",
		       counted_s);
	else if (list)
		printf("not counted now; it was for %.1f s\n", counted_s);
	else
		puts("not counted; `tvtrace tlb on' begins to");
	if (list)
		printf("%-8s %15s %15s %15s\n", "kind", tlb_names[TLB_FLUSH], tlb_names[TLB_REUSE],
		       tlb_names[TLB_NONE]);
	for (size_t i = 0; i < read_length(list); i++) {
		json_object *o = read_item(list, i);

		printf("%-8s", read_text(o, "kind"));
		for (int k = 0; k < NR_TLB_OUTCOMES; k++)
			printf(" %15" PRIu64, read_number(o, tlb_names[k]));
		putchar('\n');
	}
}

static void print_json(json_object *reply)
{
	json_object *o = json_print_begin(), *host = read_member(reply, "host");
	static const char *const members[] = {"tlb_counting", "tlb_counted_ns"};

	json_object_object_add(o, "time_ns", json_object_new_uint64(read_number(reply, "time_ns")));
	for (size_t i = 0; i < 2; i++)
		json_object_object_add(o, members[i],
				       json_object_get(read_member(host, members[i])));
	json_object_object_add(o, "tlb", json_object_get(read_member(reply, "tlb")));
	json_print_end(o);
}

static int run(const struct tlb_command *c)
{
	static const char *const requests[] = {
		[SHOW] = "\"op\":\"snapshot\",\"parts\":[\"host\",\"tlb\"]",
		[TURN_ON] = "\"op\":\"set\",\"tlb\":true,\"parts\":[\"host\",\"tlb\"]",
		[TURN_OFF] = "\"op\":\"set\",\"tlb\":false,\"parts\":[\"host\",\"tlb\"]",
	};
	json_object *reply = NULL;
	struct session *session;
	int status;

	interrupt_catch();
	status = session_open(&session, c->common.socket);
	if (!status)
		status = session_ask(session, requests[c->what], &reply);
	session_close(session);
	if (status || !reply)
		return status;
	if (c->common.output == OUTPUT_JSON)
		print_json(reply);
	else
		print_text(reply);
	json_object_put(reply);
	return common_output_status(std_streams_flush());
}

int command_tlb(int argc, char **argv)
{
	static const struct argp_child children[] = {{.argp = &common_once_argp}, {0}};
	static const struct argp argp = {
		.parser = parse,
		.children = children,
		.args_doc = "[on|off]",
		.doc = "What the switches of each kind have done to the TLB (x86) while that was "
		       "counted: `flush\': page tables were loaded, and all entries dropped; "
		       "`reuse\': the entries of that address space were still there (PCID); "
		       "`none\': neither."
		       "\v"
		       "`on\' begins to count, and `off\' ends it; only root may, and not while "
		       "captures run. Counting adds about 60 ns to the cost of each switch that "
		       "changes the address space, so costs that were measured meanwhile are said "
		       "to contain it."};
	struct tlb_command c = {.what = SHOW};

	arguments_parse(&argp, argc, argv, &c);
	return run(&c);
}

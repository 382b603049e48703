// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tvtrace: asks the running tvtraced who switches, how often, and at what cost. */
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "common/arguments.h"
#include "common/array.h"
#include "common/error.h"
#include "common/signals.h"
#include "common/std_streams.h"
#include "version.h"

static int help(int argc, char **argv);

static const struct command commands[] = {
	{"status", command_status, "how the daemon is, and whether anything was lost"},
	{"hist", command_hist, "histograms of the cost of switches"},
	{"groups", command_groups, "thread groups, or applications, by what switching costs them"},
	{"threads", command_threads, "the threads of one thread group"},
	{"top", command_top, "all of these, full screen"},
	{"advise", command_advise, "threads or processes: what an application is, and would be"},
	{"bench", command_bench, "what threads and processes cost on this host"},
	{"verify", command_verify, "checks on this host that what the daemon says is right"},
	{"tlb", command_tlb, "what switches do to the TLB, and whether that is counted"},
	{"capture", command_capture, "a trace of the last seconds, of the next ones, or both"},
	{"trigger", command_trigger, "saves the last seconds when a condition holds"},
	{"report", command_report, "what a capture has, in text, JSON, CSV or HTML"},
	{"help", help, "this, or all about one command"},
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_usage(FILE *out)
{
	fprintf(out, "usage: tvtrace COMMAND [OPTION...]\n\n"
		     "Asks the running tvtraced who switches, how often, and at what cost.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\n`tvtrace help COMMAND' tells a command's options and columns.\n"
		     "Exit status: 0 all is well; 1 a failure, of `status' also that something was "
		     "lost in\nthe last minute, of `report' that something of the file is missing, "
		     "of\n`verify' "
		     "that a check failed; 2 no daemon answers; 3 a bad option.\n");
}

static int run(const struct command *command, int argc, char **argv)
{
	char name[64];

	snprintf(name, sizeof(name), "tvtrace %s", command->name);
	argv[0] = name;
	return command->run(argc, argv);
}

static int help(int argc, char **argv)
{
	static char option[] = "--help";
	char *arguments[] = {NULL, option, NULL};
	const struct command *command;

	if (argc < 2) {
		print_usage(stdout);
		return CLIENT_OK;
	}
	command = find(argv[1]);
	if (command && command->run == help && argc == 2) {
		print_usage(stdout);
		return CLIENT_OK;
	}
	if (!command || argc > 2)
		return fail(CLIENT_USAGE, "help: '%s': there is no such command; see tvtrace help",
			    argv[argc - 1]);
	return run(command, 2, arguments);
}

int main(int argc, char **argv)
{
	const struct command *command;
	int status;

	std_streams_init(CLIENT_FAILED);
	signals_ignore_rest();
	program_name = "tvtrace";
	arguments_bad_status = CLIENT_USAGE;
	if (argc < 2) {
		print_usage(stderr);
		return CLIENT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-?")) {
		print_usage(stdout);
		return CLIENT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("tvtrace " TVTRACED_VERSION);
		return CLIENT_OK;
	}
	command = find(argv[1]);
	if (!command)
		return fail(CLIENT_USAGE, "'%s': there is no such command; see tvtrace help",
			    argv[1]);
	status = run(command, argc - 1, argv + 1);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tvtrace's subcommands: one file each, one row each in the table of tvtrace.c. */
#ifndef TVTRACE_CLIENT_COMMAND_H
#define TVTRACE_CLIENT_COMMAND_H

/* Exit statuses of tvtrace; `tvtrace help` and doc/manual.md list them. */
enum client_status {
	CLIENT_OK = 0,
	CLIENT_FAILED = 1, /* for `status` also: switches were lost in the last minute */
	CLIENT_NO_DAEMON = 2,
	CLIENT_USAGE = 3,
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is "tvtrace NAME"; returns an exit status */
	const char *summary;
};

int command_status(int argc, char **argv);
int command_hist(int argc, char **argv);
int command_groups(int argc, char **argv);
int command_threads(int argc, char **argv);
int command_top(int argc, char **argv);
int command_advise(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_tlb(int argc, char **argv);
int command_capture(int argc, char **argv);
int command_trigger(int argc, char **argv);
int command_report(int argc, char **argv);

#endif

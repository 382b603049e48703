// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tvtraced: what context switches cost on this host, and which of them are of which kind. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "common/error.h"
#include "common/exit_status.h"
#include "common/rlimits.h"
#include "common/signals.h"
#include "common/std_streams.h"
#include "common/terminal_guard.h"
#include "daemon.h"
#include "lock.h"
#include "options.h"
#include "outputs/outputs.h"
#include "probes/features.h"
#include "show_features.h"

#define LOCK_PATH "/run/tvtraced.lock"

/* libbpf's messages are printed only with --verbose; we report errors ourselves, once. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	char text[1024];

	(void)level;
	if (!verbose)
		return 0;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	verbose_log("%s", text);
	return 0;
}

static bool may_trace(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &header, data))
		return true; /* unknown: loading the programs will tell */
	if (data[0].effective & 1u << CAP_SYS_ADMIN)
		return true;
	return data[1].effective & 1u << (CAP_BPF - 32) &&
	       data[1].effective & 1u << (CAP_PERFMON - 32);
}

static int read_features(struct features *f)
{
	int err = features_probe(f);

	if (err)
		return rlimits_fail(STATUS_NO_BTF, err,
				    "use a kernel built with CONFIG_DEBUG_INFO_BTF",
				    "read the kernel's BTF in /sys/kernel/btf/vmlinux");
	for (int i = 0; i < NR_FEATURES; i++)
		verbose_log("%s: %s (%s)", feature_infos[i].name, f->has[i] ? "yes" : "no",
			    f->how[i]);
	return STATUS_OK;
}

/* Checks the features without which tvtraced cannot work. */
static int check_kernel(const struct features *f)
{
	if (!f->has[FEATURE_KERNEL_READS])
		return fail(STATUS_NO_PRIVILEGE,
			    "the kernel is locked down (lockdown=confidentiality): no program may "
			    "read its memory; boot it with lockdown=integrity, or without");
	if (!f->has[FEATURE_SCHED_SWITCH])
		return fail(STATUS_NO_SWITCH,
			    "this kernel has no sched_switch tracepoint for BPF; use "
			    "a kernel built with CONFIG_BPF_EVENTS and "
			    "CONFIG_TRACEPOINTS, 5.8 or later");
	if (!f->has[FEATURE_RING_BUFFER])
		return fail(STATUS_NO_RINGBUF,
			    "this kernel has no BPF ring buffer; use kernel 5.8 or later");
	if (!f->has[FEATURE_TASK_ITERATOR])
		return fail(STATUS_FAILED,
			    "this kernel has no BPF iterator of tasks; use kernel 5.8 or later");
	if (!f->has[FEATURE_TASK_RENAME])
		return fail(STATUS_FAILED, "this kernel has no task_rename tracepoint for BPF, on "
					   "which the probes are timed; use another kernel");
	return STATUS_OK;
}

static int take_lock(void)
{
	int holder, err = lock_take(LOCK_PATH, &holder);

	if (err == -EWOULDBLOCK)
		return fail(STATUS_ALREADY_RUNS,
			    "another tvtraced runs already (pid %d, lock " LOCK_PATH
			    "); stop it first, or use it",
			    holder);
	/*
	 * If the lock file cannot be created for lack of permission, or on a read-only or missing
	 * /run, tracing matters more than the lock.
	 */
	if (err == -EACCES || err == -EPERM || err == -EROFS || err == -ENOENT)
		warn("cannot lock " LOCK_PATH ": %s; another tvtraced will not be noticed",
		     strerror(-err));
	else if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL, "lock " LOCK_PATH);
	return STATUS_OK;
}

static int run(void *ctx)
{
	const struct options *options = ctx;
	struct features features = {0};
	int status;

	rlimits_raise();
	if (!may_trace())
		return fail(STATUS_NO_PRIVILEGE,
			    "no privilege to trace the kernel; run as root, or "
			    "with CAP_BPF and CAP_PERFMON");
	status = read_features(&features);
	if (!status)
		status = check_kernel(&features);
	if (!status)
		status = take_lock();
	if (!status)
		status = daemon_run(options, &features);
	return status;
}

static int tell_features(const struct options *options)
{
	struct features features = {0};
	int status;

	rlimits_raise();
	status = read_features(&features);

	return status ? status : show_features(stdout, &features, options, may_trace());
}

int main(int argc, char **argv)
{
	struct options options;

	std_streams_init(STATUS_FAILED);
	signals_ignore_rest();
	options_parse(&options, argc, argv);
	libbpf_set_print(print_libbpf);
	if (options.features)
		return tell_features(&options);
	if (outputs_want_terminal(&options.output))
		return terminal_guard_run(run, &options, STATUS_FAILED);
	return run(&options);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sets up the daemon's parts and releases them. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "common/rlimits.h"
#include "common/signals.h"
#include "daemon_private.h"
#include "memory_limit.h"
#include "outputs/stderr_stream.h"
#include "priority.h"
#include "probes/programs.h"
#include "tables/procfs.h"

enum {
	/*
	 * Limits of the task table; switches of further tasks are charged to `other`. A thread
	 * takes about 200 bytes, a group 1 KiB.
	 */
	MAX_THREADS = 200000,
	MAX_GROUPS = 50000,
	RECORDER_PART = 4, /* of the memory limit, unless --recorder says how much */
	LEAST_RECORDER_BYTES = 1 << 20,
};

static void fill_host(struct daemon *d)
{
	const struct probes_info *info = probes_info(d->probes);
	struct utsname u;

	uname(&u);
	memcpy(d->host.kernel, u.release, sizeof(d->host.kernel) - 1);
	d->host.cost_source = info->cost_source;
	d->host.cost_reason = info->cost_reason;
	d->host.features = &info->features;
	d->host.wait_reason = info->wait_reason;
	d->host.creation = info->creation;
	d->host.cost_bias_ns = info->cost_bias_ns;
	d->host.probe_entry_ns = info->probe_entry_ns;
	d->host.ring_bytes = info->ring_bytes;
	d->host.start_ns = clock_ns();
	d->publication.now.host = &d->host;
	d->publication.now.time_ns = d->host.start_ns;
	d->publication.now.tasks = d->tasks;
	control_note(d->control, d->host.start_ns, &(struct accounting){0});
}

/*
 * Turns signals into signalfd events. This comes before any thread is created, since a thread that
 * does not block the signals could take them.
 */
static int take_signals(struct daemon *d)
{
	static const int of_terminals[] = {SIGWINCH, SIGTSTP, SIGCONT};
	sigset_t set;

	signals_ending(&set);
	for (size_t i = 0; i < ARRAY_SIZE(of_terminals); i++)
		if (!signals_ignored(of_terminals[i]))
			sigaddset(&set, of_terminals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return d->signal_fd < 0 ? -errno : 0;
}

static void check_procfs(struct daemon *d)
{
	if (!procfs_check(probes_info(d->probes)->own_tgid))
		warn("/proc shows another pid namespace than the host's: command lines, cgroups "
		     "and units "
		     "are not known; run in the host's, with its /proc");
}

/* A daemon that the kernel kills for its memory is of no use to anybody. */
static size_t wanted_recorder(const struct options *o)
{
	u64 limit = memory_limit(), part = limit / RECORDER_PART;

	if (!o->socket || o->recorder_given || part >= o->recorder_bytes)
		return o->socket ? o->recorder_bytes : 0;
	part = part > LEAST_RECORDER_BYTES ? part : LEAST_RECORDER_BYTES;
	warn("this cgroup may have %" PRIu64 " MiB of memory: the flight recorder keeps %" PRIu64
	     " MiB; --recorder gives another size",
	     limit >> 20, part >> 20);
	return part;
}

static int open_control(struct daemon *d, unsigned int cpus)
{
	const struct control_source source = {.ctx = d,
					      .fill = daemon_fill_snapshot,
					      .count_tlb = daemon_count_tlb,
					      .tasks = d->tasks,
					      .recorder = d->recorder,
					      .cpus = cpus};

	if (!d->options->socket)
		return STATUS_OK;
	return control_open(&d->control, d->options->socket, !d->options->socket_given, &source);
}

/* --tlb needs the tracepoint, and the end of a switch, which tells what is inside of it. */
static int check_tlb(const struct options *o, const struct features *f)
{
	if (!o->tlb)
		return STATUS_OK;
	if (!f->has[FEATURE_TLB_FLUSH])
		return fail(STATUS_FAILED, "--tlb: this kernel does not tell: %s; leave it out",
			    f->how[FEATURE_TLB_FLUSH]);
	if (o->cost_source && cost_source_is_none(o->cost_source))
		return fail(STATUS_USAGE,
			    "--tlb needs a cost source; leave out --cost-source=none");
	return STATUS_OK;
}

/*
 * Attaches the task events first, then reads the existing tasks, then attaches the switch programs,
 * so that no task is missed.
 */
int daemon_start(struct daemon *d, const struct features *f)
{
	struct programs_config config = {
		.ring_bytes = d->options->ring_bytes,
		.cost_source = d->options->cost_source,
		.creation_source = d->options->creation_source,
		.waits = d->options->waits,
	};
	int status, err;

	err = take_signals(d);
	if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL, "take signals");
	status = check_tlb(d->options, f);
	if (!status)
		status = programs_count_cpus(&config.cpus);
	if (!status)
		status = outputs_open(&d->outputs, &d->options->output);
	if (!status)
		status = probes_load(&d->probes, f, &config);
	if (status)
		return status;
	check_procfs(d);
	d->tasks = task_table_new(config.cpus, MAX_THREADS, MAX_GROUPS);
	d->details = proc_details_new(d->tasks, MAX_GROUPS,
				      d->options->output.json || d->options->socket);
	if (!d->details)
		return rlimits_fail(STATUS_FAILED, -errno, NULL,
				    "start the thread that reads command lines");
	d->recorder = recorder_new(wanted_recorder(d->options));
	d->collector = collector_new(d->probes, d->tasks, d->recorder);
	if (!d->collector)
		return rlimits_fail(STATUS_FAILED, -errno, NULL, "open the ring buffers");
	status = open_control(d, config.cpus);
	if (!status)
		status = probes_attach_tasks(d->probes);
	if (status)
		return status;
	err = daemon_read_existing_tasks(d);
	if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL, "read the list of tasks");
	proc_details_read(d->details, UINT64_MAX);
	fill_host(d);
	err = priority_raise();
	if (err)
		verbose_log("no real-time priority: %s; more may be spilled", strerror(-err));
	err = d->options->tlb ? collector_count_tlb(d->collector, true) : 0;
	if (err)
		return programs_fail("attach", "tlb_flush", err);
	status = probes_attach_switches(d->probes);
	if (status)
		return status;
	err = stderr_stream_start();
	if (!err)
		err = outputs_start(d->outputs);
	if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL,
				    "start the threads for standard output and error");
	err = daemon_watch(d);
	return err ? rlimits_fail(STATUS_FAILED, err, NULL, "start the event loop") : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void daemon_cleanup(struct daemon *d)
{
	control_close(d->control);
	outputs_close(d->outputs);
	collector_free(d->collector);
	recorder_free(d->recorder);
	proc_details_free(d->details);
	task_table_free(d->tasks);
	probes_free(d->probes);
	histograms_release(&d->publication.now.histograms);
	histograms_release(&d->publication.interval);
	stderr_stream_stop();
	loop_close(&d->loop);
	close_fd(d->timer_fd);
	close_fd(d->stop_fd);
	close_fd(d->signal_fd);
}

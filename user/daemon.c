// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "collect/collector.h"
#include "collect/publication.h"
#include "collect/recorder.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "common/rlimits.h"
#include "common/signals.h"
#include "control/control.h"
#include "outputs/outputs.h"
#include "outputs/screen.h"
#include "outputs/stderr_stream.h"
#include "priority.h"
#include "probes/probes.h"
#include "probes/programs.h"
#include "tables/proc_details.h"
#include "tables/procfs.h"

enum {
	/* What does not fit is charged to `other`. About 200 bytes a thread, 1 KiB a group. */
	MAX_THREADS = 200000,
	MAX_GROUPS = 50000,
	/* How long whoever told us to stop waits for a reader who takes nothing. */
	PATIENCE_MS = 5000,
};

#define MS 1000000ull

/* How long /proc is read while the rings wait, how often, how soon after a task event, and when
 * some is left. */
#define DETAILS_SLICE_NS (2 * MS)
#define DETAILS_PERIOD_NS (1000 * MS)
#define DETAILS_SOON_NS (100 * MS)
#define DETAILS_PAUSE_NS (10 * MS)
/* How long what has ended waits at most until all CPUs are drained; and when it is much. */
#define SETTLE_PERIOD_NS (1000 * MS)
#define SETTLE_SOON_NS (5 * MS)
#define MUCH_ENDED 4096
/* How long the tasks that exist are read likewise. */
#define RESYNC_SLICE_NS (2 * MS)
/* How often it is looked at whether they must be, whatever the interval of publications. */
#define MEND_PERIOD_NS (1000 * MS)
/* Slices before a publication, so that what is new is in its own application from the start. */
#define DETAILS_SLICES 50

/* Who never waits loses its priority in the end (priority.h): after so long, a short rest. */
#define BUSY_MOST_NS (15 * MS)
#define REST_NS (MS / 10)

static const int stdin_fd = STDIN_FILENO;

struct daemon {
	const struct options *options;
	struct probes *probes;
	struct task_table *tasks;
	struct collector *collector;
	struct proc_details *details;
	struct recorder *recorder;
	struct outputs *outputs;
	struct control *control; /* NULL: none */
	struct host_facts host;
	struct publication publication;
	u64 lost_seen; /* task events lost as of the last resync */
	u64 details_due_ns;
	u64 synced_ns; /* when all CPUs were drained last, and tasks that had ended settled */
	u64 mended_ns;
	u64 waited_ns;	/* until when it had nothing to do */
	u64 drained_ns; /* until when the rings were drained, or nothing was to be done */
	int epoll_fd, timer_fd, stop_fd, signal_fd;
	bool stop;
	bool told; /* to stop, by a signal */
	int status;
};

/* So long have the rings waited for something else to be done. */
static void note_pause(struct daemon *d)
{
	control_note_pause(d->control, clock_ns() - d->drained_ns);
}

static void drain(struct daemon *d)
{
	note_pause(d);
	collector_drain(d->collector);
	d->drained_ns = clock_ns();
	if (proc_details_waiting(d->details) && d->details_due_ns > d->drained_ns + DETAILS_SOON_NS)
		d->details_due_ns = d->drained_ns + DETAILS_SOON_NS;
}

/* There may be many: meanwhile the rings fill. */
static void on_existing_tasks(void *ctx, const struct task_record *r, size_t n)
{
	struct daemon *d = ctx;

	for (size_t i = 0; i < n; i++) {
		/* What lost events would have told captures. */
		if (d->host.start_ns &&
		    !task_table_knows(d->tasks, r[i].tid, BIRTH_OF(r[i].start_ns)))
			recorder_task(d->recorder, &r[i], NULL);
		task_table_event(d->tasks, &r[i]);
	}
	/* Before the start there is nothing to drain. */
	if (d->host.start_ns && clock_ns() - d->drained_ns > RESYNC_SLICE_NS)
		drain(d);
}

static bool lives(u32 tid, u32 birth)
{
	struct task_record r;

	return procfs_identify(tid, birth, &r);
}

static int read_existing_tasks(struct daemon *d)
{
	int err;

	task_table_resync_begin(d->tasks, clock_boot_ns());
	err = probes_each_task(d->probes, on_existing_tasks, d);
	if (!err)
		task_table_resync_end(d->tasks, clock_ns(), lives);
	return err;
}

/* Flushes and drains all CPUs, so that all counts are of now. */
static void sync_all(struct daemon *d)
{
	u64 begin = clock_ns();
	int err;

	note_pause(d);
	err = collector_sync(d->collector, true);
	if (err)
		warn("cannot flush a CPU: %s", strerror(-err));
	else
		task_table_settle(d->tasks, begin);
	d->synced_ns = begin;
	d->drained_ns = clock_ns();
}

/* Whatever the interval of publications: the table is for those that live. */
static void settle_if_due(struct daemon *d)
{
	size_t n = task_table_nr_unsettled(d->tasks);

	if (n && clock_ns() - d->synced_ns > (n > MUCH_ENDED ? SETTLE_SOON_NS : SETTLE_PERIOD_NS))
		sync_all(d);
}

static void read_details(struct daemon *d)
{
	bool more = proc_details_read(d->details, DETAILS_SLICE_NS);

	d->details_due_ns = clock_ns() + (more ? DETAILS_PAUSE_NS : DETAILS_PERIOD_NS);
}

/* For what came in the last minute, whatever the interval of publications. */
static void note_totals(struct daemon *d)
{
	struct accounting now;

	collector_fill_accounting(d->collector, &now);
	control_note(d->control, clock_ns(), &now);
}

/* For epoll_wait: until details are due. */
static int wait_ms(const struct daemon *d)
{
	u64 now = clock_ns();

	return now < d->details_due_ns ? (int)((d->details_due_ns - now + MS - 1) / MS) : 0;
}

/* Events that did not fit their ring, or last switches that were spilled: ask the kernel anew. */
static void mend_tasks(struct daemon *d)
{
	u64 lost = probes_task_events_lost(d->probes);
	int err;

	d->mended_ns = clock_ns();
	if (lost == d->lost_seen && !task_table_overdue(d->tasks, clock_ns()))
		return;
	if (lost != d->lost_seen)
		proc_details_note_all(d->details);
	d->lost_seen = lost;
	err = read_existing_tasks(d);
	if (err)
		warn("cannot read the list of tasks: %s; some names may be old", strerror(-err));
}

/* Also between publications: what a process was part of cannot be asked when it has gone. */
static void read_details_if_due(struct daemon *d)
{
	if (clock_ns() < d->details_due_ns)
		return;
	drain(d);
	if (clock_ns() - d->mended_ns > MEND_PERIOD_NS)
		mend_tasks(d);
	read_details(d);
	note_totals(d);
}

static void on_output_error(struct daemon *d, int err)
{
	d->stop = true;
	/* A reader that has gone (`| head`) is no failure; a failure is said once. */
	if (err == -EPIPE || d->status)
		return;
	if (err == -ECANCELED)
		d->status = fail(STATUS_FAILED, "whoever reads standard output takes nothing: the "
						"rest is not written");
	else
		d->status =
			fail(STATUS_FAILED, "cannot write to standard output: %s", strerror(-err));
}

/* All of it but accounting and cost. */
static void fill_snapshot(struct daemon *d, struct snapshot *s)
{
	d->host.rings = probes_info(d->probes)->rings; /* a CPU may have come up */
	s->host = &d->host;
	s->tasks = d->tasks;
	s->charged = snapshot_charged(d->tasks);
	s->time_ns = clock_ns();
	s->own_cpu_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
	s->own_rss_bytes = procfs_own_rss();
	/* The idle tasks are one of each. */
	s->nr_threads = task_table_nr_threads(d->tasks) - 1;
	s->nr_groups = task_table_nr_groups(d->tasks) - 1;
}

static void publish(struct daemon *d)
{
	struct publication *p = &d->publication;
	u64 before_ns = p->now.time_ns;
	int err;

	read_details(d);
	p->own_cpu_before_ns = p->now.own_cpu_ns;
	fill_snapshot(d, &p->now);
	collector_fill(d->collector, p);
	p->interval_ns = p->now.time_ns - before_ns;
	control_note(d->control, p->now.time_ns, &p->now.accounting);
	err = outputs_publish(d->outputs, p);
	task_table_published(d->tasks);
	if (err)
		on_output_error(d, err);
}

/* What a client is told: the present instant, whatever the interval of our own outputs. */
static void fill_for_control(void *ctx, struct snapshot *s)
{
	struct daemon *d = ctx;

	sync_all(d);
	collector_fill_totals(d->collector, &d->publication.now, s);
	fill_snapshot(d, s);
}

static int watch(struct daemon *d, int fd, void *about)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = about};

	return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

/* While the terminal is another job's, so are the keys. */
static int watch_keys(struct daemon *d)
{
	struct live_screen *screen = outputs_screen(d->outputs);

	if (!isatty(stdin_fd))
		return 0;
	if (screen && screen_has_terminal(screen))
		return watch(d, stdin_fd, (void *)&stdin_fd);
	epoll_ctl(d->epoll_fd, EPOLL_CTL_DEL, stdin_fd, NULL);
	return 0;
}

/* Ctrl-Z: the shell that gets the terminal next must find it as it was. */
static void stop_with_terminal(struct daemon *d)
{
	sigset_t stop;

	if (outputs_screen(d->outputs)) {
		screen_suspend(outputs_screen(d->outputs));
		watch_keys(d);
	}
	/* By default: where no shell could make it go on, the kernel does not stop it. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	raise(SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	d->drained_ns = clock_ns();
}

/* A shell that brings a running job to the foreground sends no signal. */
static void go_on_with_terminal(struct daemon *d)
{
	struct live_screen *screen = outputs_screen(d->outputs);

	if (!screen || screen_has_terminal(screen) || !screen_resume(screen))
		return;
	watch_keys(d);
	outputs_redraw(d->outputs, &d->publication);
}

static void on_timer(struct daemon *d)
{
	u64 ticks;

	if (read(d->timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	for (int i = 0; i < DETAILS_SLICES && proc_details_read(d->details, DETAILS_SLICE_NS); i++)
		drain(d);
	mend_tasks(d);
	sync_all(d);
	go_on_with_terminal(d);
	publish(d);
	drain(d);
}

static void on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signal_fd, &info, sizeof(info)) == sizeof(info))
		switch (info.ssi_signo) {
		case SIGTSTP:
			stop_with_terminal(d);
			break;
		case SIGCONT:
			go_on_with_terminal(d);
			break;
		case SIGWINCH:
			outputs_redraw(d->outputs, &d->publication);
			break;
		default:
			d->stop = d->told = true;
		}
}

static void on_key(struct daemon *d)
{
	struct live_screen *screen = outputs_screen(d->outputs);
	enum screen_keys keys = screen ? screen_keys(screen) : SCREEN_NO_KEY;

	if (keys == SCREEN_NO_KEY)
		return;
	d->stop = true;
	/* As SIGHUP, which comes only from the controlling terminal. */
	d->told = d->told || keys == SCREEN_GONE;
}

static int start_timer(int *fd, u64 first_ns, u64 period_ns)
{
	struct itimerspec t = {
		.it_value = clock_span(first_ns),
		.it_interval = {(time_t)(period_ns / NSEC_PER_SEC),
				(long)(period_ns % NSEC_PER_SEC)},
	};

	*fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return *fd < 0 || timerfd_settime(*fd, 0, &t, NULL) ? -errno : 0;
}

static int start_loop(struct daemon *d)
{
	const struct options *o = d->options;
	u64 stop_ns = o->output.once ? o->output.interval_ns : o->duration_ns;
	int err = 0;

	d->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (d->epoll_fd < 0)
		return -errno;
	err = watch(d, d->signal_fd, &d->signal_fd);
	if (!err)
		err = collector_watch(d->collector, d->epoll_fd, &d->collector);
	if (!err && stop_ns) {
		err = start_timer(&d->stop_fd, stop_ns, 0);
		if (!err)
			err = watch(d, d->stop_fd, &d->stop_fd);
	}
	if (!err && !o->output.once) {
		err = start_timer(&d->timer_fd, o->output.interval_ns, o->output.interval_ns);
		if (!err)
			err = watch(d, d->timer_fd, &d->timer_fd);
	}
	if (!err && d->control)
		err = watch(d, control_fd(d->control), &d->control);
	if (!err && outputs_fd(d->outputs) >= 0)
		err = watch(d, outputs_fd(d->outputs), &d->outputs);
	if (!err && outputs_screen(d->outputs))
		err = watch_keys(d);
	return err;
}

static void dispatch(struct daemon *d, const void *about)
{
	if (about == &d->timer_fd)
		on_timer(d);
	else if (about == &d->signal_fd)
		on_signal(d);
	else if (about == &d->stop_fd)
		d->stop = true;
	else if (about == &d->collector)
		drain(d);
	else if (about == &d->control)
		control_run(d->control);
	else if (about == &d->outputs)
		on_output_error(d, outputs_error(d->outputs));
	else
		on_key(d);
}

static int wait_for_events(struct daemon *d, struct epoll_event *events, int most)
{
	u64 before = clock_ns();
	int n;

	priority_renew();
	if (before - d->waited_ns > BUSY_MOST_NS) {
		nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
		d->waited_ns = clock_ns();
	}
	n = epoll_wait(d->epoll_fd, events, most, wait_ms(d));
	d->drained_ns = clock_ns();
	if (d->drained_ns - before > REST_NS)
		d->waited_ns = d->drained_ns;
	return n;
}

static int loop(struct daemon *d)
{
	struct epoll_event events[16];
	int n;

	while (!d->stop) {
		n = wait_for_events(d, events, ARRAY_SIZE(events));
		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && !d->stop; i++)
			dispatch(d, events[i].data.ptr);
		read_details_if_due(d);
		settle_if_due(d);
		note_pause(d);
	}
	return 0;
}

/* The kernel's own count goes on after the detach, so the check comes before it. */
static void finish(struct daemon *d)
{
	int err;

	mend_tasks(d);
	collector_sync(d->collector, true);
	probes_detach(d->probes);
	collector_sync(d->collector, false);
	d->publication.final = true;
	publish(d);
	/* Nothing is lost any more while a reader takes its time. */
	err = outputs_finish(d->outputs, d->signal_fd, d->told ? PATIENCE_MS : -1);
	if (err)
		on_output_error(d, err);
}

static void fill_host(struct daemon *d)
{
	const struct probes_info *info = probes_info(d->probes);
	struct utsname u;

	uname(&u);
	memcpy(d->host.kernel, u.release, sizeof(d->host.kernel) - 1);
	d->host.cost_source = info->cost_source;
	d->host.cost_reason = info->cost_reason;
	d->host.features = &info->features;
	d->host.cost_bias_ns = info->cost_bias_ns;
	d->host.probe_entry_ns = info->probe_entry_ns;
	d->host.ring_bytes = info->ring_bytes;
	d->host.start_ns = clock_ns();
	d->publication.now.host = &d->host;
	d->publication.now.time_ns = d->host.start_ns;
	d->publication.now.tasks = d->tasks;
	control_note(d->control, d->host.start_ns, &(struct accounting){0});
}

/* Signals become readable events, before any thread is made that could take them otherwise. */
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

static int open_control(struct daemon *d, unsigned int cpus)
{
	const struct control_source source = {d, fill_for_control, d->tasks, d->recorder, cpus};

	if (!d->options->socket)
		return STATUS_OK;
	return control_open(&d->control, d->options->socket, !d->options->socket_given, &source);
}

/* Task events first, then the tasks that exist, then the switches: no task is missed. */
static int start(struct daemon *d, const struct features *f)
{
	unsigned int cpus;
	int status, err;

	err = take_signals(d);
	if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL, "take signals");
	status = programs_count_cpus(&cpus);
	if (!status)
		status = outputs_open(&d->outputs, &d->options->output);
	if (!status)
		status = probes_load(&d->probes, f, cpus, d->options->ring_bytes,
				     d->options->cost_source);
	if (status)
		return status;
	check_procfs(d);
	d->tasks = task_table_new(cpus, MAX_THREADS, MAX_GROUPS);
	d->details = proc_details_new(d->tasks, MAX_GROUPS,
				      d->options->output.json || d->options->socket);
	if (!d->details)
		return rlimits_fail(STATUS_FAILED, -errno, NULL,
				    "start the thread that reads command lines");
	d->recorder = recorder_new(d->options->socket ? d->options->recorder_bytes : 0);
	d->collector = collector_new(d->probes, d->tasks, d->recorder);
	if (!d->collector)
		return rlimits_fail(STATUS_FAILED, -errno, NULL, "open the ring buffers");
	status = open_control(d, cpus);
	if (!status)
		status = probes_attach_tasks(d->probes);
	if (status)
		return status;
	err = read_existing_tasks(d);
	if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL, "read the list of tasks");
	proc_details_read(d->details, UINT64_MAX);
	fill_host(d);
	err = priority_raise();
	if (err)
		verbose_log("no real-time priority: %s; more may be spilled", strerror(-err));
	status = probes_attach_switches(d->probes);
	if (status)
		return status;
	err = stderr_stream_start();
	if (!err)
		err = outputs_start(d->outputs);
	if (err)
		return rlimits_fail(STATUS_FAILED, err, NULL,
				    "start the threads for standard output and error");
	err = start_loop(d);
	return err ? rlimits_fail(STATUS_FAILED, err, NULL, "start the event loop") : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void cleanup(struct daemon *d)
{
	control_close(d->control);
	outputs_close(d->outputs);
	collector_free(d->collector);
	recorder_free(d->recorder);
	proc_details_free(d->details);
	task_table_free(d->tasks);
	probes_free(d->probes);
	for (int i = 0; i < NR_CELLS; i++) {
		histogram_release(&d->publication.now.cost[i]);
		histogram_release(&d->publication.interval_cost[i]);
	}
	stderr_stream_stop();
	close_fd(d->epoll_fd);
	close_fd(d->timer_fd);
	close_fd(d->stop_fd);
	close_fd(d->signal_fd);
}

int daemon_run(const struct options *o, const struct features *f)
{
	/* Static: two hundred pages of histogram heads and counters are no matter for the stack. */
	static struct daemon d;
	int err;

	d = (struct daemon){
		.options = o, .epoll_fd = -1, .timer_fd = -1, .stop_fd = -1, .signal_fd = -1};
	d.status = start(&d, f);
	if (!d.status) {
		err = loop(&d);
		if (err)
			d.status =
				fail(STATUS_FAILED, "cannot wait for events: %s", strerror(-err));
		finish(&d);
	}
	cleanup(&d);
	return d.status;
}

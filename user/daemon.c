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

#include "collector.h"
#include "error.h"
#include "exit_status.h"
#include "outputs.h"
#include "priority.h"
#include "probes.h"
#include "procfs.h"
#include "publication.h"

enum {
	/* What does not fit is charged to `other`. About 200 bytes a thread, 1 KiB a group. */
	MAX_THREADS = 200000,
	MAX_GROUPS = 50000,
	/* Groups whose command line is read at one publication: two /proc files each. */
	DETAILS_PER_PUBLICATION = 100,
};

struct daemon {
	const struct options *options;
	struct probes *probes;
	struct task_table *tasks;
	struct collector *collector;
	struct outputs *outputs;
	struct host_facts host;
	struct publication publication;
	u64 lost_seen; /* task events lost as of the last resync */
	int epoll_fd, timer_fd, stop_fd, signal_fd;
	bool stop;
	int status;
};

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static u64 own_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static void on_existing_task(void *ctx, const struct task_record *r)
{
	struct daemon *d = ctx;

	task_table_event(d->tasks, r);
}

static bool lives(u32 tid, u32 birth)
{
	struct task_record r;

	return procfs_identify(tid, birth, &r);
}

static int read_existing_tasks(struct daemon *d)
{
	int err;

	task_table_resync_begin(d->tasks, now_ns());
	err = probes_each_task(d->probes, on_existing_task, d);
	if (!err)
		task_table_resync_end(d->tasks, lives);
	return err;
}

static void read_details(struct daemon *d, size_t most)
{
	for (size_t i = 0; i < task_table_nr_groups(d->tasks) && most; i++) {
		struct group *g = task_table_group(d->tasks, i);

		if (g->details_read || !g->threads)
			continue;
		procfs_read_details(g);
		most--;
	}
}

/* Events that did not fit their ring, or last switches that were spilled: ask the kernel anew. */
static void mend_tasks(struct daemon *d)
{
	u64 lost = probes_task_events_lost(d->probes);
	int err;

	if (lost == d->lost_seen && !task_table_overdue(d->tasks, now_ns()))
		return;
	d->lost_seen = lost;
	err = read_existing_tasks(d);
	if (err)
		warn("cannot read the list of tasks: %s; some names may be old", strerror(-err));
}

static void count_living(struct daemon *d)
{
	struct publication *p = &d->publication;

	p->nr_threads = 0;
	p->nr_groups = 0;
	for (size_t i = 0; i < task_table_nr_groups(d->tasks); i++) {
		const struct group *g = task_table_group(d->tasks, i);

		if (!g->tgid || !g->threads)
			continue;
		p->nr_threads += g->threads;
		p->nr_groups++;
	}
}

static void publish(struct daemon *d)
{
	struct publication *p = &d->publication;
	u64 now = now_ns();
	int err;

	mend_tasks(d);
	if (d->options->json)
		read_details(d, DETAILS_PER_PUBLICATION);
	collector_fill(d->collector, p);
	d->host.rings = probes_info(d->probes)->rings; /* a CPU may have come up */
	p->interval_ns = now - p->now_ns;
	p->now_ns = now;
	p->own_cpu_before_ns = p->own_cpu_ns;
	p->own_cpu_ns = own_cpu_ns();
	p->own_rss_bytes = procfs_own_rss();
	count_living(d);
	err = outputs_publish(d->outputs, p);
	task_table_published(d->tasks);
	if (!err)
		return;
	d->stop = true;
	/* A reader that has gone (`| head`) is no failure; a failure is said once. */
	if (err != -EPIPE && !d->status)
		d->status =
			fail(STATUS_FAILED, "cannot write to standard output: %s", strerror(-err));
}

static void on_timer(struct daemon *d)
{
	u64 ticks;
	int err;

	if (read(d->timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	err = collector_sync(d->collector, true);
	if (err)
		warn("cannot flush a CPU: %s", strerror(-err));
	publish(d);
	collector_drain(d->collector);
}

static void on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			outputs_resize(d->outputs, &d->publication);
		else
			d->stop = true;
	}
}

static int watch(struct daemon *d, int fd, void *about)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = about};

	return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

static int start_timer(int *fd, u64 first_ns, u64 period_ns)
{
	const u64 second = 1000000000;
	struct itimerspec t = {
		.it_value = {(time_t)(first_ns / second), (long)(first_ns % second)},
		.it_interval = {(time_t)(period_ns / second), (long)(period_ns % second)},
	};

	*fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return *fd < 0 || timerfd_settime(*fd, 0, &t, NULL) ? -errno : 0;
}

static int start_loop(struct daemon *d)
{
	const struct options *o = d->options;
	u64 stop_ns = o->once ? o->interval_ns : o->duration_ns;
	static const int stdin_fd = STDIN_FILENO;
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
	if (!err && !o->once) {
		err = start_timer(&d->timer_fd, o->interval_ns, o->interval_ns);
		if (!err)
			err = watch(d, d->timer_fd, &d->timer_fd);
	}
	if (!err && outputs_take_keys(d->outputs))
		err = watch(d, stdin_fd, (void *)&stdin_fd);
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
		collector_drain(d->collector);
	else if (outputs_key_quits(d->outputs))
		d->stop = true;
}

static int loop(struct daemon *d)
{
	struct epoll_event events[16];
	int n;

	while (!d->stop) {
		priority_renew();
		n = epoll_wait(d->epoll_fd, events, sizeof(events) / sizeof(events[0]), -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && !d->stop; i++)
			dispatch(d, events[i].data.ptr);
	}
	return 0;
}

/* The kernel's own count goes on after the detach, so the check comes before it. */
static void finish(struct daemon *d)
{
	collector_sync(d->collector, true);
	probes_detach(d->probes);
	collector_sync(d->collector, false);
	d->publication.final = true;
	publish(d);
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
	d->host.start_ns = now_ns();
	d->publication.host = &d->host;
	d->publication.now_ns = d->host.start_ns;
	d->publication.tasks = d->tasks;
}

/* Signals become readable events, before any thread is made that could take them otherwise. */
static int take_signals(struct daemon *d)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return d->signal_fd < 0 ? -errno : 0;
}

/* Task events first, then the tasks that exist, then the switches: no task is missed. */
static int start(struct daemon *d, const struct features *f)
{
	int status, err;

	err = take_signals(d);
	if (err)
		return fail(STATUS_FAILED, "cannot take signals: %s", strerror(-err));
	status = outputs_open(&d->outputs, d->options);
	if (!status)
		status =
			probes_load(&d->probes, f, d->options->ring_bytes, d->options->cost_source);
	if (status)
		return status;
	d->tasks = task_table_new(probes_info(d->probes)->cpus, MAX_THREADS, MAX_GROUPS);
	d->collector = collector_new(d->probes, d->tasks);
	if (!d->collector)
		return fail(STATUS_FAILED, "cannot open the ring buffers: %s", strerror(errno));
	status = probes_attach_tasks(d->probes);
	if (status)
		return status;
	err = read_existing_tasks(d);
	if (err)
		return fail(STATUS_FAILED, "cannot read the list of tasks: %s", strerror(-err));
	read_details(d, MAX_GROUPS);
	fill_host(d);
	err = priority_raise();
	if (err)
		tell("no real-time priority: %s; more may be spilled", strerror(-err));
	status = probes_attach_switches(d->probes);
	if (status)
		return status;
	outputs_start(d->outputs);
	err = start_loop(d);
	return err ? fail(STATUS_FAILED, "cannot start the event loop: %s", strerror(-err)) : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void cleanup(struct daemon *d)
{
	outputs_close(d->outputs);
	collector_free(d->collector);
	task_table_free(d->tasks);
	probes_free(d->probes);
	for (int i = 0; i < NR_CELLS; i++) {
		histogram_release(&d->publication.cost[i]);
		histogram_release(&d->publication.interval_cost[i]);
	}
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

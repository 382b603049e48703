// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "daemon_private.h"
#include "outputs/screen.h"
#include "priority.h"
#include "tables/procfs.h"

enum {
	/*
	 * After a stop by signal: how long to wait for a standard output reader that makes no
	 * progress.
	 */
	PATIENCE_MS = 5000,
};

/*
 * Slices of reading /proc before a publication, so that new groups are in their own application
 * from the start.
 */
#define DETAILS_SLICES 50
#define DETAILS_SLICE_NS (2 * MS)

/*
 * A thread that never sleeps loses its real-time priority (priority.h), so after this time it rests
 * briefly.
 */
#define BUSY_MOST_NS (15 * MS)
#define REST_NS (MS / 10)

static void on_output_error(struct daemon *d, int err)
{
	d->stop = true;
	/* A reader that has exited (`| head`) is no failure; any failure is reported once. */
	if (err == -EPIPE || d->status)
		return;
	if (err == -ECANCELED)
		d->status = fail(STATUS_FAILED, "the reader of standard output takes nothing: the "
						"rest is not written");
	else
		d->status =
			fail(STATUS_FAILED, "cannot write to standard output: %s", strerror(-err));
}

/* Fills all of s except accounting and cost. */
static void fill_snapshot(struct daemon *d, struct snapshot *s)
{
	d->host.rings = probes_info(d->probes)->rings; /* a CPU may have come online */
	s->host = &d->host;
	s->tasks = d->tasks;
	s->charged = snapshot_charged(d->tasks);
	s->time_ns = clock_ns();
	s->own_cpu_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
	s->own_rss_bytes = procfs_own_rss();
	/* The idle tasks count as one thread and one group, which are left out. */
	s->nr_threads = task_table_nr_threads(d->tasks) - 1;
	s->nr_groups = task_table_nr_groups(d->tasks) - 1;
}

static void publish(struct daemon *d)
{
	struct publication *p = &d->publication;
	u64 before_ns = p->now.time_ns;
	int err;

	daemon_read_details(d);
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

/* Clients get the state of this moment, regardless of the interval of publications. */
void daemon_fill_snapshot(void *ctx, struct snapshot *s)
{
	struct daemon *d = ctx;

	daemon_sync_all(d);
	collector_fill_totals(d->collector, &d->publication.now, s);
	fill_snapshot(d, s);
}

int daemon_count_tlb(void *ctx, bool on)
{
	struct daemon *d = ctx;

	return collector_count_tlb(d->collector, on);
}

static void on_key(void *ctx)
{
	struct daemon *d = ctx;
	struct live_screen *screen = outputs_screen(d->outputs);
	enum screen_keys keys = SCREEN_NO_KEY;

	/* A Ctrl-Z of the same wait may have given the terminal away before this is called. */
	if (screen && screen_has_terminal(screen))
		keys = screen_keys(screen);
	if (keys == SCREEN_NO_KEY)
		return;
	d->stop = true;
	/* A hang-up counts as a signal: the kernel sends SIGHUP only for a controlling terminal. */
	d->told = d->told || keys == SCREEN_GONE;
}

/* While another job has the terminal, it has the keys, too. */
static int watch_keys(struct daemon *d)
{
	struct live_screen *screen = outputs_screen(d->outputs);

	if (!isatty(STDIN_FILENO))
		return 0;
	if (screen && screen_has_terminal(screen))
		return loop_add(&d->loop, STDIN_FILENO, on_key, d);
	loop_remove(&d->loop, STDIN_FILENO);
	return 0;
}

/* Handles Ctrl-Z: the terminal must be restored before the shell gets it. */
static void stop_with_terminal(struct daemon *d)
{
	sigset_t stop;

	if (outputs_screen(d->outputs)) {
		screen_suspend(outputs_screen(d->outputs));
		watch_keys(d);
	}
	/*
	 * Stop by the default action of SIGTSTP: the kernel ignores it in an orphaned process
	 * group, where no shell could continue us.
	 */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	raise(SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	d->drained_ns = clock_ns();
}

/*
 * Also called without SIGCONT, because a shell that brings a running job to the foreground sends no
 * signal.
 */
static void go_on_with_terminal(struct daemon *d)
{
	struct live_screen *screen = outputs_screen(d->outputs);

	if (!screen || screen_has_terminal(screen) || !screen_resume(screen))
		return;
	watch_keys(d);
	outputs_redraw(d->outputs, &d->publication);
}

static void on_timer(void *ctx)
{
	struct daemon *d = ctx;
	u64 ticks;

	if (read(d->timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	for (int i = 0; i < DETAILS_SLICES && proc_details_read(d->details, DETAILS_SLICE_NS); i++)
		daemon_drain(d);
	daemon_mend_tasks(d);
	daemon_sync_all(d);
	go_on_with_terminal(d);
	publish(d);
	daemon_drain(d);
}

static void on_signal(void *ctx)
{
	struct daemon *d = ctx;
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

static void on_rings(void *ctx)
{
	daemon_drain(ctx);
}

static void on_stop(void *ctx)
{
	struct daemon *d = ctx;

	d->stop = true;
}

static void on_control(void *ctx)
{
	struct daemon *d = ctx;

	control_run(d->control);
}

static void on_output_end(void *ctx)
{
	struct daemon *d = ctx;

	on_output_error(d, outputs_error(d->outputs));
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

int daemon_watch(struct daemon *d)
{
	const struct options *o = d->options;
	u64 stop_ns = o->output.once ? o->output.interval_ns : o->duration_ns;
	int err = 0;

	err = loop_open(&d->loop);
	if (!err)
		err = loop_add(&d->loop, d->signal_fd, on_signal, d);
	if (!err)
		err = collector_watch(d->collector, d->loop.epoll_fd,
				      loop_handler(&d->loop, on_rings, d));
	if (!err && stop_ns) {
		err = start_timer(&d->stop_fd, stop_ns, 0);
		if (!err)
			err = loop_add(&d->loop, d->stop_fd, on_stop, d);
	}
	if (!err && !o->output.once) {
		err = start_timer(&d->timer_fd, o->output.interval_ns, o->output.interval_ns);
		if (!err)
			err = loop_add(&d->loop, d->timer_fd, on_timer, d);
	}
	if (!err && d->control)
		err = loop_add(&d->loop, control_fd(d->control), on_control, d);
	if (!err && outputs_fd(d->outputs) >= 0)
		err = loop_add(&d->loop, outputs_fd(d->outputs), on_output_end, d);
	if (!err && outputs_screen(d->outputs))
		err = watch_keys(d);
	return err;
}

static void on_woken(void *ctx)
{
	struct daemon *d = ctx;
	u64 now = clock_ns();

	if (now - d->drained_ns > REST_NS)
		d->waited_ns = now;
	d->drained_ns = now;
}

static int loop(struct daemon *d)
{
	int err = 0;

	while (!d->stop && !err) {
		priority_renew();
		d->drained_ns = clock_ns();
		if (d->drained_ns - d->waited_ns > BUSY_MOST_NS) {
			nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
			d->waited_ns = clock_ns();
		}
		err = loop_wait(&d->loop, daemon_due_ms(d), &d->stop, on_woken, d);
		daemon_keep_up(d);
	}
	return err;
}

/* Finishes the run. The kernel's own count continues after the detach, so it is compared before. */
static void finish(struct daemon *d)
{
	int err;

	daemon_mend_tasks(d);
	collector_sync(d->collector, true);
	probes_detach(d->probes);
	collector_sync(d->collector, false);
	d->publication.final = true;
	publish(d);
	/* The probes are detached, so a slow reader can no longer cause lost records. */
	err = outputs_finish(d->outputs, d->signal_fd, d->told ? PATIENCE_MS : -1);
	if (err)
		on_output_error(d, err);
}

int daemon_run(const struct options *o, const struct features *f)
{
	/*
	 * Static, because two hundred pages of histogram heads and counters are too large for the
	 * stack.
	 */
	static struct daemon d;
	int err;

	d = (struct daemon){
		.options = o, .loop.epoll_fd = -1, .timer_fd = -1, .stop_fd = -1, .signal_fd = -1};
	d.status = daemon_start(&d, f);
	if (!d.status) {
		err = loop(&d);
		if (err)
			d.status =
				fail(STATUS_FAILED, "cannot wait for events: %s", strerror(-err));
		finish(&d);
	}
	daemon_cleanup(&d);
	return d.status;
}

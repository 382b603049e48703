// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "priority.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/error.h"

enum {
	/*
	 * CPU time without sleeping: longer than any drain, and short enough for other tasks that
	 * need this CPU.
	 */
	REALTIME_MOST_US = 50000,
	REALTIME_PRIORITY = 1,
};

static pid_t raised; /* tid; 0: none */
static volatile sig_atomic_t lost;

static int set_scheduler(pid_t tid, int policy, int priority)
{
	const struct sched_param param = {.sched_priority = priority};

	return sched_setscheduler(tid, policy | SCHED_RESET_ON_FORK, &param) ? -errno : 0;
}

static int set_limit(void)
{
	const struct rlimit most = {REALTIME_MOST_US, RLIM_INFINITY};

	return setrlimit(RLIMIT_RTTIME, &most) ? -errno : 0;
}

/* Handles SIGXCPU: the limit is reached, and the kernel has raised it by a second. */
static void on_limit(int number)
{
	int saved = errno;

	(void)number;
	lost = set_scheduler(raised, SCHED_OTHER, 0) == 0;
	errno = saved;
}

int priority_raise(void)
{
	struct sigaction action = {.sa_handler = on_limit, .sa_flags = SA_RESTART};
	int err;

	sigemptyset(&action.sa_mask);
	raised = gettid();
	/* Set the limit first: a real-time task without it could block its CPU. */
	err = sigaction(SIGXCPU, &action, NULL) ? -errno : set_limit();
	if (!err)
		err = set_scheduler(raised, SCHED_RR, REALTIME_PRIORITY);
	if (err)
		raised = 0;
	return err;
}

void priority_renew(void)
{
	if (!lost)
		return;
	lost = 0;
	verbose_log("ran for %d ms without waiting, as an ordinary task for the rest",
		    REALTIME_MOST_US / 1000);
	if (!set_limit())
		set_scheduler(raised, SCHED_RR, REALTIME_PRIORITY);
}

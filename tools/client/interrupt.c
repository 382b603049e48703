// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/interrupt.h"

#include <stddef.h>
#include <time.h>

#include "common/clock.h"
#include "common/signals.h"

static volatile sig_atomic_t came;

static void on_signal(int number)
{
	(void)number;
	came = 1;
}

void interrupt_catch(void)
{
	/* SA_RESTART is not set, so that a signal interrupts system calls that wait. */
	struct sigaction action = {.sa_handler = on_signal};

	for (size_t i = 0; i < NR_ENDING_SIGNALS; i++)
		if (!signals_ignored(ending_signals[i]))
			sigaction(ending_signals[i], &action, NULL);
}

bool interrupted(void)
{
	return came;
}

void interrupt_forget(void)
{
	came = 0;
}

void interrupt_wait_until(unsigned long long ns)
{
	struct timespec t = clock_span(ns);

	if (!came)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

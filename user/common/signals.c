// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/signals.h"

#include <stddef.h>

#include "common/array.h"

const int ending_signals[NR_ENDING_SIGNALS] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

void signals_ignore_rest(void)
{
	static const int meaningless[] = {SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2,	SIGALRM,
					  SIGPROF, SIGPOLL, SIGPWR,  SIGVTALRM, SIGSTKFLT};

	for (size_t i = 0; i < ARRAY_SIZE(meaningless); i++)
		signal(meaningless[i], SIG_IGN);
	for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
		signal(number, SIG_IGN);
}

bool signals_ignored(int number)
{
	struct sigaction action;

	return !sigaction(number, NULL, &action) && action.sa_handler == SIG_IGN;
}

void signals_ending(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < NR_ENDING_SIGNALS; i++)
		if (!signals_ignored(ending_signals[i]))
			sigaddset(set, ending_signals[i]);
}

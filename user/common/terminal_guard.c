// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/terminal_guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/array.h"
#include "common/error.h"
#include "common/signals.h"

enum { RESTORE_PATIENCE_MS = 1000 };

static volatile sig_atomic_t child;
static volatile bool *taken; /* shared by both processes; NULL: there is no guard */

/*
 * Passes on a signal that a shell or a user sent to this process, the only one that they know of.
 * Both processes get signals from the terminal, which have SI_KERNEL.
 */
static void pass_on(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (child > 0 && info->si_code != SI_KERNEL)
		kill((pid_t)child, number);
}

static void pass_signals_on(void)
{
	static const int ignored[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_RESTART | SA_SIGINFO};
	sigset_t ending;

	signals_ending(&ending);
	for (size_t i = 0; i < NR_ENDING_SIGNALS; i++)
		if (sigismember(&ending, ending_signals[i]))
			sigaction(ending_signals[i], &action, NULL);
	sigaction(SIGWINCH, &action, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

/*
 * Waits for the child to end. This process stops and continues together with the child, because the
 * shell watches only this process.
 */
static int wait_for_end(pid_t pid)
{
	int status = 0;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno != EINTR)
				return status;
			continue;
		}
		if (!WIFSTOPPED(status))
			return status;
		raise(SIGSTOP);
		kill(pid, SIGCONT);
	}
}

/* Does what terminfo's sgr0, cnorm, keypad_local and rmcup do on every terminal that has these. */
void terminal_guard_write_leave(void)
{
	static const char leave[] = "\033[0m\033[?25h\033[?1l\033>\033[?1049l";
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	/*
	 * The wait is limited, so that a terminal that takes no output does not delay the exit for
	 * long.
	 */
	if (poll(&p, 1, RESTORE_PATIENCE_MS) == 1 && p.revents & POLLOUT &&
	    write(STDOUT_FILENO, leave, sizeof(leave) - 1) < 0)
		return;
}

static void start_child(pid_t parent, int (*draw)(void *ctx), void *ctx, int failed_status)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(failed_status);
	exit(draw(ctx));
}

int terminal_guard_run(int (*draw)(void *ctx), void *ctx, int failed_status)
{
	struct termios before;
	bool terminal = !tcgetattr(STDIN_FILENO, &before);
	pid_t parent = getpid(), pid;
	void *shared;
	int status;

	shared = mmap(NULL, sizeof(*taken), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return fail(failed_status, "cannot share memory: %s", strerror(errno));
	taken = shared;
	/*
	 * If SIGCHLD is ignored, which this process may have inherited, a child leaves no exit
	 * status.
	 */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return fail(failed_status, "cannot start another process: %s", strerror(errno));
	if (!pid)
		start_child(parent, draw, ctx, failed_status);
	child = pid;
	pass_signals_on();
	status = wait_for_end(pid);
	if (*taken) {
		if (terminal)
			tcsetattr(STDIN_FILENO, TCSANOW, &before);
		terminal_guard_write_leave();
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return fail(failed_status, "ended by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
}

void terminal_guard_take(bool is_taken)
{
	if (taken)
		*taken = is_taken;
}

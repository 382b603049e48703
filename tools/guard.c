// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"
#include "error.h"

static volatile sig_atomic_t child;

/* What a shell or a person sends to the one they know of. */
static void pass_on(int number)
{
	if (child > 0)
		kill((pid_t)child, number);
}

static void pass_signals_on(void)
{
	static const int numbers[] = {SIGTERM, SIGHUP, SIGWINCH};
	/* The terminal sends these to both. */
	static const int ignored[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
	struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

/* Stops and goes on with it: the shell watches this process, not that one. */
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

/* As terminfo's sgr0, cnorm, keypad_local and rmcup do on every terminal that has these at all. */
static void restore(const struct termios *before)
{
	static const char leave[] = "\033[0m\033[?25h\033[?1l\033>\033[?1049l";

	tcsetattr(STDIN_FILENO, TCSANOW, before);
	if (write(STDOUT_FILENO, leave, sizeof(leave) - 1) < 0)
		return;
}

int guard_run(int (*draw)(void *ctx), void *ctx)
{
	struct termios before;
	bool terminal = !tcgetattr(STDIN_FILENO, &before);
	pid_t parent = getpid(), pid;
	int status;

	/* Ignored, as whoever started this may have it, a child leaves no status. */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return fail(CLIENT_FAILED, "cannot start another process: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(CLIENT_FAILED);
		exit(draw(ctx));
	}
	child = pid;
	pass_signals_on();
	status = wait_for_end(pid);
	/* Whoever ends with a status of ours has left the terminal in order. */
	if (terminal && !(WIFEXITED(status) && WEXITSTATUS(status) <= CLIENT_USAGE))
		restore(&before);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return fail(CLIENT_FAILED, "top was ended by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
}

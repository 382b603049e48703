// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/terminal.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

/* newterm() would also report an unknown terminal, but leaks memory when it fails. */
static bool is_known(const char *term)
{
	int error;

	if (setupterm(term, STDOUT_FILENO, &error) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

bool terminal_is_drivable(void)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb") != 0 && is_known(term);
}

static bool take_colors(void)
{
	const char *no_color = getenv("NO_COLOR");

	/* By no-color.org, any value that is not empty turns colors off. */
	if ((no_color && *no_color) || !has_colors())
		return false;
	start_color();
	use_default_colors();
	init_pair(PAIR_THREAD, COLOR_GREEN, -1);
	init_pair(PAIR_PROCESS, COLOR_YELLOW, -1);
	init_pair(PAIR_WARNING, COLOR_RED, -1);
	return true;
}

SCREEN *terminal_open(FILE *out, FILE *in, bool *colors)
{
	SCREEN *screen;

	if (!terminal_is_drivable())
		return NULL;
	/* All text to be drawn is UTF-8, whatever LANG says (sudo may drop it). */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* initscr() would end the process when the terminal is unknown. */
	screen = newterm(NULL, out, in);
	if (!screen)
		return NULL;
	noecho();
	nodelay(stdscr, TRUE);
	curs_set(0);
	*colors = take_colors();
	return screen;
}

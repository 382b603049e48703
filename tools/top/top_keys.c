// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "top/top.h"

#include <ncurses.h>
#include <string.h>
#include <limits.h>
#include <wchar.h>
#include <wctype.h>

#include "client/command.h"
#include "common/clock.h"

enum { ESCAPE = 27, DELETE = 127, CONTROL_H = 8, CONTROL_L = 12, MOST_KEYS = 256 };

static void backspace_filter(struct top *t)
{
	size_t len = strlen(t->filter);

	/* Remove a whole UTF-8 character. */
	while (len && ((unsigned char)t->filter[--len] & 0xc0) == 0x80)
		;
	t->filter[len] = '\0';
}

static void type_filter(struct top *t, wint_t key, bool function)
{
	mbstate_t state = {0};
	char bytes[MB_LEN_MAX];
	size_t n, len = strlen(t->filter);

	if (function && key == KEY_BACKSPACE)
		backspace_filter(t);
	else if (function && key == KEY_ENTER)
		t->typing = false;
	else if (function)
		return;
	else if (key == '\n' || key == '\r')
		t->typing = false;
	else if (key == ESCAPE) {
		t->typing = false;
		t->filter[0] = 0;
	} else if (key == DELETE || key == CONTROL_H)
		backspace_filter(t);
	else if (iswprint(key)) {
		n = wcrtomb(bytes, (wchar_t)key, &state);
		if (n != (size_t)-1 && len + n < sizeof(t->filter)) {
			memcpy(t->filter + len, bytes, n);
			t->filter[len + n] = '\0';
		}
	}
	top_arrange(t);
}

/* Sorts by the next or previous column that has a width. */
static void move_sort(struct top *t, int by)
{
	const struct level_info *l = &levels[t->level];
	size_t c = t->sort[t->level];

	do {
		if ((by < 0 && !c) || (by > 0 && c + 1 == l->nr_columns))
			return;
		c += (size_t)by;
	} while (!l->columns[c].width && !l->columns[c].wide);
	t->sort[t->level] = c;
	top_arrange(t);
}

static void pause_or_go_on(struct top *t)
{
	t->paused = !t->paused;
	if (!t->paused)
		t->due_ns = clock_ns();
}

static int function_key(struct top *t, wint_t key)
{
	switch (key) {
	case KEY_UP:
		top_move(t, -1);
		return CLIENT_OK;
	case KEY_DOWN:
		top_move(t, 1);
		return CLIENT_OK;
	case KEY_PPAGE:
		top_move(t, -(long)top_page(t));
		return CLIENT_OK;
	case KEY_NPAGE:
		top_move(t, (long)top_page(t));
		return CLIENT_OK;
	case KEY_HOME:
		top_move(t, -(long)t->n);
		return CLIENT_OK;
	case KEY_END:
		top_move(t, (long)t->n);
		return CLIENT_OK;
	case KEY_LEFT:
		move_sort(t, -1);
		return CLIENT_OK;
	case KEY_RIGHT:
		move_sort(t, 1);
		return CLIENT_OK;
	case KEY_BACKSPACE:
		return top_leave(t);
	case KEY_ENTER:
		return top_enter(t);
	default:
		return CLIENT_OK; /* KEY_RESIZE too: the loop redraws anyway */
	}
}

static int key(struct top *t, wint_t key)
{
	switch (key) {
	case 'q':
	case 'Q':
		t->quit = true;
		return CLIENT_OK;
	case '\n':
	case '\r':
		return top_enter(t);
	case DELETE:
	case CONTROL_H:
		return top_leave(t);
	case '<':
	case ',':
		move_sort(t, -1);
		return CLIENT_OK;
	case '>':
	case '.':
		move_sort(t, 1);
		return CLIENT_OK;
	case '/':
		t->typing = true;
		return CLIENT_OK;
	case ESCAPE:
		t->filter[0] = '\0';
		top_arrange(t);
		return CLIENT_OK;
	case 'h':
		return top_toggle_histograms(t);
	case 'p':
	case ' ':
		pause_or_go_on(t);
		return CLIENT_OK;
	case '?':
		t->help = true;
		return CLIENT_OK;
	case 'k':
		top_move(t, -1);
		return CLIENT_OK;
	case 'j':
		top_move(t, 1);
		return CLIENT_OK;
	case CONTROL_L:
		clearok(curscr, TRUE);
		return CLIENT_OK;
	default:
		return CLIENT_OK;
	}
}

int top_keys(struct top *t)
{
	int status = CLIENT_OK, kind;
	wint_t pressed;

	/* Limit the keys per call, so that the screen is also drawn when keys come fast. */
	for (int i = 0; i < MOST_KEYS && !t->quit && !status; i++) {
		bool function;

		kind = get_wch(&pressed);
		if (kind == ERR)
			break;
		function = kind == KEY_CODE_YES;

		if (t->help && !(function && pressed == KEY_RESIZE))
			t->help = false;
		else if (t->typing && !(function && pressed == KEY_RESIZE))
			type_filter(t, pressed, function);
		else
			status = function ? function_key(t, pressed) : key(t, pressed);
	}
	return status;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "trigger/condition.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/format.h"
#include "common/names.h"
#include "common/text.h"

#define WAIT "wait"

struct unit {
	const char *name;
	double factor;
};

static const struct unit times[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {0}};
static const struct unit counts[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {0}};
static const struct unit shares[] = {{"%", 0.01}, {0}};

static const struct figure_name {
	const char *name;
	enum figure figure;
	double quantile;
	const struct unit *units;
	const char *value; /* describes the value to compare with */
} figures[] = {
	{"p50", FIGURE_QUANTILE, 0.5, times, "a time as 20us"},
	{"p90", FIGURE_QUANTILE, 0.9, times, "a time as 20us"},
	{"p99", FIGURE_QUANTILE, 0.99, times, "a time as 20us"},
	{"p999", FIGURE_QUANTILE, 0.999, times, "a time as 20us"},
	{"mean", FIGURE_MEAN, 0, times, "a time as 20us"},
	{"rate", FIGURE_RATE, 0, counts, "switches per second as 50k"},
	{"cost", FIGURE_COST, 0, shares, "a share of one CPU as 2.5%"},
};

__attribute__((format(printf, 2, 3))) static bool reject(char *message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, CONDITION_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

static bool parse_value(const char *text, const struct unit *units, double *v)
{
	char *end;

	errno = 0;
	*v = strtod(text, &end);
	/* strtod() also accepts hexadecimal numbers. */
	if (end == text || errno || *v < 0 || memchr(text, 'x', (size_t)(end - text)) ||
	    memchr(text, 'X', (size_t)(end - text)))
		return false;
	end += strspn(end, " ");
	for (; units->name; units++)
		if (!strcmp(end, units->name)) {
			*v *= units->factor;
			return isfinite(*v);
		}
	return false;
}

/* Strips white space from both ends. */
static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static const struct figure_name *find_figure(char **left)
{
	size_t len = strcspn(*left, " ");

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		if (strlen(figures[i].name) == len && !strncmp(figures[i].name, *left, len)) {
			*left = trim(*left + len);
			return &figures[i];
		}
	return NULL;
}

/* Parses what follows "wait": nothing, or what the waits followed. */
static bool parse_wait(struct condition *c, const char *after, char *message)
{
	c->of_waits = true;
	c->after = -1;
	for (int w = 0; w < NR_WAITS; w++)
		if (!strcmp(after, wait_names[w]))
			c->after = w;
	if (c->after >= 0 || !*after)
		return true;
	return reject(message,
		      "wait: '%.40s' is nothing that a wait follows; there are: woken, preempted, "
		      "start, unknown",
		      after);
}

/* Parses the subject of the figure: an application, a kind, or waits. */
static bool parse_subject(struct condition *c, const char *subject, char *message)
{
	if (c->figure == FIGURE_COST) {
		if (!*subject)
			return reject(message, "cost: the application is missing");
		c->application = xstrdup(subject);
		return true;
	}
	if (c->figure != FIGURE_RATE && !strncmp(subject, WAIT, strlen(WAIT)) &&
	    strchr(" ", subject[strlen(WAIT)]))
		return parse_wait(c, subject + strlen(WAIT) + strspn(subject + strlen(WAIT), " "),
				  message);
	c->kind = -1;
	for (int k = 0; k < NR_KINDS; k++)
		if (!strcmp(subject, kind_names[k]))
			c->kind = k;
	if (c->kind >= 0 || (c->figure == FIGURE_RATE && !*subject))
		return true;
	return reject(message,
		      "'%.40s' is no kind of switch; there are: thread, process, kthread, "
		      "idle%s",
		      subject, c->figure == FIGURE_RATE ? "" : "; or wait, for waits");
}

/* Finds the last comparison, because names of applications may contain < and >. */
static char *find_comparison(char *text)
{
	char *found = NULL;

	for (char *c = text; *c; c++)
		if (*c == '<' || *c == '>')
			found = c;
	return found;
}

static bool parse_parts(struct condition *c, char *text, char *message)
{
	char *comparison = find_comparison(text), *right, *hold;
	const struct figure_name *figure;
	double ns;

	if (!comparison)
		return reject(message, "there is no comparison with > or <");
	c->below = *comparison == '<';
	*comparison = '\0';
	text = trim(text);
	right = trim(comparison + 1);
	figure = find_figure(&text);
	if (!figure)
		return reject(message,
			      "'%.40s' is no figure; there are: p50, p90, p99, p999, mean, rate, "
			      "cost",
			      text);
	c->figure = figure->figure;
	c->quantile = figure->quantile;
	if (!parse_subject(c, text, message))
		return false;
	hold = strstr(right, " for ");
	if (hold) {
		*hold = '\0';
		if (!parse_value(trim(hold + strlen(" for ")), times, &ns) || ns > 1e18)
			return reject(message, "for: '%.40s' is no time as 10s",
				      hold + strlen(" for "));
		c->hold_ns = (u64)ns;
	}
	if (!parse_value(trim(right), figure->units, &c->value))
		return reject(message, "'%.40s' is not %s", trim(right), figure->value);
	return true;
}

bool condition_parse(struct condition *c, const char *text, char message[CONDITION_MESSAGE_LEN])
{
	char *copy = xstrdup(text);
	bool good;

	*c = (struct condition){.last_figure = NAN};
	good = parse_parts(c, copy, message);
	if (good)
		c->text = text_disarm(xstrdup(trim(strcpy(copy, text))));
	else
		condition_release(c);
	free(copy);
	return good;
}

void condition_release(struct condition *c)
{
	free(c->text);
	free(c->application);
	*c = (struct condition){0};
}

bool condition_update(struct condition *c, double figure, u64 now_ns, u64 interval_ns)
{
	c->last_figure = figure;
	if (isnan(figure) || (c->below ? figure >= c->value : figure <= c->value)) {
		c->true_since_ns = 0;
		return false;
	}
	if (!c->true_since_ns)
		c->true_since_ns = now_ns > interval_ns ? now_ns - interval_ns : 1;
	return now_ns - c->true_since_ns >= c->hold_ns;
}

char *condition_format(char buf[CONDITION_VALUE_LEN], const struct condition *c, double figure)
{
	char number[FORMAT_LEN];

	if (isnan(figure))
		snprintf(buf, CONDITION_VALUE_LEN, "-");
	else if (c->figure == FIGURE_COST)
		snprintf(buf, CONDITION_VALUE_LEN, "%.3g %% of a CPU", figure * 100);
	else if (c->figure == FIGURE_RATE)
		snprintf(buf, CONDITION_VALUE_LEN, "%s/s", format_rate(number, figure));
	else
		snprintf(buf, CONDITION_VALUE_LEN, "%s", format_ns(number, figure));
	return buf;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "top/top.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "lists/listing.h"
#include "protocol.h"

enum { FIRST_INTERVAL_NS = 250000000 };

const struct level_info levels[NR_LEVELS] = {
	[LEVEL_APPLICATIONS] = {"applications", application_columns, NR_APPLICATION_COLUMNS},
	[LEVEL_GROUPS] = {"groups", group_columns, NR_GROUP_COLUMNS},
	[LEVEL_THREADS] = {"threads", thread_columns, NR_THREAD_COLUMNS},
};

static void name_row(char id[TEXT_LEN], enum level level, const struct row *r)
{
	if (level == LEVEL_APPLICATIONS)
		snprintf(id, TEXT_LEN, "%s %s", r->kind, r->application);
	else if (r->ended)
		snprintf(id, TEXT_LEN, "ended %s %s", r->name, r->application);
	else
		snprintf(id, TEXT_LEN, "%u %u", r->tgid, r->tid);
}

/* A row matches the filter by a part of its name or command line, or by its exact id. */
static bool matches(const struct top *t, const struct row *r)
{
	char number[16];

	if (!t->filter[0])
		return true;
	snprintf(number, sizeof(number), "%u", t->level == LEVEL_THREADS ? r->tid : r->tgid);
	return strcasestr(r->name, t->filter) || strcasestr(r->cmdline, t->filter) ||
	       (t->level != LEVEL_APPLICATIONS && !strcmp(number, t->filter));
}

static bool inside(const struct top *t, const struct row *r)
{
	if (t->level != LEVEL_GROUPS || !t->application)
		return true;
	return !strcmp(r->application, t->application) && !strcmp(r->kind, t->application_kind);
}

/* Moves the cursor to the new place of the row that it was on. */
static void find_selected(struct top *t)
{
	char id[TEXT_LEN];

	for (size_t i = 0; i < t->n && t->id[0]; i++) {
		name_row(id, t->level, t->rows[i]);
		if (!strcmp(id, t->id)) {
			t->selected = i;
			return;
		}
	}
	top_move(t, 0);
}

void top_arrange(struct top *t)
{
	const struct level_info *l = &levels[t->level];
	size_t n = model_nr_rows(t->model);

	free(t->applications);
	t->applications = NULL;
	if (t->level == LEVEL_APPLICATIONS)
		t->applications = model_applications(t->model, &n);
	free(t->rows);
	t->rows = xcalloc(n + 1, sizeof(struct row *));
	titles_free(t->titles);
	t->n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct row *r =
			t->applications ? &t->applications[i] : model_row(t->model, i);

		if (inside(t, r) && matches(t, r))
			t->rows[t->n++] = r;
	}
	listing_sort(t->rows, t->n, &l->columns[t->sort[t->level]]);
	t->titles = listing_titles(t->rows, t->n);
	find_selected(t);
}

static void new_model(struct top *t)
{
	model_free(t->model);
	t->model = t->level == LEVEL_THREADS ? model_new(t->session, MODEL_THREADS, t->tgid)
					     : model_new(t->session, MODEL_GROUPS, 0);
}

/* Cuts a long name to what the daemon compares, but not within a character or an escape. */
static const char *cut_name(char *out, size_t size, const char *name)
{
	size_t used = 0, n;

	for (; name[used]; used += n) {
		n = strnlen(name + used, name[used] != '\\' ? 1 : name[used + 1] == 'x' ? 4 : 2);
		while (((unsigned char)name[used + n] & 0xc0) == 0x80)
			n++;
		if (used + n >= size)
			break;
	}
	memcpy(out, name, used);
	out[used] = '\0';
	return out;
}

/* Makes the histograms those of the application or group that was entered. */
static void new_costs(struct top *t)
{
	struct histogram_query_filter filter = {.from = -1, .kind = -1};
	static char number[16], name[PROTOCOL_NAME_LEN];

	histogram_query_free(t->costs);
	t->costs = NULL;
	if (!t->histograms)
		return;
	snprintf(number, sizeof(number), "%u", t->tgid);
	if (t->level == LEVEL_THREADS)
		filter.group = number;
	else if (t->level == LEVEL_GROUPS && t->application)
		filter.application = cut_name(name, sizeof(name), t->application);
	t->costs = histogram_query_new(t->session, &filter);
}

static void note_seen(struct top *t)
{
	u64 seen = read_number(read_member(model_reply(t->model), "accounting"), "seen");
	u64 time_ns = model_time_ns(t->model);
	struct answer_figures before = t->so_far;

	read_answer_figures(model_reply(t->model), &t->so_far);
	if (t->seen_ns && time_ns > t->seen_ns) {
		t->grown.seconds = (double)(time_ns - t->seen_ns) / 1e9;
		t->seen_rate = (double)(seen - t->seen) / t->grown.seconds;
		for (int k = 0; k < NR_KINDS; k++) {
			t->grown.count[k] = t->so_far.count[k] - before.count[k];
			t->grown.sum_ns[k] = t->so_far.sum_ns[k] - before.sum_ns[k];
		}
	}
	t->seen = seen;
	t->seen_ns = time_ns;
}

static int refresh_all(struct top *t)
{
	int status = model_refresh(t->model);

	if (!status && t->costs)
		status = histogram_query_refresh(t->costs);
	return status;
}

static int begin_level(struct top *t, enum level level)
{
	bool same_model = t->model && level != LEVEL_THREADS && t->level != LEVEL_THREADS;
	int status = CLIENT_OK;

	t->level = level;
	t->selected = t->first = 0;
	t->id[0] = t->filter[0] = '\0';
	if (!same_model) {
		new_model(t);
		status = model_refresh(t->model);
		if (!status && model_reply(t->model))
			note_seen(t);
		/* Refresh soon, because rates need two replies. */
		t->due_ns = clock_ns() + FIRST_INTERVAL_NS;
	}
	new_costs(t);
	if (!status && t->costs)
		status = histogram_query_refresh(t->costs);
	top_arrange(t);
	return status;
}

int top_enter(struct top *t)
{
	const struct row *r;

	if (!t->model)
		return begin_level(t, LEVEL_APPLICATIONS);
	if (t->level == LEVEL_THREADS || t->selected >= t->n)
		return CLIENT_OK;
	r = t->rows[t->selected];
	if (t->level == LEVEL_APPLICATIONS) {
		free(t->application);
		t->application = xstrdup(r->application);
		snprintf(t->application_kind, sizeof(t->application_kind), "%s", r->kind);
		return begin_level(t, LEVEL_GROUPS);
	}
	if (r->ended)
		return CLIENT_OK;
	t->tgid = r->tgid;
	snprintf(t->group, sizeof(t->group), "%s", r->name);
	return begin_level(t, LEVEL_THREADS);
}

int top_leave(struct top *t)
{
	if (t->level == LEVEL_APPLICATIONS)
		return CLIENT_OK;
	return begin_level(t, t->level == LEVEL_THREADS ? LEVEL_GROUPS : LEVEL_APPLICATIONS);
}

int top_refresh(struct top *t)
{
	int status = refresh_all(t);

	if (status || !model_reply(t->model))
		return status;
	note_seen(t);
	top_arrange(t);
	return CLIENT_OK;
}

int top_toggle_histograms(struct top *t)
{
	t->histograms = !t->histograms;
	new_costs(t);
	return t->costs ? histogram_query_refresh(t->costs) : CLIENT_OK;
}

void top_move(struct top *t, long rows)
{
	long to = (long)t->selected + rows;

	if (to >= (long)t->n)
		to = (long)t->n - 1;
	t->selected = to < 0 ? 0 : (size_t)to;
	t->id[0] = '\0';
	if (t->selected < t->n && rows)
		name_row(t->id, t->level, t->rows[t->selected]);
}

void top_close(struct top *t)
{
	histogram_query_free(t->costs);
	model_free(t->model);
	free(t->applications);
	free(t->application);
	titles_free(t->titles);
	free(t->rows);
}

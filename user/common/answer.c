// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/answer.h"

#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "common/format.h"

/* The same in three lengths: the longest one that fits is taken. */
static const char *const forms[] = {
	("thread switches %s/s at %s, process switches %s/s at %s (%+.0f%%): changing address "
	 "space costs this host %.2g%% of a CPU"),
	"thread %s/s at %s, process %s/s at %s (%+.0f%%): costs %.2g%% of a CPU",
	"thread %s/s at %s, process %s/s at %s, %+.0f%%: %.2g%% CPU",
};

static const char *const equal_forms[] = {
	("thread switches %s/s at %s, process switches %s/s at %s (%+.0f%%): no cost of changing "
	 "address space to be seen"),
	"thread %s/s at %s, process %s/s at %s (%+.0f%%): no extra cost",
	"thread %s/s at %s, process %s/s at %s, %+.0f%%",
};

static char *too_few(char text[ANSWER_LEN], const struct answer_figures *f)
{
	char threads[FORMAT_LEN], processes[FORMAT_LEN];

	snprintf(text, ANSWER_LEN, "too few switches to compare: %s thread, %s process, of %d each",
		 format_count(threads, (double)f->count[KIND_THREAD]),
		 format_count(processes, (double)f->count[KIND_PROCESS]), ANSWER_LEAST);
	return text;
}

static double mean(const struct answer_figures *f, enum switch_kind kind)
{
	return f->count[kind] ? (double)f->sum_ns[kind] / (double)f->count[kind] : 0;
}

char *answer(char text[ANSWER_LEN], const struct answer_figures *f, size_t width)
{
	double thread_ns = mean(f, KIND_THREAD), process_ns = mean(f, KIND_PROCESS);
	double rate = (double)f->count[KIND_PROCESS] / f->seconds;
	char rates[2][FORMAT_LEN], means[2][FORMAT_LEN];
	const char *const *form = process_ns > thread_ns ? forms : equal_forms;

	if (f->count[KIND_THREAD] < ANSWER_LEAST || f->count[KIND_PROCESS] < ANSWER_LEAST)
		return too_few(text, f);
	format_rate(rates[0], (double)f->count[KIND_THREAD] / f->seconds);
	format_rate(rates[1], rate);
	format_ns(means[0], thread_ns);
	format_ns(means[1], process_ns);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		snprintf(text, ANSWER_LEN, form[i], rates[0], means[0], rates[1], means[1],
			 (process_ns / thread_ns - 1) * 100,
			 rate * (process_ns - thread_ns) / 1e9 * 100);
		if (strlen(text) <= width)
			break;
	}
	return text;
}

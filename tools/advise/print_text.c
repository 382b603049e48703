// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advise/advise.h"
#include "common/format.h"
#include "common/text.h"
#include "lists/layout.h"

enum {
	PHRASE = 200,
	TEXT = 400,
	KEY_WIDTH = 15,
	WIDEST = 100, /* of a paragraph */
	NARROWEST = 40,
	NAME_COLUMNS = 28,
	SHAPE_COLUMNS = 40,
};

/* A share of a CPU in %, with two decimals where they say something: "0.31%", "12%", "<0.01%". */
static const char *percent(char out[FORMAT_LEN], double cpus)
{
	if (isnan(cpus))
		return strcpy(out, "?");
	if (cpus > 0 && cpus < 0.0001)
		return strcpy(out, "<0.01%");
	snprintf(out, FORMAT_LEN, "%.*f%%", cpus < 0.1 ? 2 : cpus < 1 ? 1 : 0, cpus * 100);
	return out;
}

/* "processes, created all the time; go" */
static const char *phrase_of(char out[PHRASE], const struct advice *v)
{
	const char *created = v->creates == NR_CREATIONS     ? ""
			      : v->creates == CREATED_THREAD ? ", creates threads all the time"
							     : ", creates processes all the time";

	snprintf(out, PHRASE, "%s%s%s%s%s", shape_phrases[v->shape], created,
		 v->runtime ? " (" : "", v->runtime ? v->runtime->name : "", v->runtime ? ")" : "");
	return out;
}

/* Prints words in lines of the terminal's width, with a key before the first. */
static void paragraph(const char *key, const char *form, ...) __attribute__((format(printf, 2, 3)));

static void paragraph(const char *key, const char *form, ...)
{
	int width = layout_width() < WIDEST ? layout_width() : WIDEST, at;
	char text[TEXT * 2], *rest = text;
	va_list args;

	if (width < NARROWEST)
		width = NARROWEST;
	va_start(args, form);
	vsnprintf(text, sizeof(text), form, args);
	va_end(args);
	at = printf("  %-*s", KEY_WIDTH - 2, key);
	for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
		int columns = (int)text_columns(word);

		if (at + 1 + columns > width && at > KEY_WIDTH)
			at = printf("\n%*s", KEY_WIDTH, "") - 1;
		at += printf(at > KEY_WIDTH ? " %s" : "%s", word) > 0 ? columns + (at > KEY_WIDTH)
								      : 0;
	}
	putchar('\n');
}

/* "1 thread", "3 threads" */
static const char *counted(char out[FORMAT_LEN], u32 n, const char *one, const char *many)
{
	snprintf(out, FORMAT_LEN, "%" PRIu32 " %s", n, n == 1 ? one : many);
	return out;
}

static void print_evidence(const struct seen_application *s)
{
	const struct features *f = &s->features;
	char a[FORMAT_LEN], b[FORMAT_LEN], c[FORMAT_LEN], d[FORMAT_LEN], e[FORMAT_LEN],
		overlap[TEXT] = "";

	paragraph("rests on",
		  "%s with %s, %.2f CPUs, %s switches/s; they gave up the CPU %s times/s by "
		  "themselves and lost it %s times/s",
		  counted(d, s->living_groups, "process", "processes"),
		  counted(e, s->living_threads, "thread", "threads"), f->cpus,
		  format_rate(a, f->switches), format_rate(b, f->voluntary),
		  format_rate(c, f->preempted));
	if (!isnan(f->overlap) && f->busy_groups == 1 && f->busy_threads > 1)
		snprintf(overlap, sizeof(overlap),
			 "; two of these ran at once in %.1f%% of its time", f->overlap * 100);
	paragraph("", "%s had 95%% of the CPU time, and in each of them at most %s did%s",
		  counted(d, f->busy_groups, "process", "processes"),
		  counted(e, f->busy_threads, "thread", "threads"), overlap);
	paragraph("",
		  "a CPU went %s times/s from a thread to another one of the same process, and "
		  "%s times/s from one of its processes to another",
		  format_rate(a, f->same_group), format_rate(b, f->sibling));
}

static void print_spent(const struct seen_application *s)
{
	const struct charges *c = &s->row->grown;
	const struct features *f = &s->features;
	double ns = f->seconds * 1e9;
	char x[FORMAT_LEN], y[FORMAT_LEN], z[FORMAT_LEN];

	paragraph("switching", "%s of a CPU into the same address space, %s into another one",
		  percent(x, (double)c->cost_ns[KIND_THREAD] / ns),
		  percent(y, (double)c->cost_ns[KIND_PROCESS] / ns));
	if (created_any(&s->row->created))
		paragraph("creating", "%s threads/s, %s forks/s, %s spawns/s: %s of a CPU",
			  format_rate(x, f->created[CREATED_THREAD]),
			  format_rate(y, f->created[CREATED_PROCESS]),
			  format_rate(z, f->created[CREATED_VM_PROCESS]),
			  percent((char[FORMAT_LEN]){0}, estimate_creating(s)));
	if (charges_waits(c))
		paragraph("waiting", "for a CPU: %s of a CPU's time in all, and 1%% waited over %s",
			  percent(x, (double)charges_wait_ns(c) / ns),
			  format_ns(y, (double)s->wait_p99_ns));
}

static void print_memory(const struct memory *m)
{
	char v[FORMAT_LEN], w[FORMAT_LEN], x[FORMAT_LEN], y[FORMAT_LEN], z[FORMAT_LEN],
		unread[TEXT] = "";

	if (m->unread)
		snprintf(unread, sizeof(unread), "; %" PRIu32 " more were not read: %s", m->unread,
			 m->why);
	if (!m->processes) {
		paragraph("memory", "not read%s", m->unread ? unread + strcspn(unread, ":") : "");
		return;
	}
	paragraph("memory",
		  "%s in %s, with their part of what they share (PSS); %s of it private (USS); %s "
		  "and %s for each%s",
		  format_bytes(x, (double)m->pss), counted(z, m->processes, "process", "processes"),
		  format_bytes(y, (double)m->uss), format_bytes(v, (double)m->pss / m->processes),
		  format_bytes(w, (double)m->uss / m->processes), unread);
}

static const char *creations_text(char out[TEXT], const struct change *c)
{
	char x[FORMAT_LEN];

	*out = '\0';
	if (c->creations > 0)
		snprintf(out, TEXT, "; creating them: %s", percent(x, c->creations));
	return out;
}

/* What no tracer sees: the cache and TLB misses after a switch. */
static const char *indirect_text(char out[TEXT], const struct change *c, const struct prices *p)
{
	char x[FORMAT_LEN];

	if (figure_unsteady(&p->indirect))
		return strcpy(out,
			      "what caches add with 1 MiB used by each is too unsteady to say");
	snprintf(out, TEXT, "caches add %s with 1 MiB used by each", percent(x, c->indirect));
	return out;
}

/* What the difference per switch means for so many per second; more: "less", "more". */
static void print_change(const char *key, const struct change *c, const struct prices *p,
			 const char *which, const char *more)
{
	char n[FORMAT_LEN], each[FORMAT_LEN], spread[FORMAT_LEN], all[FORMAT_LEN], sum[FORMAT_LEN],
		indirect[TEXT], creations[TEXT], head[PHRASE] = "no measurable difference";

	if (c->switches <= 0 && !(c->creations > 0)) {
		paragraph(key, "no difference: there are no changes %s", which);
		return;
	}
	if (isnan(p->direct.value)) {
		paragraph(key, "not known: what a switch costs could not be measured here");
		return;
	}
	if (c->measurable)
		snprintf(head, sizeof(head), "%s of a CPU %s", percent(sum, change_sum(c)), more);
	paragraph(key, "%s. %s changes/s %s, at %s ±%s: %s of a CPU; %s%s", head,
		  format_rate(n, c->switches), which, format_ns(each, p->direct.value),
		  format_ns(spread, p->direct.spread), percent(all, c->direct),
		  indirect_text(indirect, c, p), creations_text(creations, c));
}

static void print_shared(const struct memory *m)
{
	char x[FORMAT_LEN], y[FORMAT_LEN];

	if (m->processes > 1)
		paragraph("",
			  "%s less memory (private pages of files and page tables of all but one "
			  "process), and of %s of heaps, stacks and copied pages the part that "
			  "threads would share",
			  format_bytes(x, (double)m->surely), format_bytes(y, (double)m->perhaps));
}

static void print_unknown(const struct advice *v)
{
	const struct runtime *r = v->runtime;

	paragraph("not known",
		  "whether the code is safe for threads; what it is worth that one process may "
		  "crash, leak or be broken into without the others; what locks between threads "
		  "would cost");
	if (r && r->tasks)
		paragraph("", "how many %s run on these threads: the kernel does not see them",
			  r->tasks);
	if (r && r->caution)
		paragraph("", "%s, however many there are", r->caution);
}

static void print_one(const struct advise *a, const struct advice *v)
{
	char phrase[PHRASE], wait[FORMAT_LEN];
	const struct features *f = &v->seen->features;
	double enough_s = shape_enough_seconds(f);

	printf("%s: %s\n", v->seen->row->name, phrase_of(phrase, v));
	paragraph("seen", "%.1f s, as the %s %s", f->seconds, v->seen->row->kind,
		  v->seen->row->name);
	print_evidence(v->seen);
	if (v->shape == SHAPE_IDLE) {
		if (enough_s > 0)
			snprintf(wait, sizeof(wait), "%.0f", ceil(enough_s));
		paragraph("to know more", "%s%s%s",
			  enough_s > 0
				  ? "look for longer: --for "
				  : "give it the load that matters, and look at it with --for S",
			  enough_s > 0 ? wait : "", "");
		return;
	}
	print_spent(v->seen);
	print_memory(&v->memory);
	print_change("as threads", &v->estimate.as_threads, &a->prices,
		     "from one of its processes to another", "less");
	print_shared(&v->memory);
	print_change("as processes", &v->estimate.as_processes, &a->prices,
		     "from a thread to another one of its process", "more");
	print_unknown(v);
}

static void print_prices(const struct advise *a)
{
	char x[FORMAT_LEN], y[FORMAT_LEN], z[FORMAT_LEN];

	printf("%.1f s with %s switches", a->seconds,
	       format_count(x, (double)a->summary->switches));
	if (a->summary->lost)
		printf(", %s lost", format_count(x, (double)a->summary->lost));
	if (isnan(a->prices.direct.value)) {
		putchar('\n');
		return;
	}
	printf("; a switch costs processes %s ±%s more than threads here%s\n",
	       format_ns(y, a->prices.direct.value), format_ns(z, a->prices.direct.spread),
	       figure_unsteady(&a->prices.direct) ? " (unsteady)" : "");
}

/* What is worth a word in the list: the larger of the two changes. */
static const char *outcome(char out[TEXT], const struct advice *v)
{
	const struct change *threads = &v->estimate.as_threads,
			    *processes = &v->estimate.as_processes;
	char x[FORMAT_LEN];

	if (v->shape == SHAPE_IDLE)
		return strcpy(out, "");
	if (threads->measurable &&
	    !(processes->measurable && change_sum(processes) > change_sum(threads)))
		snprintf(out, TEXT, "as threads %s of a CPU less", percent(x, change_sum(threads)));
	else if (processes->measurable)
		snprintf(out, TEXT, "as processes %s of a CPU more",
			 percent(x, change_sum(processes)));
	else
		strcpy(out, "no measurable difference");
	return out;
}

static void print_list(const struct advise *a)
{
	char name[NAME_COLUMNS * 4 + 1], shape[SHAPE_COLUMNS * 4 + 1];

	text_fit(name, sizeof(name), "application", NAME_COLUMNS);
	text_fit(shape, sizeof(shape), "what it is", SHAPE_COLUMNS);
	printf("\n%s %s %5s %10s  %s\n", name, shape, "CPUs", "switches/s", "the other way round");
	for (size_t i = 0; i < a->n && i < a->limit; i++) {
		const struct advice *v = &a->advices[i];
		char phrase[PHRASE], rate[FORMAT_LEN], said[TEXT];

		text_fit(name, sizeof(name), v->seen->row->name, NAME_COLUMNS);
		text_fit(shape, sizeof(shape), phrase_of(phrase, v), SHAPE_COLUMNS);
		printf("%s %s %5.2f %10s  %s\n", name, shape, v->seen->features.cpus,
		       format_rate(rate, v->seen->features.switches), outcome(said, v));
	}
	if (a->n > a->limit)
		printf("%zu more; --limit shows them\n", a->n - a->limit);
	puts("--app NAME tells what each line rests on");
}

void advise_print_text(const struct advise *a)
{
	print_prices(a);
	if (!a->one) {
		print_list(a);
		return;
	}
	for (size_t i = 0; i < a->n; i++) {
		putchar('\n');
		print_one(a, &a->advices[i]);
	}
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/listing.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/csv.h"
#include "client/json_print.h"
#include "common/alloc.h"
#include "common/std_streams.h"
#include "common/text.h"
#include "lists/layout.h"

char *listing_cell(char buf[CELL_TEXT_LEN], const struct column *c, const struct row *r)
{
	double v = c->number(r);

	if (isnan(v)) {
		strcpy(buf, c->cell == CELL_ID && r->ended ? "ended" : "-");
		return buf;
	}
	switch (c->cell) {
	case CELL_ID:
		snprintf(buf, CELL_TEXT_LEN, "%.0f", v);
		return buf;
	case CELL_COUNT:
		format_count(buf, v);
		/* Drop the decimals of a text such as "12.3k" or "1.00M" that is too wide. */
		if (c->width && strlen(buf) > (size_t)c->width)
			snprintf(buf, CELL_TEXT_LEN, v < 999.5e3 ? "%.0fk" : "%.0fM",
				 v / (v < 999.5e3 ? 1e3 : 1e6));
		return buf;
	case CELL_RATE:
		return format_rate(buf, v);
	case CELL_NS:
		return format_ns(buf, v);
	case CELL_BYTES:
		return format_bytes(buf, v);
	case CELL_PERCENT:
		snprintf(buf, CELL_TEXT_LEN, v > 0 && v < 0.0995 ? "%.2f%%" : "%.0f%%", v * 100);
		return buf;
	case CELL_NAME:
		break;
	}
	return buf;
}

/* Prints a line without its trailing spaces. */
static void print_line(char *line, size_t len)
{
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	puts(line);
}

static void print_headings(const struct listing *l, const int *widths, char *line, size_t size)
{
	size_t len = 0;

	for (size_t c = 0; c < l->nr_columns; c++)
		if (widths[c])
			len += (size_t)snprintf(line + len, size - len,
						l->columns[c].name ? "%s%-*s" : "%s%*s",
						c ? " " : "", widths[c], l->columns[c].heading);
	print_line(line, len);
}

static void print_row(const struct listing *l, const int *widths, const struct row *r,
		      const char *name, char *line, size_t size)
{
	char cell[CELL_TEXT_LEN];
	size_t len = 0;

	for (size_t c = 0; c < l->nr_columns; c++) {
		const struct column *column = &l->columns[c];

		if (!widths[c])
			continue;
		if (c)
			line[len++] = ' ';
		if (column->name)
			text_fit(line + len, size - len, c ? column->name(r) : name, widths[c]);
		else
			snprintf(line + len, size - len, "%*s", widths[c],
				 listing_cell(cell, column, r));
		len += strlen(line + len);
	}
	print_line(line, len);
}

struct titles *listing_titles(const struct row *const *rows, size_t n)
{
	struct titled *items = xcalloc(n + 1, sizeof(*items));
	struct titles *titles;

	for (size_t i = 0; i < n; i++)
		items[i] = (struct titled){rows[i]->name, rows[i]->cmdline};
	titles = titles_new(items, n);
	free(items);
	return titles;
}

static void print_text(const struct listing *l, const struct row *const *rows, size_t n)
{
	struct titles *titles = l->titles ? listing_titles(rows, n) : NULL;
	const char *const *names = titles ? titles_of(titles) : NULL;
	int *widths = xcalloc(l->nr_columns, sizeof(*widths));
	size_t size = 1;
	char *line;

	layout_columns(widths, l->columns, l->nr_columns,
		       l->wide ? LAYOUT_UNLIMITED : layout_width(), rows, names, n);
	/* Each character of a column may take four bytes. */
	for (size_t c = 0; c < l->nr_columns; c++)
		size += (size_t)widths[c] * 4 + CELL_TEXT_LEN;
	line = xcalloc(size, 1);
	print_headings(l, widths, line, size);
	for (size_t i = 0; i < n; i++)
		print_row(l, widths, rows[i], names ? names[i] : l->columns[0].name(rows[i]), line,
			  size);
	free(line);
	free(widths);
	titles_free(titles);
}

/* Prints whole numbers exactly, as far as a double can hold them, and others with six digits. */
static void print_number(double v)
{
	if (v == floor(v) && fabs(v) < 9007199254740992.0)
		printf("%.0f", v);
	else
		printf("%.6g", v);
}

static void print_csv(struct listing *l, u64 time_ns, u64 interval_ns,
		      const struct row *const *rows, size_t n)
{
	if (!l->begun) {
		fputs("time_ns,interval_ns", stdout);
		for (size_t c = 0; c < l->nr_columns; c++)
			printf(",%s", l->columns[c].key);
		fputs("\r\n", stdout);
	}
	l->begun = true;
	for (size_t i = 0; i < n; i++) {
		printf("%" PRIu64 ",%" PRIu64, time_ns, interval_ns);
		for (size_t c = 0; c < l->nr_columns; c++) {
			const struct column *column = &l->columns[c];

			putchar(',');
			if (column->name)
				csv_field(stdout, column->name(rows[i]));
			else if (!isnan(column->number(rows[i])))
				print_number(column->number(rows[i]));
		}
		fputs("\r\n", stdout);
	}
}

static struct json_object *json_row(const struct listing *l, const struct row *r)
{
	struct json_object *o = json_object_new_object();

	for (size_t c = 0; c < l->nr_columns; c++) {
		const struct column *column = &l->columns[c];
		struct json_object *value = NULL;

		if (column->name)
			value = json_object_new_string(column->name(r));
		else if (!isnan(column->number(r)))
			value = column->cell == CELL_ID || column->cell == CELL_COUNT ||
						column->cell == CELL_BYTES
					? json_object_new_uint64((u64)column->number(r))
					: json_object_new_double(column->number(r));
		json_object_object_add(o, column->key, value);
	}
	return o;
}

struct json_object *listing_json(const struct listing *l, const struct row *const *rows, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_row(l, rows[i]));
	return list;
}

static void print_json(const struct listing *l, u64 time_ns, u64 interval_ns,
		       const struct row *const *rows, size_t n)
{
	struct json_object *o = json_print_begin();

	json_object_object_add(o, "time_ns", json_object_new_uint64(time_ns));
	json_object_object_add(o, "interval_ns", json_object_new_uint64(interval_ns));
	json_object_object_add(o, l->what, listing_json(l, rows, n));
	json_print_end(o);
}

int listing_print(struct listing *l, u64 time_ns, u64 interval_ns, const struct row *const *rows,
		  size_t n)
{
	switch (l->output) {
	case OUTPUT_TEXT:
		if (l->begun)
			putchar('\n');
		l->begun = true;
		print_text(l, rows, n);
		break;
	case OUTPUT_JSON:
		print_json(l, time_ns, interval_ns, rows, n);
		break;
	case OUTPUT_CSV:
		print_csv(l, time_ns, interval_ns, rows, n);
		break;
	}
	return std_streams_flush();
}

const struct column *listing_find(const struct column *columns, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(columns[i].key, key))
			return &columns[i];
	return NULL;
}

static int compare(const void *a, const void *b, void *by)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
	const struct column *c = by;
	double v, w;

	if (c->name) {
		int order = strcmp(c->name(x), c->name(y));

		/* Rows of one name are in order of their command lines, as their titles are. */
		order = order ? order : strcmp(x->cmdline, y->cmdline);
		if (order)
			return order;
	} else {
		/* Numbers that do not exist come last. */
		v = isnan(c->number(x)) ? -1 : c->number(x);
		w = isnan(c->number(y)) ? -1 : c->number(y);
		if (v != w)
			return v < w ? 1 : -1;
	}
	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

void listing_sort(const struct row **rows, size_t n, const struct column *by)
{
	qsort_r(rows, n, sizeof(struct row *), compare, (void *)by);
}

/* Prints the key and the heading of a column, and what it means. */
/* Wraps the explanation, aligned below its first line. */
static void explain_one(FILE *out, const struct column *c)
{
	enum { INDENT = 37, WIDTH = 77 };
	int at = fprintf(out, "  %-22s %-11s ", c->key, c->width || c->wide ? c->heading : "");

	for (const char *word = c->help; *word;) {
		int len = (int)strcspn(word, " ");

		if (at > INDENT && at + 1 + len > WIDTH)
			at = fprintf(out, "\n%*s", INDENT, "") - 1;
		at += fprintf(out, "%s%.*s", at > INDENT ? " " : "", len, word);
		word += len + (word[len] == ' ');
	}
	fputc('\n', out);
}

static void explain(FILE *out, const struct column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		explain_one(out, &columns[i]);
}

static char *doc_of(const char *before, char separator, const char *after,
		    const struct column *columns, size_t n)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	fprintf(f, "%s%c%s", before, separator, after);
	explain(f, columns, n);
	fclose(f);
	return text;
}

char *listing_doc(const char *before, const char *after, const struct column *columns, size_t n)
{
	return doc_of(before, '\v', after, columns, n);
}

char *listing_doc_add(char *doc, const char *heading, const struct column *columns, size_t n)
{
	char *text = doc_of(doc, '\n', heading, columns, n);

	free(doc);
	return text;
}

char *listing_keep_text(int key, const char *text, void *input)
{
	(void)key, (void)input;
	return (char *)text;
}

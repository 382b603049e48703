// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The numbers of the textfile; whether others accept it is what test_textfile.py asks. */
#include <inttypes.h>
#include <stdlib.h>

#include "outputs/textfile.h"
#include "task_input.h"
#include "unit.h"

#define COST "tvtraced_context_switch_cost_seconds"

struct page {
	struct host_facts host;
	struct creation_facts creation;
	struct features features;
	struct publication p;
	struct series_table *series;
	struct task_table *tasks;
	struct textfile_status status;
	char *text; /* as rendered last */
};

static void page_open(struct page *page)
{
	memset(page, 0, sizeof(*page));
	page->host.cost_source = "sched_exit_tp";
	page->host.features = &page->features;
	page->creation.source = "none";
	page->host.creation = &page->creation;
	memset(page->features.has, true, sizeof(page->features.has));
	page->p.now.host = &page->host;
	page->series = series_new(group_label_at(0));
	page->tasks = task_table_new(1, 100, 100);
	page->p.now.tasks = page->tasks;
}

static void page_close(struct page *page)
{
	for (int i = 0; i < NR_CELLS; i++)
		histogram_release(&page->p.now.histograms.cost[i]);
	series_free(page->series);
	task_table_free(page->tasks);
	free(page->text);
}

static void render(struct page *page)
{
	size_t len;
	FILE *f;

	free(page->text);
	f = open_memstream(&page->text, &len);
	assert_non_null(f);
	textfile_render(f, &page->p, page->series, &page->status);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(page->text[len - 1], '\n');
}

/* The text after "SERIES " on the one line that has it. */
static const char *value_of(const struct page *page, const char *series)
{
	static char value[64];
	size_t len = strlen(series);
	int found = 0;

	for (const char *line = page->text; *line; line = strchr(line, '\n') + 1)
		if (!strncmp(line, series, len) && line[len] == ' ') {
			assert_int_equal(sscanf(line + len, " %63[^\n]", value), 1);
			found++;
		}
	if (found != 1)
		fail_msg("%s is there %d times", series, found);
	return value;
}

static void check(const struct page *page, const char *series, const char *value)
{
	assert_string_equal(value_of(page, series), value);
}

static void check_bucket(const struct page *page, const char *le, const char *value)
{
	char series[128];

	snprintf(series, sizeof(series), COST "_bucket{kind=\"thread\",le=\"%s\"}", le);
	check(page, series, value);
}

static void a_bucket_holds_what_its_bound_says(void **state)
{
	struct page page;

	(void)state;
	page_open(&page);
	/* On both sides of the first and of the last bound, and beyond all. */
	for (int from = 0; from < NR_FROMS; from++) {
		struct histogram *h = &page.p.now.histograms.cost[CELL_INDEX(KIND_THREAD, from)];

		histogram_add(h, 127);
		histogram_add(h, 128);
		histogram_add(h, (1 << 20) - 1);
		histogram_add(h, 1 << 20);
		histogram_add(h, UINT32_MAX);
	}
	render(&page);
	check_bucket(&page, "0.000000127", "3");
	check_bucket(&page, "0.000000255", "6");
	check_bucket(&page, "0.000524287", "6");
	check_bucket(&page, "0.001048575", "9");
	check_bucket(&page, "+Inf", "15");
	check(&page, COST "_count{kind=\"thread\"}", "15");
	/* 3 * (127 + 128 + 1048575 + 1048576 + 4294967295) ns */
	check(&page, COST "_sum{kind=\"thread\"}", "12.891194103");
	check(&page, COST "_count{kind=\"process\"}", "0");
	check(&page, COST "_sum{kind=\"process\"}", "0.000000000");
	page_close(&page);
}

/* As long as there is one value in every bucket, each bound's count is how many are at most it. */
static void every_bound_counts_all_up_to_it(void **state)
{
	static const char prefix[] = COST "_bucket{kind=\"idle\",le=\"";
	struct page page;
	int bounds = 0;

	(void)state;
	page_open(&page);
	for (u32 b = 0; b < NR_BUCKETS; b++) {
		histogram_add(&page.p.now.histograms.cost[CELL_INDEX(KIND_IDLE, FROM_USER)],
			      (u32)bucket_low(b));
		if (b + 1 < NR_BUCKETS)
			histogram_add(
				&page.p.now.histograms.cost[CELL_INDEX(KIND_IDLE, FROM_KTHREAD)],
				(u32)bucket_low(b + 1) - 1);
	}
	render(&page);
	for (const char *at = page.text; (at = strstr(at, prefix)); at += sizeof(prefix) - 1) {
		u64 expected = 0, got, seconds, ns;

		if (sscanf(at + sizeof(prefix) - 1, "%" SCNu64 ".%9" SCNu64 "\"} %" SCNu64,
			   &seconds, &ns, &got) != 3)
			continue;
		bounds++;
		ns += seconds * 1000000000;
		for (u32 b = 0; b < NR_BUCKETS; b++) {
			expected += bucket_low(b) <= ns;
			expected += b + 1 < NR_BUCKETS && bucket_low(b + 1) - 1 <= ns;
		}
		assert_int_equal(got, expected);
	}
	assert_int_equal(bounds, 14);
	page_close(&page);
}

static void large_numbers_stay_exact(void **state)
{
	struct page page;
	struct histogram *h;

	(void)state;
	page_open(&page);
	h = &page.p.now.histograms.cost[CELL_INDEX(KIND_THREAD, FROM_USER)];
	histogram_add_bucket(h, bucket_index(1000), (u64)1 << 40);
	histogram_add_totals(h, (u64)1 << 40, 9007199254740993, 1000, 1000);
	page.p.now.accounting.spilled = UINT64_MAX;
	page.p.now.accounting.probe_run_ns = 1000000001;
	page.p.now.own_cpu_ns = 999999999;
	page.p.now.own_rss_bytes = (u64)3 << 32;
	page.host.cost_bias_ns = 23;
	page.status = (struct textfile_status){1700000000, 7};
	render(&page);
	check(&page, COST "_sum{kind=\"thread\"}", "9007199.254740993");
	check(&page, COST "_count{kind=\"thread\"}", "1099511627776");
	check(&page, "tvtraced_switches_spilled_total", "18446744073709551615");
	check(&page, "tvtraced_probe_run_seconds_total", "1.000000001");
	check(&page, "tvtraced_own_cpu_seconds_total", "0.999999999");
	check(&page, "tvtraced_resident_memory_bytes", "12884901888");
	check(&page, "tvtraced_cost_bias_seconds", "0.000000023");
	check(&page, "tvtraced_last_write_timestamp_seconds", "1700000000");
	check(&page, "tvtraced_textfile_write_failures_total", "7");
	page_close(&page);
}

static void each_label_has_its_counter(void **state)
{
	char series[128], value[16];
	struct page page;

	(void)state;
	page_open(&page);
	for (int i = 0; i < NR_LABELS; i++)
		page.p.now.accounting.labels[i] = 1000u + (unsigned int)i;
	render(&page);
	for (int k = 0; k < NR_KINDS; k++)
		for (int f = 0; f < NR_FROMS; f++)
			for (int r = 0; r < NR_REASONS; r++) {
				snprintf(series, sizeof(series),
					 "tvtraced_context_switches_total"
					 "{kind=\"%s\",from=\"%s\",reason=\"%s\"}",
					 kind_names[k], from_names[f], reason_names[r]);
				snprintf(value, sizeof(value), "%d", 1000 + LABEL_INDEX(k, f, r));
				check(&page, series, value);
			}
	page_close(&page);
}

static void names_are_escaped_as_label_values(void **state)
{
	static const struct task_id tasks[] = {{1, 1}, {2, 2}, {3, 3}};
	static const char *const names[] = {"say \"hi\"", "back\\slash", "n\nl\xff"};
	struct page page;

	(void)state;
	page_open(&page);
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		new_process(page.tasks, tasks[i], names[i]);
		send_switch(page.tasks, idle_task, tasks[i], KIND_PROCESS, 1500);
	}
	series_update(page.series, &page.p);
	render(&page);
	check(&page,
	      "tvtraced_group_context_switches_total{group=\"say "
	      "\\\"hi\\\"\",kind=\"process\",from=\"user\"}",
	      "1");
	/* Escaped for people, so that it is printable, and once more for the format. */
	check(&page,
	      "tvtraced_group_context_switches_total"
	      "{group=\"back\\\\\\\\slash\",kind=\"process\",from=\"user\"}",
	      "1");
	check(&page,
	      "tvtraced_group_context_switch_cost_seconds_total"
	      "{group=\"n\\\\x0al\\\\xff\",kind=\"process\",from=\"user\"}",
	      "0.000001500");
	page_close(&page);
}

static void check_both(struct page *page, const char *group, const char *kind)
{
	static const char *const froms[] = {"user", "other"};
	char series[128];

	for (size_t i = 0; i < ARRAY_SIZE(froms); i++) {
		snprintf(series, sizeof(series),
			 "tvtraced_group_context_switches_total"
			 "{group=\"%s\",kind=\"%s\",from=\"%s\"}",
			 group, kind, froms[i]);
		check(page, series, "0");
	}
}

static void switches_from_programs_are_apart(void **state)
{
	const struct task_id id = {5, 5};
	struct switch_record from_idle =
		switch_of(idle_task, id, KIND_THREAD, REASON_VOLUNTARY, 500);
	struct page page;

	(void)state;
	page_open(&page);
	new_process(page.tasks, id, "server");
	for (int i = 0; i < 3; i++)
		send_switch(page.tasks, idle_task, id, KIND_PROCESS, 1500);
	from_idle.label = LABEL_INDEX(KIND_THREAD, FROM_IDLE, REASON_VOLUNTARY);
	task_table_switch(page.tasks, 0, &from_idle);
	from_idle.label = LABEL_INDEX(KIND_PROCESS, FROM_KTHREAD, REASON_VOLUNTARY);
	task_table_switch(page.tasks, 0, &from_idle);
	series_update(page.series, &page.p);
	render(&page);
	check(&page,
	      "tvtraced_group_context_switches_total"
	      "{group=\"server\",kind=\"process\",from=\"user\"}",
	      "3");
	check(&page,
	      "tvtraced_group_context_switches_total"
	      "{group=\"server\",kind=\"process\",from=\"other\"}",
	      "1");
	check(&page,
	      "tvtraced_group_context_switches_total"
	      "{group=\"server\",kind=\"thread\",from=\"other\"}",
	      "1");
	check(&page,
	      "tvtraced_group_context_switch_cost_seconds_total"
	      "{group=\"server\",kind=\"process\",from=\"user\"}",
	      "0.000004500");
	check(&page,
	      "tvtraced_group_context_switch_cost_seconds_total"
	      "{group=\"server\",kind=\"thread\",from=\"other\"}",
	      "0.000000500");
	page_close(&page);
}

static void expected_series_begin_at_zero(void **state)
{
	struct page page;

	(void)state;
	page_open(&page);
	render(&page);
	check_both(&page, "kernel", "kthread");
	check_both(&page, "idle", "idle");
	for (int k = 0; k < NR_KINDS; k++)
		check_both(&page, "other", kind_names[k]);
	page_close(&page);
}

static void without_a_cost_source_no_cost_is_published(void **state)
{
	struct page page;

	(void)state;
	page_open(&page);
	page.host.cost_source = "none";
	page.host.cost_reason = "this kernel has no end of a switch";
	render(&page);
	assert_null(strstr(page.text, "cost_seconds"));
	assert_null(strstr(page.text, "tvtraced_cost_bias_seconds"));
	check(&page, "tvtraced_cost_source_info{source=\"none\"}", "1");
	page_close(&page);
}

static void each_feature_is_there_or_not(void **state)
{
	struct page page;

	(void)state;
	page_open(&page);
	page.features.has[FEATURE_FENTRY] = false;
	render(&page);
	check(&page, "tvtraced_feature_info{feature=\"fentry\",available=\"false\"}", "1");
	check(&page, "tvtraced_feature_info{feature=\"kprobe\",available=\"true\"}", "1");
	check(&page, "tvtraced_switches_unseen_total", "0");
	page.features.has[FEATURE_RUN_QUEUE_COUNT] = false;
	render(&page);
	assert_null(strstr(page.text, "unseen_total"));
	page_close(&page);
}

/* HELP, TYPE, then the samples of that metric, and never again. */
static void metrics_stand_in_the_format_s_order(void **state)
{
	char name[80] = "", line_name[80], word[82], headed[4096] = "";
	struct page page;

	(void)state;
	page_open(&page);
	render(&page);
	for (const char *line = page.text; *line; line = strchr(line, '\n') + 1) {
		if (!strncmp(line, "# HELP ", 7)) {
			assert_int_equal(sscanf(line, "# HELP %79s", name), 1);
			snprintf(word, sizeof(word), " %s ", name);
			assert_null(strstr(headed, word));
			strcat(headed, word);
			continue;
		}
		if (!strncmp(line, "# TYPE ", 7)) {
			assert_int_equal(sscanf(line, "# TYPE %79s", line_name), 1);
			assert_string_equal(line_name, name);
			continue;
		}
		assert_int_equal(sscanf(line, "%79[a-z_]", line_name), 1);
		assert_memory_equal(line_name, name, strlen(name));
	}
	page_close(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_holds_what_its_bound_says),
		cmocka_unit_test(every_bound_counts_all_up_to_it),
		cmocka_unit_test(large_numbers_stay_exact),
		cmocka_unit_test(each_label_has_its_counter),
		cmocka_unit_test(names_are_escaped_as_label_values),
		cmocka_unit_test(switches_from_programs_are_apart),
		cmocka_unit_test(expected_series_begin_at_zero),
		cmocka_unit_test(without_a_cost_source_no_cost_is_published),
		cmocka_unit_test(each_feature_is_there_or_not),
		cmocka_unit_test(metrics_stand_in_the_format_s_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

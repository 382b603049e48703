// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as a capture for `tvtrace report`: `make fuzz` makes them up with libFuzzer, and
 * fuzz_trace FILE... replays files. Beside what the sanitizers find: rows and sums agree, and all
 * forms can be printed.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "report/report.h"
#include "report/trace_file.h"

static u64 sum_of(const struct trace_model *m, enum trace_list what)
{
	const struct row *rows;
	u64 sum = 0;
	size_t n;

	rows = trace_model_rows(m, what, &n);
	for (size_t i = 0; i < n; i++) {
		sum += rows[i].unlabelled;
		for (int k = 0; k < NR_KINDS; k++)
			sum += rows[i].grown.switches[k];
	}
	return sum;
}

static void check_sums(const struct trace_model *m)
{
	const struct trace_summary *s = trace_model_summary(m);
	u64 labelled = 0, charged = sum_of(m, TRACE_THREADS);

	for (int i = 0; i < NR_LABELS; i++)
		labelled += s->labels[i];
	assert(labelled + s->unlabelled == s->switches);
	assert(s->switches <= s->all_switches);
	assert(s->begin_ns <= s->end_ns);
	assert(charged + s->unattributed == s->switches);
	assert(charged == sum_of(m, TRACE_GROUPS));
	assert(charged == sum_of(m, TRACE_APPLICATIONS));
}

static void print_all(const struct trace_model *m)
{
	int (*const forms[])(struct report * r) = {report_text, report_json, report_csv,
						   report_html};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct report r = {.name = "fuzz", .model = m, .summary = trace_model_summary(m)};

		report_list_make(&r.list, m, (enum trace_list)(i % 3), NULL, 0);
		assert(!forms[i](&r));
		report_list_release(&r.list);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	return freopen("/dev/null", "w", stdout) ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_window(int fd, u64 from_ns, u64 to_ns)
{
	struct trace_model *m = trace_model_new(from_ns, to_ns);
	struct trace_file *f = trace_file_new(fd);
	const TracePacket *p;

	while ((p = trace_file_next(f)))
		trace_model_packet(m, p);
	trace_model_end(m);
	check_sums(m);
	print_all(m);
	trace_file_close(f);
	trace_model_free(m);
}

static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size && !lseek(fd, 0, SEEK_SET));
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_window(file_of(data, size), 0, UINT64_MAX);
	read_window(file_of(data, size), 1000, 100000);
	return 0;
}

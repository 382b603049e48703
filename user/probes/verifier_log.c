// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/verifier_log.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "common/alloc.h"
#include "common/error.h"

enum {
	LOG_STATS = 4, /* BPF_LOG_STATS of linux/bpf_verifier.h: the totals, no instructions */
	LOG_BYTES = 16 << 10,
};

char *verifier_log_request(struct bpf_object *obj)
{
	struct bpf_program *program;
	char *logs, *next;
	size_t n = 0;

	bpf_object__for_each_program(program, obj)
		n++;
	logs = xcalloc(n, LOG_BYTES);
	next = logs;
	bpf_object__for_each_program(program, obj) {
		bpf_program__set_log_level(program, LOG_STATS);
		bpf_program__set_log_buf(program, next, LOG_BYTES);
		next += LOG_BYTES;
	}
	return logs;
}

static void tell_lines(const char *name, const char *log)
{
	for (const char *end; *log; log = *end ? end + 1 : end) {
		end = strchrnul(log, '\n');
		if (end > log)
			verbose_log("%s: %.*s", name, (int)(end - log), log);
	}
}

void verifier_log_tell_refused(const struct bpf_object *obj)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, obj) {
		size_t size;
		const char *log = bpf_program__log_buf(program, &size);

		if (bpf_program__autoload(program) && log && *log)
			tell_lines(bpf_program__name(program), log);
	}
}

static void tell_program(const struct bpf_program *program)
{
	static const char processed[] = "processed ";
	size_t size;
	const char *log = bpf_program__log_buf(program, &size);
	const char *line = log ? strstr(log, processed) : NULL;

	if (line)
		verbose_log("verified %s: %lu instructions", bpf_program__name(program),
			    strtoul(line + strlen(processed), NULL, 10));
}

void verifier_log_tell(const struct bpf_object *obj)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, obj) {
		if (bpf_program__autoload(program))
			tell_program(program);
		else
			verbose_log("left out %s", bpf_program__name(program));
	}
}

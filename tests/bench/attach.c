// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Attaches all programs of an object, says "ready", and detaches at SIGINT or SIGTERM. Then, if
 * the object has a per-CPU array "spans", prints the 64-bit words of each entry, summed over all
 * CPUs: one line per entry.
 *
 * usage: attach OBJECT [TGID]    TGID goes to the object's only constant (.rodata, 32 bits)
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINKS = 2 };

static int set_tgid(struct bpf_object *object, const char *text)
{
	struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata");
	int32_t tgid = (int32_t)strtol(text, NULL, 10);

	if (!constants)
		return -ENOENT;
	return bpf_map__set_initial_value(constants, &tgid, sizeof(tgid));
}

static int attach_all(struct bpf_object *object, struct bpf_link **links)
{
	struct bpf_program *program;
	int i = 0;

	bpf_object__for_each_program(program, object) {
		if (i == MAX_LINKS)
			return -E2BIG;
		links[i] = bpf_program__attach(program);
		if (!links[i])
			return -errno;
		i++;
	}
	return 0;
}

static void print_entry(const uint64_t *values, size_t words, size_t cpus)
{
	uint64_t sum;
	size_t word, cpu;

	for (word = 0; word < words; word++) {
		sum = 0;
		for (cpu = 0; cpu < cpus; cpu++)
			sum += values[cpu * words + word];
		printf("%llu%c", (unsigned long long)sum, word + 1 < words ? ' ' : '\n');
	}
}

static int print_spans(struct bpf_object *object)
{
	struct bpf_map *spans = bpf_object__find_map_by_name(object, "spans");
	int cpus = libbpf_num_possible_cpus(), err = 0;
	uint64_t *values;
	uint32_t key;
	size_t size;

	if (!spans)
		return 0;
	if (cpus < 0)
		return cpus;
	size = bpf_map__value_size(spans);
	values = calloc((size_t)cpus, size);
	if (!values)
		return -ENOMEM;
	for (key = 0; key < bpf_map__max_entries(spans) && !err; key++) {
		err = bpf_map__lookup_elem(spans, &key, sizeof(key), values, (size_t)cpus * size,
					   0);
		if (!err)
			print_entry(values, size / sizeof(*values), (size_t)cpus);
	}
	free(values);
	return err;
}

/* Attaches, waits for a signal, detaches. */
static int run(struct bpf_object *object, const char *tgid, const sigset_t *signals)
{
	struct bpf_link *links[MAX_LINKS] = {NULL};
	int err, i, signal;

	err = tgid ? set_tgid(object, tgid) : 0;
	if (!err)
		err = bpf_object__load(object);
	if (!err)
		err = attach_all(object, links);
	if (!err) {
		puts("ready");
		fflush(stdout);
		sigwait(signals, &signal);
	}
	for (i = 0; i < MAX_LINKS; i++)
		bpf_link__destroy(links[i]);
	return err;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	sigset_t signals;
	int err;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: attach OBJECT [TGID]\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	object = bpf_object__open_file(argv[1], NULL);
	if (!object) {
		fprintf(stderr, "attach: cannot open %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	err = run(object, argv[2], &signals);
	if (!err)
		err = print_spans(object);
	if (err)
		fprintf(stderr, "attach: cannot run %s: %s\n", argv[1], strerror(-err));
	bpf_object__close(object);
	return err ? 1 : 0;
}

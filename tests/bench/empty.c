// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Attaches the empty programs, says "ready", and detaches at SIGINT or SIGTERM.
 *
 * usage: empty PATH_OF_empty.bpf.o
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LINKS = 2 };

static int attach_all(struct bpf_object *object, struct bpf_link **links)
{
	struct bpf_program *program;
	int i = 0;

	bpf_object__for_each_program(program, object) {
		links[i] = bpf_program__attach(program);
		if (!links[i])
			return -errno;
		i++;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_link *links[MAX_LINKS] = {NULL};
	struct bpf_object *object;
	sigset_t signals;
	int err, i, signal;

	if (argc != 2) {
		fprintf(stderr, "usage: empty PATH_OF_empty.bpf.o\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	object = bpf_object__open_file(argv[1], NULL);
	if (!object) {
		fprintf(stderr, "empty: cannot open %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	err = bpf_object__load(object);
	if (!err)
		err = attach_all(object, links);
	if (err) {
		fprintf(stderr, "empty: cannot load or attach: %s\n", strerror(-err));
	} else {
		puts("ready");
		fflush(stdout);
		sigwait(&signals, &signal);
	}
	for (i = 0; i < MAX_LINKS; i++)
		bpf_link__destroy(links[i]);
	bpf_object__close(object);
	return err ? 1 : 0;
}

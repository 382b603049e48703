// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Creates threads or processes, one after the other, and times each call by its own clock. A child
 * of vfork sleeps for a millisecond before it ends, so that its run is not taken for its creation.
 *
 * usage: create thread|fork|vfork N MIB
 * MIB: how much memory is resident meanwhile. Prints "ready" and, after a line of input, "done"
 * with the time of each call in ns.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sys/mman.h>

#include "workload.h"

enum { MOST = 10000 };

static uint64_t call_ns[MOST];

static void *live(void *arg)
{
	return arg;
}

static uint64_t create_thread(void)
{
	uint64_t begun = now_ns(), ended;
	pthread_t thread;

	errno = pthread_create(&thread, NULL, live, NULL);
	ended = now_ns();
	if (errno)
		fail("pthread_create");
	pthread_join(thread, NULL);
	return ended - begun;
}

static uint64_t create_by_fork(void)
{
	uint64_t begun = now_ns(), ended;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid)
		_exit(0);
	ended = now_ns();
	waitpid(pid, NULL, 0);
	return ended - begun;
}

static int nap_and_end(void *arg)
{
	(void)arg;
	nap(1000000);
	return 0;
}

/* As vfork does, but with a stack of the child's own, on which it may call functions. */
static uint64_t create_by_vfork(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	uint64_t begun = now_ns(), ended;
	pid_t pid =
		clone(nap_and_end, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	if (pid < 0)
		fail("clone");
	ended = now_ns();
	waitpid(pid, NULL, 0);
	return ended - begun;
}

static void occupy(long mib)
{
	size_t size = (size_t)mib << 20;
	char *memory =
		size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
		     : NULL;

	if (memory == MAP_FAILED)
		fail("mmap");
	/* Small pages: what a fork copies are their page tables. */
	if (memory && madvise(memory, size, MADV_NOHUGEPAGE) && errno != EINVAL)
		fail("madvise");
	for (size_t at = 0; at < size; at += 4096)
		memory[at] = 1;
}

int main(int argc, char **argv)
{
	uint64_t (*create)(void) = create_thread;
	struct stage *stage;
	long n;

	if (argc == 4 && !strcmp(argv[1], "fork"))
		create = create_by_fork;
	else if (argc == 4 && !strcmp(argv[1], "vfork"))
		create = create_by_vfork;
	else if (argc != 4 || strcmp(argv[1], "thread") != 0) {
		fprintf(stderr, "usage: create thread|fork|vfork N MIB\n");
		return 2;
	}
	n = number_argument(argv[2], 1);
	if (n > MOST)
		n = MOST;
	occupy(number_argument(argv[3], 0));
	stage = stage_new(-1, false);
	stage_print(stage, "ready");
	wait_for_line();
	for (long i = 0; i < n; i++)
		call_ns[i] = create();
	printf("{\"event\":\"done\",\"pid\":%d,\"call_ns\":[", getpid());
	for (long i = 0; i < n; i++)
		printf("%s%" PRIu64, i ? "," : "", call_ns[i]);
	puts("]}");
	fflush(stdout);
	wait_for_line();
	return 0;
}

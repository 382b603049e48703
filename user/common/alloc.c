// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/exit_status.h"

static void *checked(void *p)
{
	if (!p)
		exit(fail(STATUS_FAILED, "out of memory"));
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n, size));
}

void *xrealloc(void *p, size_t n, size_t size)
{
	return checked(reallocarray(p, n, size));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

bool verbose;
const char *program_name = "tvtraced";

static void say(const char *format, va_list args)
{
	char line[1024];

	/* In one write, so that lines of two threads do not mix. */
	vsnprintf(line, sizeof(line), format, args);
	fprintf(stderr, "%s: %s\n", program_name, line);
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

int fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return status;
}

void tell(const char *format, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

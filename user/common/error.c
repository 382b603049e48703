// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/text.h"

bool verbose;
const char *program_name = "tvtraced";
static bool said;
static void (*writer)(const char *line);

static void say(const char *format, va_list args)
{
	char text[1024], printable[4 * sizeof(text)], line[5 * sizeof(text)];

	vsnprintf(text, sizeof(text), format, args);
	snprintf(line, sizeof(line), "%s: %s\n", program_name,
		 text_printable(printable, sizeof(printable), text));
	/* The line is written at once, so that lines of two threads do not mix. */
	if (writer)
		writer(line);
	else
		fputs(line, stderr);
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
	said = true;
	return status;
}

void error_set_writer(void (*write)(const char *line))
{
	writer = write;
}

bool error_said(void)
{
	return said;
}

void verbose_log(const char *format, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

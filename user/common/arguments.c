// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/arguments.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

int arguments_bad_status = 2;

u64 arguments_seconds(const char *option, const char *text, double min, double max)
{
	char *end;
	double s;

	errno = 0;
	s = strtod(text, &end);
	if (end == text || *end || errno || !isfinite(s) || s < min || s > max)
		exit(fail(arguments_bad_status,
			  "--%s: '%s' is not a number of seconds from %g to %g", option, text, min,
			  max));
	return (u64)(s * 1e9 + 0.5);
}

u64 arguments_number(const char *option, const char *text, u64 min, u64 max)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (end == text || *end || errno || text[0] == '-' || v < min || v > max)
		exit(fail(arguments_bad_status,
			  "--%s: '%s' is not a whole number from %" PRIu64 " to %" PRIu64, option,
			  text, min, max));
	return v;
}

u64 arguments_size(const char *option, const char *text, u64 min, u64 max)
{
	static const char units[] = "kmg";
	unsigned long long v;
	const char *unit;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	unit = end != text && *end ? strchr(units, tolower((unsigned char)*end)) : NULL;
	if (unit) {
		int shift = 10 * (int)(unit - units + 1);

		v = v > max >> shift ? max + 1 : v << shift;
		end++;
	}
	if (end == text || *end || errno || text[0] == '-' || v < min || v > max)
		exit(fail(arguments_bad_status,
			  "--%s: '%s' is not a size from %" PRIu64 " to %" PRIu64 " bytes", option,
			  text, min, max));
	return v;
}

void arguments_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	argp_err_exit_status = arguments_bad_status;
	argp_parse(argp, argc, argv, 0, NULL, input);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/format.h"

#include <stdio.h>

/* Writes three significant digits of a value below 1000, or the integer part of a larger value. */
static char *scaled(char out[FORMAT_LEN], double v, const char *unit)
{
	int decimals = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;

	snprintf(out, FORMAT_LEN, "%.*f%s", decimals, v, unit);
	return out;
}

char *format_ns(char out[FORMAT_LEN], double ns)
{
	if (ns < 999.5) {
		snprintf(out, FORMAT_LEN, "%.0f ns", ns > 0 ? ns : 0);
		return out;
	}
	if (ns < 999.5e3)
		return scaled(out, ns / 1e3, " us");
	if (ns < 999.5e6)
		return scaled(out, ns / 1e6, " ms");
	return scaled(out, ns / 1e9, " s");
}

char *format_count(char out[FORMAT_LEN], double n)
{
	if (n < 9999.5) {
		snprintf(out, FORMAT_LEN, "%.0f", n);
		return out;
	}
	if (n < 999.5e3)
		return scaled(out, n / 1e3, "k");
	if (n < 999.5e6)
		return scaled(out, n / 1e6, "M");
	return scaled(out, n / 1e9, "G");
}

char *format_rate(char out[FORMAT_LEN], double n)
{
	return n > 0 && n < 9.995 ? scaled(out, n, "") : format_count(out, n);
}

char *format_bytes(char out[FORMAT_LEN], double bytes)
{
	if (bytes < 1023.5) {
		snprintf(out, FORMAT_LEN, "%.0f B", bytes > 0 ? bytes : 0);
		return out;
	}
	if (bytes < 1023.5 * 1024)
		return scaled(out, bytes / 1024, " KiB");
	if (bytes < 1023.5 * (1 << 20))
		return scaled(out, bytes / (1 << 20), " MiB");
	return scaled(out, bytes / (1 << 30), " GiB");
}

char *format_uptime(char out[FORMAT_LEN], double seconds)
{
	unsigned long s = seconds > 0 ? (unsigned long)seconds : 0;

	if (s < 60)
		snprintf(out, FORMAT_LEN, "%lu s", s);
	else if (s < 3600)
		snprintf(out, FORMAT_LEN, "%lu min %lu s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, FORMAT_LEN, "%lu h %lu min", s / 3600, s / 60 % 60);
	else
		snprintf(out, FORMAT_LEN, "%lu d %lu h", s / 86400, s / 3600 % 24);
	return out;
}

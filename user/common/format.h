/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Formats numbers for people, with three significant digits and a unit. */
#ifndef TVTRACED_COMMON_FORMAT_H
#define TVTRACED_COMMON_FORMAT_H

#include <stddef.h>

enum { FORMAT_LEN = 24 };

/* Writes nanoseconds as "412 ns", "1.23 us", "45.6 ms", "7.89 s"; negative values count as 0. */
char *format_ns(char out[FORMAT_LEN], double ns);

/* Writes a whole number as "412", "12.3k", "45.6M". */
char *format_count(char out[FORMAT_LEN], double n);

/* Does the same as format_count(), but with decimals below 10: "0.33", "412", "12.3k". */
char *format_rate(char out[FORMAT_LEN], double n);

/* Writes bytes as "412 B", "12.3 KiB", "45.6 MiB", "1023 MiB", "7.89 GiB"; negative ones count as
 * 0. */
char *format_bytes(char out[FORMAT_LEN], double bytes);

/* Writes whole seconds as "12 s", "3 min 4 s", "5 h 6 min", "7 d 8 h". */
char *format_uptime(char out[FORMAT_LEN], double seconds);

#endif

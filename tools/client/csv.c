// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/csv.h"

#include <stdbool.h>
#include <string.h>

void csv_field(FILE *out, const char *text)
{
	bool formula = *text && strchr("=+-@\t'", *text);

	if (!strpbrk(text, ",\"\r\n")) {
		fprintf(out, "%s%s", formula ? "'" : "", text);
		return;
	}
	fprintf(out, "\"%s", formula ? "'" : "");
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

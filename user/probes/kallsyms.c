// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/kallsyms.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

/* Returns the length of one ".isra.N" or ".constprop.N" at s; 0: s begins with something else. */
static size_t clone_suffix(const char *s)
{
	static const char *const suffixes[] = {".isra.", ".constprop."};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t n = strlen(suffixes[i]), digits;

		if (strncmp(s, suffixes[i], n) != 0)
			continue;
		digits = strspn(s + n, "0123456789");
		return digits ? n + digits : 0;
	}
	return 0;
}

/*
 * Tells whether the symbol is the function or a clone of the whole function. Other symbols that GCC
 * splits off (.cold, .part.N) are only parts, which do not contain the function's entry.
 */
static bool is_clone(const char *symbol, const char *function)
{
	size_t len = strlen(function), n;

	if (strncmp(symbol, function, len) != 0)
		return false;
	for (symbol += len; *symbol; symbol += n) {
		n = clone_suffix(symbol);
		if (!n)
			return false;
	}
	return true;
}

/*
 * Returns the name in a line "address type name", which is cut after the name. Returns NULL for
 * anything but a function of the kernel itself.
 */
static char *function_name(char *line)
{
	char *type = strchr(line, ' ');

	if (!type || (type[1] != 't' && type[1] != 'T') || type[2] != ' ' || strchr(type, '\t'))
		return NULL;
	type[3 + strcspn(type + 3, "\n")] = '\0';
	return type + 3;
}

int kallsyms_find(FILE *kallsyms, const char *function, char *name, size_t size)
{
	int err = -ENOENT;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, kallsyms) > 0) {
		const char *symbol = function_name(line);
		bool plain;

		if (!symbol || !is_clone(symbol, function))
			continue;
		plain = !strcmp(symbol, function);
		if ((!err && !plain) || strlen(symbol) >= size)
			continue;
		strcpy(name, symbol);
		err = 0;
		if (plain)
			break;
	}
	free(line);
	return err;
}

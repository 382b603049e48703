/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the kernel's own functions by name in /proc/kallsyms, where any user can read the names. */
#ifndef TVTRACED_PROBES_KALLSYMS_H
#define TVTRACED_PROBES_KALLSYMS_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes to `name` the function's symbol: its plain name if that exists, else the first clone of
 * the whole function (name.isra.N, name.constprop.N). Functions of modules do not count. Returns 0,
 * or -ENOENT when there is none.
 */
int kallsyms_find(FILE *kallsyms, const char *function, char *name, size_t size);

#endif

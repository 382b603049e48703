/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own functions by name, as /proc/kallsyms lists them for everybody. */
#ifndef TVTRACED_PROBES_KALLSYMS_H
#define TVTRACED_PROBES_KALLSYMS_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes to `name` what the compiler has called the function: its plain name where that is there,
 * else the first clone of the whole of it (name.isra.N, name.constprop.N). Modules' functions do
 * not count. Returns 0, or -ENOENT when there is none.
 */
int kallsyms_find(FILE *kallsyms, const char *function, char *name, size_t size);

#endif

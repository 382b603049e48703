/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A publication as one JSON object; doc/json.md describes every field. */
#ifndef TVTRACED_OUTPUTS_JSON_H
#define TVTRACED_OUTPUTS_JSON_H

#include <stdio.h>

#include "collect/publication.h"

/* Prints p on one line and flushes. Returns 0, or -errno when out cannot be written. */
int json_print(FILE *out, const struct publication *p);

#endif

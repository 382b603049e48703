/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Output of --json, for all commands: one JSON object per line (doc/json.md). */
#ifndef TVTRACE_CLIENT_JSON_PRINT_H
#define TVTRACE_CLIENT_JSON_PRINT_H

#include <json-c/json.h>

/* Returns a new object with its member `schema`. */
struct json_object *json_print_begin(void);

/* Prints the object on standard output, and drops the reference to it. */
void json_print_end(struct json_object *o);

#endif

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/json_print.h"

#include <stdio.h>

#include "protocol.h"

struct json_object *json_print_begin(void)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "schema", json_object_new_int(JSON_SCHEMA));
	return o;
}

void json_print_end(struct json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A benchmark as JSON. */
#include <math.h>

#include "bench/bench.h"
#include "bench/cells.h"
#include "client/json_print.h"

static struct json_object *number_or_null(double v)
{
	return isnan(v) ? NULL : json_object_new_double(v);
}

static struct json_object *figure_json(const struct figure *f)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "value", number_or_null(f->value));
	json_object_object_add(o, "spread", number_or_null(f->spread));
	json_object_object_add(o, "unsteady", json_object_new_boolean(figure_unsteady(f)));
	return o;
}

static void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static struct json_object *switches_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_SWITCHES; i++) {
		const struct switch_row *r = &b->switches[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "name", r->name);
		json_object_object_add(o, "thread_ns", figure_json(&r->own[SIDE_THREAD]));
		json_object_object_add(o, "process_ns", figure_json(&r->own[SIDE_PROCESS]));
		json_object_object_add(o, "difference_ns", figure_json(&r->more));
		json_object_object_add(o, "tvtraced_thread_ns", figure_json(&r->said[SIDE_THREAD]));
		json_object_object_add(o, "tvtraced_process_ns",
				       figure_json(&r->said[SIDE_PROCESS]));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *creations_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++) {
		const struct creation_row *r = &b->creations[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "name", r->name);
		json_object_object_add(o, "resident_bytes",
				       json_object_new_uint64(r->resident_bytes));
		json_object_object_add(o, "call_ns", figure_json(&r->own));
		json_object_object_add(o, "tvtraced_ns", number_or_null(r->said_ns));
		put_text(o, "reason", r->why);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *memories_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_MEMORIES; i++) {
		const struct memory_row *r = &b->memories[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "name", r->name);
		json_object_object_add(o, "pss_bytes", number_or_null(r->pss));
		json_object_object_add(o, "uss_bytes", number_or_null(r->uss));
		put_text(o, "reason", r->why);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *claims_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_CLAIMS; i++) {
		const struct claim_row *c = &b->claims[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "claim", c->claim);
		put_text(o, "here", c->here);
		put_text(o, "verdict", verdict_words[c->verdict]);
		put_text(o, "reason", c->why);
		json_object_array_add(list, o);
	}
	return list;
}

void bench_print_json(const struct bench *b)
{
	struct json_object *o = json_print_begin();

	json_object_object_add(o, "host", json_object_get(b->facts));
	json_object_object_add(o, "switches", switches_json(b));
	json_object_object_add(o, "creations", creations_json(b));
	json_object_object_add(o, "memories", memories_json(b));
	json_object_object_add(o, "claims", claims_json(b));
	json_print_end(o);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/json_read.h"

#include <string.h>

#include "common/names.h"

struct json_object *read_member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_get_ex(object, key, &value);
	return value;
}

struct json_object *read_item(struct json_object *array, size_t i)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_get_idx(array, i)
							   : NULL;
}

size_t read_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

u64 read_number(struct json_object *object, const char *key)
{
	return json_object_get_uint64(read_member(object, key));
}

bool read_bool(struct json_object *object, const char *key)
{
	return json_object_get_boolean(read_member(object, key));
}

double read_double(struct json_object *object, const char *key)
{
	return (double)read_number(object, key);
}

const char *read_text(struct json_object *object, const char *key)
{
	struct json_object *value = read_member(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

void read_named(struct json_object *object, const char *key, const char *const *names, u64 *v,
		int n)
{
	struct json_object *values = read_member(object, key);

	for (int i = 0; i < n; i++)
		v[i] = read_number(values, names[i]);
}

void read_numbers(struct json_object *array, u64 *v, int n)
{
	for (int i = 0; i < n; i++)
		v[i] = json_object_get_uint64(read_item(array, (size_t)i));
}

void read_histogram(struct json_object *object, struct histogram *h)
{
	struct json_object *buckets = read_member(object, "buckets");

	for (size_t i = 0; i < read_length(buckets); i++) {
		struct json_object *b = read_item(buckets, i);
		struct json_object *le = read_member(b, "le_ns");
		/* A bucket whose le_ns is null has no upper bound. */
		u64 ns = le ? json_object_get_uint64(le) : UINT32_MAX;

		histogram_add_bucket(h, bucket_index(ns < UINT32_MAX ? (u32)ns : UINT32_MAX),
				     read_number(b, "count"));
	}
	histogram_add_totals(h, read_number(object, "count"), read_number(object, "sum_ns"),
			     read_number(object, "min_ns"), read_number(object, "max_ns"));
}

void read_charges(struct json_object *object, const char *switches, struct json_object *reasons,
		  struct charges *c)
{
	read_named(object, switches, kind_names, c->switches, NR_KINDS);
	read_named(object, "cost_ns", kind_names, c->cost_ns, NR_KINDS);
	read_named(object, "from_user", kind_names, c->user_switches, NR_KINDS);
	read_named(object, "from_user_cost_ns", kind_names, c->user_cost_ns, NR_KINDS);
	read_named(object, "waits", wait_names, c->waits, NR_WAITS);
	read_named(object, "wait_ns", wait_names, c->wait_ns, NR_WAITS);
	for (int i = 0; i < NR_REASONS; i++)
		c->reasons[i] = read_number(reasons, reason_names[i]);
}

void read_created(struct json_object *object, struct created *c)
{
	struct json_object *created = read_member(object, "created");

	read_named(created, "count", creation_names, c->count, NR_CREATIONS);
	read_named(created, "timed", creation_names, c->timed, NR_CREATIONS);
	read_named(created, "duration_ns", creation_names, c->duration_ns, NR_CREATIONS);
}

void read_answer_figures(struct json_object *reply, struct answer_figures *f)
{
	struct json_object *list = read_member(reply, "cost_sums");

	for (size_t i = 0; i < read_length(list); i++) {
		struct json_object *o = read_item(list, i);

		for (int k = 0; k < NR_KINDS; k++) {
			if (strcmp(read_text(o, "kind"), kind_names[k]) != 0 ||
			    strcmp(read_text(o, "from"), from_names[FROM_USER]) != 0)
				continue;
			f->count[k] = read_number(o, "count");
			f->sum_ns[k] = read_number(o, "sum_ns");
		}
	}
}

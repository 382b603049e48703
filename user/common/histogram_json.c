// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/histogram_json.h"

static void put(struct json_object *o, const char *key, u64 v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

void histogram_json_put(struct json_object *o, const struct histogram *h)
{
	put(o, "count", h->count);
	put(o, "sum_ns", h->sum_ns);
	put(o, "min_ns", h->min_ns);
	put(o, "max_ns", h->max_ns);
	put(o, "p50_ns", histogram_quantile(h, 0.5));
	put(o, "p90_ns", histogram_quantile(h, 0.9));
	put(o, "p99_ns", histogram_quantile(h, 0.99));
}

struct json_object *histogram_json_buckets(const struct histogram *h)
{
	struct json_object *list = json_object_new_array();

	for (u32 b = 0; b < NR_BUCKETS; b++) {
		u64 n = histogram_bucket(h, b);
		struct json_object *o;

		if (!n)
			continue;
		o = json_object_new_object();
		if (b == BUCKET_OVERFLOW)
			json_object_object_add(o, "le_ns", NULL);
		else
			put(o, "le_ns", bucket_low(b + 1) - 1);
		put(o, "count", n);
		json_object_array_add(list, o);
	}
	return list;
}

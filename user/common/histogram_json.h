/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A histogram as members of a JSON object; what they mean: doc/json.md. */
#ifndef TVTRACED_COMMON_HISTOGRAM_JSON_H
#define TVTRACED_COMMON_HISTOGRAM_JSON_H

#include <json-c/json.h>

#include "common/histogram.h"

/* Adds count, sum_ns, min_ns, max_ns, p50_ns, p90_ns and p99_ns. */
void histogram_json_put(struct json_object *o, const struct histogram *h);

/* The buckets that are not empty: a new array, the caller's. */
struct json_object *histogram_json_buckets(const struct histogram *h);

#endif

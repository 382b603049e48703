/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes a histogram as members of a JSON object; doc/json.md tells what they mean. */
#ifndef TVTRACED_COMMON_HISTOGRAM_JSON_H
#define TVTRACED_COMMON_HISTOGRAM_JSON_H

#include <json-c/json.h>

#include "common/histogram.h"

/* Adds count, sum_ns, min_ns, max_ns, p50_ns, p90_ns and p99_ns. */
void histogram_json_put(struct json_object *o, const struct histogram *h);

/* Returns a new array of the buckets that are not empty; the caller owns it. */
struct json_object *histogram_json_buckets(const struct histogram *h);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A publication in the Prometheus text format 0.0.4, for node_exporter's textfile collector. */
#ifndef TVTRACED_OUTPUTS_TEXTFILE_H
#define TVTRACED_OUTPUTS_TEXTFILE_H

#include <stdint.h>
#include <stdio.h>

#include "collect/publication.h"
#include "outputs/series.h"

struct textfile_status {
	int64_t last_write_s; /* CLOCK_REALTIME */
	uint64_t write_failures;
};

/* Writes all metrics to out; the caller checks ferror(out). */
void textfile_render(FILE *out, const struct publication *p, const struct series_table *s,
		     const struct textfile_status *status);

#endif

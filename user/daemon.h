/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The daemon: one event loop thread, from attaching the probes to the final block. */
#ifndef TVTRACED_DAEMON_H
#define TVTRACED_DAEMON_H

#include "options.h"
#include "probes/features.h"

/*
 * Runs until a signal, the end of the duration, or `q`. Returns an exit status; an error has been
 * printed.
 */
int daemon_run(const struct options *o, const struct features *f);

#endif

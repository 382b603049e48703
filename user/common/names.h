/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_COMMON_NAMES_H
#define TVTRACED_COMMON_NAMES_H

#include "record.h"

/* Names of kinds, froms and reasons as every output prints them; NULL-free, static. */
extern const char *const kind_names[NR_KINDS];
extern const char *const from_names[NR_FROMS];
extern const char *const reason_names[NR_REASONS];

/* The kernel's threads and the idle tasks, as applications and as group series. */
#define NAME_KERNEL "kernel"
#define NAME_IDLE "idle"
/* What has ended, and what is not known. */
#define NAME_OTHER "other"

#endif

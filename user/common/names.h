/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_COMMON_NAMES_H
#define TVTRACED_COMMON_NAMES_H

#include "creation.h"
#include "record.h"

/* The names of kinds, froms and reasons as all outputs print them. Each entry is set. */
extern const char *const kind_names[NR_KINDS];
extern const char *const from_names[NR_FROMS];
extern const char *const reason_names[NR_REASONS];
extern const char *const creation_names[NR_CREATIONS];
extern const char *const tlb_names[NR_TLB_OUTCOMES];
extern const char *const wait_names[NR_WAITS]; /* what a wait followed */

/* The names of the kernel's threads and of the idle tasks, as applications and as group series. */
#define NAME_KERNEL "kernel"
#define NAME_IDLE "idle"
/* The name under which ended and unknown tasks are summed up. */
#define NAME_OTHER "other"

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of the listings; `tvtrace help CMD` explains them from these tables. */
#ifndef TVTRACE_LISTS_COLUMNS_H
#define TVTRACE_LISTS_COLUMNS_H

#include "lists/column.h"

enum { NR_GROUP_COLUMNS = 35, NR_APPLICATION_COLUMNS = 31, NR_THREAD_COLUMNS = 26 };

extern const struct column group_columns[NR_GROUP_COLUMNS];
extern const struct column application_columns[NR_APPLICATION_COLUMNS];
extern const struct column thread_columns[NR_THREAD_COLUMNS];

#endif

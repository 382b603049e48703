/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_BATCH_H
#define TVTRACED_BPF_BATCH_H

/*
 * Sends the batch of `cpu` through its ring, or folds it into the spill histogram when it does
 * not fit, and leaves the batch empty. An open record goes out unmeasured. To be called where
 * no other program can touch that CPU's state. Returns 0.
 */
extern int batch_push(u32 cpu);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_BATCH_H
#define TVTRACED_BPF_BATCH_H

/*
 * Sends the batch of `cpu` to its ring buffer, or adds the batch to the spill histogram when the
 * ring buffer is full. The batch is empty afterwards. A record whose switch has not ended is sent
 * without a cost. Call this only where no other program can touch that CPU's state. Returns 0.
 */
extern int batch_push(u32 cpu);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For --verbose: reports how many instructions the kernel's verifier processed for each program, or
 * why it refused one.
 */
#ifndef TVTRACED_PROBES_VERIFIER_LOG_H
#define TVTRACED_PROBES_VERIFIER_LOG_H

struct bpf_object;

/*
 * Requests the verifier's log; call this before obj is loaded. Returns the buffer that the log is
 * written to, which the caller frees after verifier_log_tell() or verifier_log_tell_refused().
 */
char *verifier_log_request(struct bpf_object *obj) __attribute__((warn_unused_result));

/* Logs one line per program of an object that was loaded, also for programs left out. */
void verifier_log_tell(const struct bpf_object *obj);

/* Logs the verifier's messages, unchanged, for the programs of an object whose load failed. */
void verifier_log_tell_refused(const struct bpf_object *obj);

#endif

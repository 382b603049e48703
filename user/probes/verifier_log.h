/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For --verbose: how many instructions the kernel's verifier went through for each program, or why
 * it refused one. */
#ifndef TVTRACED_PROBES_VERIFIER_LOG_H
#define TVTRACED_PROBES_VERIFIER_LOG_H

struct bpf_object;

/*
 * Asks for the figures, before obj is loaded. Returns what verifier_log_tell reads them from, to be
 * freed after the load.
 */
char *verifier_log_request(struct bpf_object *obj) __attribute__((warn_unused_result));

/* Says one line per program of an object that was loaded, also for those left out. */
void verifier_log_tell(const struct bpf_object *obj);

/* Says what the verifier has said of the programs of an object whose load failed, as it stands. */
void verifier_log_tell_refused(const struct bpf_object *obj);

#endif

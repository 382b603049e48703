# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Ids as large as the kernel gives them."""

import pathlib

import identities

LARGE = 4194304 - 2000


def test_large_pids(tracer, workload):
    traced = tracer()
    pathlib.Path("/proc/sys/kernel/ns_last_pid").write_text(str(LARGE), encoding="ascii")
    program = workload("pair", "process", "pipe", 0, 1000)
    assert max(program.tids) > LARGE
    program.go()
    publication = traced.fresh()
    for tid in program.tids:
        assert identities.thread(publication, tid)["comm"] == "pair"
    program.end()
    traced.fresh()
    traced.stop()
    identities.check_all(traced.publications)
    identities.check_unseen(traced)

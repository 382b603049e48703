# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Costs by a clock source that is not the CPU's own, since that is not trusted."""

import pathlib

import identities
from workloads import CPU

CURRENT = pathlib.Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
SECOND = 10**9


def test_no_absurd_cost(tracer, workload):
    assert CURRENT.read_text(encoding="ascii").strip() != "tsc"
    traced = tracer()
    for relation in ("thread", "process"):
        program = workload("pair", relation, "pipe", CPU, 5000)
        program.go()
        program.end()
    last = traced.stop()
    identities.check_all(traced.publications)
    identities.check_unseen(traced)
    for cost in last["cost"]:
        assert cost["min_ns"] > 0 or not cost["count"]
        assert cost["max_ns"] < SECOND
    for group in last["groups"]:
        for kind, n in group["switches"].items():
            assert group["cost_ns"][kind] < max(n, 1) * SECOND
    # None but those that ran backwards, and the first of each CPU.
    assert last["accounting"]["unmeasured"] < 0.01 * last["accounting"]["seen"]

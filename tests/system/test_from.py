# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""`from` is what left the CPU: a kernel thread, the idle task, or anything else, even without mm."""

import pytest

import identities
from identities import REASONS
from workloads import SLOWNESS

pytestmark = pytest.mark.kernel

KTHREADD = 2
N = 5000 // SLOWNESS


def kernel_groups(publication):
    """Kernel threads are those that kthreadd has made, and itself."""
    return {(g["tgid"], g["start_ns"]): g for g in publication["groups"]
            if KTHREADD in (g["tgid"], g["ppid"])}


def switches_out(groups):
    return sum(g[reason] for g in groups for reason in REASONS)


def from_growth(before, after, from_):
    old, new = identities.labels(before), identities.labels(after)
    return sum(identities.total(labels, from_=from_) * sign
               for labels, sign in ((new, 1), (old, -1)))


def test_an_exiting_process_is_from_user(tracer, workload):
    """
    It has no mm any more when it leaves its CPU for good, like a kernel thread, and is none. So
    what is `from` kthread are the switches out of kernel threads, however many processes end.
    """
    traced = tracer()
    program = workload("storm", "process", N)
    before = traced.fresh()
    program.go()
    after = traced.fresh()
    program.end()
    old, new = kernel_groups(before), kernel_groups(after)
    assert old and new
    left = switches_out(new.values()) - switches_out(g for key, g in old.items() if key in new)
    # A kernel thread that has ended is not listed; a few switches of each may be missing.
    ended = [g for key, g in old.items() if key not in new]
    missing = from_growth(before, after, "kthread") - left
    assert 0 <= missing if ended else missing == 0
    assert missing < N / 10
    # Each process of the storm leaves at least once, at its end.
    assert from_growth(before, after, "user") >= N

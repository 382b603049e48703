# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Tasks in a pid namespace of their own go by the host's ids, as in the host's /proc."""

import contextlib
import glob
import os

import pytest

import identities
from identities import REASONS
from workloads import CPU, PROGRAMS, growth, settled

pytestmark = pytest.mark.kernel

N = 1000


def namespace_ids(tid):
    """The ids of a task, from the host's pid namespace to its own; empty: it has ended."""
    with contextlib.suppress(OSError), open(f"/proc/{tid}/status", "rb") as file:
        return next([int(n) for n in line.split()[1:]] for line in file
                    if line.startswith(b"NSpid:"))
    return []


def host_tids(tids, comm):
    """What the tasks that call themselves `tids` in some namespace are called on the host."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/task/[0-9]*"):
        ids = namespace_ids(os.path.basename(path))
        if len(ids) < 2 or ids[-1] not in tids:
            continue
        with contextlib.suppress(OSError), open(f"{path}/comm", encoding="ascii") as file:
            if file.read().strip() == comm:
                found[ids[-1]] = ids[0]
    return [found[tid] for tid in tids]


@pytest.mark.parametrize("born", ["before", "under"])
@pytest.mark.parametrize("relation", ["thread", "process"])
def test_tasks_of_a_container(tracer, workload, relation, born):
    """Whether the iterator shows them or their birth is seen."""
    traced = tracer() if born == "under" else None
    program = workload("/usr/bin/unshare", "--pid", "--fork", "--kill-child",
                       PROGRAMS / "pair", relation, "futex", CPU, N)
    traced = traced or tracer()
    inside = program.tids
    tids = host_tids(inside, "pair")
    assert set(tids).isdisjoint(inside)
    at_start, before = settled(traced, tids)
    program.go()
    at_end, after = settled(traced, tids)
    for tid in tids:
        kernel = growth(at_start[tid], at_end[tid])
        old, new = identities.thread(before, tid), identities.thread(after, tid)
        assert sum(kernel) >= N
        assert tuple(new["out"][reason] - old["out"][reason] for reason in REASONS) == kernel
        assert new["in"][relation] - old["in"][relation] >= N * 0.9
        assert new["comm"] == identities.group(after, new["tgid"])["comm"] == "pair"
    assert len({identities.thread(after, tid)["tgid"] for tid in tids}) == (
        1 if relation == "thread" else 2)

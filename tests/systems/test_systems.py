# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Real programs under small loads: what tvtrace says of them against what the kernel, ps, top and the
programs themselves say.
"""

import pytest

from expected import SHAPES
from replay import ENOUGH

pytestmark = [pytest.mark.systems, pytest.mark.alone]


def test_its_processes_are_listed(seen):
    """Under its application, all of them, and nobody else."""
    rows = {row["tgid"]: row for row in seen.groups if row["tgid"] is not None}
    assert seen.pids_always <= rows.keys() <= seen.pids_ever | seen.pids_of_snapshots
    assert seen.system_pid in rows
    if seen.system.steady:
        assert seen.pids_always == seen.pids_ever == rows.keys()
        assert seen.row["groups"] == len(rows)
        assert seen.row["threads"] == sum(row["threads"] for row in rows.values())
    assert seen.row["kind"] == "unit"


def test_it_tells_the_same_itself(seen):
    """The pids that its own status, log or views have."""
    if seen.lists is None or seen.lists.own is None:
        pytest.skip("it does not tell")
    assert seen.lists.own == seen.lists.proc.keys()


def test_its_threads_are_listed(seen):
    """As by ps -eLf, top -H and /proc."""
    if seen.lists is None:
        assert not seen.system.steady
        pytest.skip("its tasks come and go all the time")
    names = {tid: name for names in seen.lists.proc.values() for tid, name in names.items()}
    tasks = {(pid, tid) for pid, names_ in seen.lists.proc.items() for tid in names_}
    rows = {row["lwp"]: row for row in seen.lists.tvtrace}
    assert len(rows) == len(seen.lists.tvtrace)
    by_ps = {(task.pid, task.lwp) for task in seen.lists.ps}
    by_tvtrace = {(row["pid"], row["lwp"]) for row in rows.values()}
    if not seen.system.steady:
        # What was there before and after may have been joined by others meanwhile.
        by_ps, by_tvtrace = by_ps & tasks, by_tvtrace & tasks
    assert tasks == by_ps == by_tvtrace
    for lwp, name in names.items():
        assert rows[lwp]["comm"] == seen.lists.top[lwp] == name
    for task in seen.lists.ps:
        # Those whose parent has ended are listed under the one that they had.
        if (task.pid, task.lwp) in tasks and task.ppid != 1:
            assert rows[task.lwp]["ppid"] == task.ppid
        if seen.system.steady:
            assert rows[task.lwp]["nlwp"] == task.nlwp


@pytest.mark.parametrize("moment", ["early", "late", "rest"])
def test_its_counters_are_the_kernel_s(seen, moment):
    """Of each thread that lives, since its birth: between two looks at /proc."""
    bracket = getattr(seen, moment)
    survivors = list(bracket.surviving())
    assert survivors and not bracket.wrong()
    # Threads that rest leave no room at all.
    if moment == "rest" and seen.system.rests:
        still = [before == after for _, before, _, after in survivors]
        assert sum(still) >= len(still) / 2


def test_each_switch_has_the_label_that_its_tasks_make(seen):
    """Between two of its tasks: of one process, and only then, it is a thread switch."""
    assert not seen.replay.wrong
    assert seen.replay.into > 0


def test_its_structure_shows(seen):
    """What its documentation says of its processes and threads."""
    seen.system.check(seen)


def test_advice(seen):
    if seen.advice is None:
        pytest.skip("this tvtrace has no advise")
    advice, expected = seen.advice, seen.expected
    assert advice["shape"] in SHAPES
    assert advice["shape"] in expected.shapes, advice
    assert (advice["creates"], advice["runtime"]) == (expected.creates, expected.runtime)


def test_evidence(seen):
    """What the advice rests on, against a capture of the same time, or of the last part of it."""
    if seen.advice is None:
        pytest.skip("this tvtrace has no advise")
    evidence, replay = seen.advice["evidence"], seen.replay
    if seen.system.steady:
        assert evidence["groups"] == len(seen.tasks)
        assert evidence["threads"] == sum(map(len, seen.tasks.values()))
    if seen.system.steady and all(len(tids) == 1 for tids in seen.tasks.values()):
        assert evidence["same_group_per_s"] == 0 and evidence["busy_threads"] == 1
    between = replay.same_group + replay.sibling
    # Where these are rare, a part of a second need not be like the whole.
    if between > ENOUGH and (seen.whole or between > replay.into / 10):
        assert evidence["same_group_share"] == pytest.approx(
            replay.same_group / between, abs=0.1 if seen.whole else 0.3)
    # Another look for longer is of other seconds.
    if seen.system.steady and seen.whole and evidence["seconds"] < 1.5 * seen.captured_s:
        assert evidence["cpus"] == pytest.approx(replay.cpus, rel=0.25, abs=0.05)
        if evidence["overlap_share"] is not None:
            # The one's two seconds end when the other's are written: a tenth later or two.
            assert evidence["overlap_share"] == pytest.approx(replay.busiest_overlap, abs=0.2)

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Labels against ground truth: tasks that make N known switches, while held still before and after.
Exactness comes from the kernel's own counters of these tasks (identity 6).
"""

import pytest

import identities
from identities import KINDS, REASONS
from workloads import CPU, FIRST_CPU, growth, settled

pytestmark = pytest.mark.kernel

N = 2000
# Switches to and from the barriers, at either end.
SLACK = 8


class Growth:
    """What one publication has more than another, for the tasks of a workload."""

    def __init__(self, tids, before, after):
        (self.kernel_before, self.before), (self.kernel_after, self.after) = before, after
        self.tids = tids
        old, new = identities.labels(self.before), identities.labels(self.after)
        self.labels = {label: new[label] - old[label] for label in new}

    def into(self, tid, kind):
        return (identities.thread(self.after, tid)["in"][kind]
                - identities.thread(self.before, tid)["in"][kind])

    def out(self, tid, reason):
        return (identities.thread(self.after, tid)["out"][reason]
                - identities.thread(self.before, tid)["out"][reason])

    def kernel(self, tid):
        return growth(self.kernel_before[tid], self.kernel_after[tid])

    def all_into(self, kind):
        return sum(self.into(tid, kind) for tid in self.tids)

    def cell(self, kind=None, from_=None, reason=None):
        return identities.total(self.labels, kind, from_, reason)

    def foreign_address_spaces(self):
        """How often somebody else's address space was loaded, on any CPU."""
        return self.cell("process") - self.all_into("process")


def run(traced, program):
    """Runs a workload from barrier to barrier; checks what holds for any of them."""
    tids = program.tids
    before = settled(traced, tids)
    program.go()
    grown = Growth(tids, before, settled(traced, tids))
    check_identity_6(grown)
    check_groups_of(grown, program.tasks)
    return grown


def check_identity_6(grown):
    for tid in grown.tids:
        kernel = grown.kernel(tid)
        assert (grown.out(tid, "voluntary"), grown.out(tid, "preempted")) == kernel
        identities.check_in_and_out(sum(grown.into(tid, kind) for kind in KINDS), sum(kernel),
                                    grown.after, grown.before)
        # A user task is never entered as another kind.
        assert (grown.into(tid, "kthread"), grown.into(tid, "idle")) == (0, 0)


def check_groups_of(grown, tasks):
    """A group is the sum of its threads, all of which are alive."""
    for tgid in {task["tgid"] for task in tasks}:
        for publication in (grown.before, grown.after):
            group = identities.group(publication, tgid)
            threads = [t for t in publication["threads"] if t["tgid"] == tgid]
            assert group["threads"] == len(threads)
            for kind in KINDS:
                assert group["switches"][kind] == sum(t["in"][kind] for t in threads)
            for reason in REASONS:
                assert group[reason] == sum(t["out"][reason] for t in threads)


def check_pair(grown, kind):
    """Two tasks that alternate N times: nearly all switches into them are of one kind."""
    made = sum(sum(grown.kernel(tid)) for tid in grown.tids)
    assert 2 * N - SLACK <= made
    if kind == "process":
        # Each may find its own address space still loaded, coming from the barrier.
        wrong = grown.all_into("thread")
        assert wrong <= SLACK
    else:
        # Another address space must have been loaded meanwhile, each time.
        wrong = grown.all_into("process")
        assert wrong <= grown.foreign_address_spaces() + 1
    right = grown.all_into(kind)
    assert right >= 2 * N * 0.9
    # They came from one another, so they stand under `user`, unless something was in between.
    assert grown.cell(kind, "user") >= right - grown.cell(kind, "kthread") - grown.cell(kind, "idle")
    assert grown.cell(kind, "user") >= 2 * N * 0.9


@pytest.mark.parametrize("via", ["futex", "pipe"])
@pytest.mark.parametrize("relation, kind", [
    ("thread", "thread"),
    ("process", "process"),
    ("clone_vm", "thread"),
    ("vfork", "thread"),
])
def test_pair_that_blocks(standing, workload, relation, kind, via):
    grown = run(standing, workload("pair", relation, via, CPU, N))
    check_pair(grown, kind)
    # Real-time tasks: nothing preempts them, each handing over is one block.
    for tid in grown.tids:
        assert N <= grown.kernel(tid).voluntary <= N + SLACK
    assert grown.cell(kind, "user", "voluntary") >= 2 * N * 0.9


@pytest.mark.parametrize("relation, kind", [
    ("thread", "thread"),
    ("process", "process"),
    ("clone_vm", "thread"),
    ("vfork", "thread"),
])
def test_pair_that_yields(standing, workload, relation, kind):
    grown = run(standing, workload("pair", relation, "yield", CPU, N))
    check_pair(grown, kind)
    for tid in grown.tids:
        assert N - SLACK <= grown.kernel(tid).preempted
        assert grown.kernel(tid).voluntary <= SLACK
    assert grown.cell(kind, "user", "preempted") >= 2 * N * 0.9


@pytest.mark.parametrize("relation", ["thread", "process"])
def test_pair_that_is_preempted_by_wakeups(standing, workload, relation):
    """Ordinary tasks: how they leave the CPU is up to the scheduler, and counted all the same."""
    grown = run(standing, workload("pair", relation, "pipe", CPU, N, "normal"))
    made = sum(sum(grown.kernel(tid)) for tid in grown.tids)
    assert made >= 2 * N - SLACK
    assert grown.all_into(relation) >= made * 0.9


def test_vfork_child_is_a_group_of_its_own(standing, workload):
    program = workload("pair", "vfork", "futex", CPU, N)
    grown = run(standing, program)
    child, parent = program.tasks
    assert child["tgid"] != parent["tgid"]
    for task in program.tasks:
        assert identities.thread(grown.after, task["tid"])["tgid"] == task["tgid"]
        assert identities.group(grown.after, task["tgid"])["switches"]["thread"] >= N * 0.9


@pytest.mark.alone
def test_lone_sleeper(standing, workload):
    """Idle in between keeps the address space: coming back is `thread` from `idle`."""
    grown = run(standing, workload("sleeper", "timer", CPU, N))
    tid, = grown.tids
    assert N <= grown.kernel(tid).voluntary <= N + SLACK
    assert grown.into(tid, "process") <= grown.foreign_address_spaces() + 1
    assert grown.into(tid, "thread") >= N / 2
    # The machine does other things, too: kernel threads and other programs wake up in between.
    assert grown.cell("thread", "idle") >= N / 2
    assert grown.cell("idle", "user", "voluntary") >= N / 2
    # To idle and back: the idle task is entered as often as it is left, but for one per CPU.
    idle = identities.thread(grown.after, 0), identities.thread(grown.before, 0)
    entered = idle[0]["in"]["idle"] - idle[1]["in"]["idle"]
    assert entered == grown.cell("idle")
    assert sum(idle[0]["out"].values()) - sum(idle[1]["out"].values()) == grown.cell(from_="idle")


def test_kernel_thread_in_between(standing, workload):
    """A kernel thread borrows the address space: `kthread`, and `thread` from `kthread` back."""
    # On the CPU whose kernel thread is waited for first; later ones have finished by then.
    grown = run(standing, workload("sleeper", "kthread", FIRST_CPU, N))
    tid, = grown.tids
    assert N <= sum(grown.kernel(tid))
    assert grown.into(tid, "process") <= grown.foreign_address_spaces() + 1
    assert grown.into(tid, "thread") >= N / 2
    assert grown.cell("thread", "kthread") >= N / 2
    assert grown.cell("kthread", "user", "voluntary") >= N / 2


def test_kernel_threads_are_never_entered_as_user_tasks(standing, workload):
    program = workload("sleeper", "kthread", CPU, 200)
    program.go()
    publication = standing.fresh()
    kthreads = [t for t in publication["threads"]
                if t["comm"].startswith(("kworker/", "ksoftirqd/", "rcu_"))]
    assert any(t["in"]["kthread"] for t in kthreads)
    for t in kthreads:
        assert (t["in"]["thread"], t["in"]["process"], t["in"]["idle"]) == (0, 0, 0)

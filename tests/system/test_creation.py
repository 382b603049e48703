# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How many tasks are created, of what kind, and how long that takes: as the kernel counts them, and as
their creators see it."""

import collections
import json
import math
import os
import subprocess
import sys
import threading

import pytest

from links import skipped_runs
from control import TVTRACE, tvtrace
from captures import Trace
from prom import Metrics
from tracer import PATIENCE_S, run
from workloads import GUEST, PROGRAMS, SLOWNESS

pytestmark = pytest.mark.kernel

STORM = 4000 // SLOWNESS
N = 30


def forks():
    """Tasks created since the boot, of any kind."""
    with open("/proc/stat", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("processes "))


def created(publication):
    counts = {c["kind"]: c["count"] for c in publication["creations"]}
    assert tuple(counts) == ("thread", "process", "vm_process", "kernel")
    return counts


class Growth:
    """What tvtraced counts between two publications, and between what bounds the kernel's lies."""

    def __init__(self, traced):
        self.traced = traced
        self.before = forks()
        self.first = created(traced.fresh())
        self.after = forks()

    def end(self):
        before = forks()
        last = created(self.traced.fresh())
        after = forks()
        return ({kind: last[kind] - self.first[kind] for kind in last},
                (before - self.after, after - self.before))


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_a_storm_is_counted_exactly(tracer, kind):
    traced = tracer(interval=0.25)
    growth = Growth(traced)
    subprocess.run([PROGRAMS / "storm", kind, str(STORM)], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=60, check=True)
    counts, (least, most) = growth.end()
    # Where one run of the program interrupts another, the kernel skips it, and says so.
    assert least - skipped_runs() <= sum(counts.values()) <= most
    assert STORM - skipped_runs() <= counts[kind] <= STORM + most - least + N
    assert most >= STORM


def test_each_kind(tracer):
    """A thread, a fork, and a child that shares the address space until it executes a program."""
    traced = tracer(interval=0.25)
    growth = Growth(traced)
    for _ in range(N):
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
    for _ in range(2 * N):
        if not (pid := os.fork()):
            os._exit(0)
        os.waitpid(pid, 0)
    for _ in range(3 * N):
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "--version"], os.environ,
                                  file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null",
                                                 os.O_WRONLY, 0)]), 0)
    counts, (least, most) = growth.end()
    assert least - skipped_runs() <= sum(counts.values()) <= most
    # Whatever else was created meanwhile is in the difference.
    rest = sum(counts.values()) - 6 * N
    for kind, number in (("thread", N), ("process", 2 * N), ("vm_process", 3 * N)):
        assert number - skipped_runs() <= counts[kind] <= number + max(rest, 0) + skipped_runs()


def test_the_textfile_has_them(tracer, textfile):
    traced = tracer("--textfile", textfile, interval=0.2)
    subprocess.run([PROGRAMS / "storm", "process", "100"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=60, check=True)
    before = created(traced.fresh())
    traced.fresh()
    metrics = Metrics(textfile.read_bytes())
    for kind, count in before.items():
        assert metrics.value("tvtraced_task_creations_total", kind=kind) >= count


MIB = 1 << 20
KINDS = {"thread": "thread", "fork": "process", "vfork": "vm_process"}

SOURCES = ["fentry", "kprobe", "timer", "syscalls"]


def timing(publication, kind):
    return next(c for c in publication["creations"] if c["kind"] == kind)


def traced_with(tracer, source):
    """A tracer with this source; skips where the kernel has it not."""
    said = run("--once", "--json", "--interval", "0.05", f"--creation-cost={source}")
    if said.returncode:
        assert f"no {source} on this kernel" in said.stderr
        pytest.skip(said.stderr.strip())
    return tracer(f"--creation-cost={source}", interval=0.25)


def quantile_ns(before, after, kind, q):
    """Of the creations between two publications; the upper bound of its bucket."""
    counts = collections.Counter()
    for publication, sign in ((after, 1), (before, -1)):
        for bucket in timing(publication, kind)["buckets"]:
            counts[bucket["le_ns"] or math.inf] += sign * bucket["count"]
    rank, so_far = math.ceil(sum(counts.values()) * q), 0
    for le_ns in sorted(counts):
        so_far += counts[le_ns]
        if so_far >= rank:
            return le_ns


def created_by(publication, pid):
    return next(g["created"] for g in publication["groups"] if g["tgid"] == pid)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("how", KINDS)
def test_the_creator_sees_the_same(tracer, workload, source, how):
    """Each call of one program, by its own clock and by tvtraced's."""
    traced = traced_with(tracer, source)
    program = workload("create", how, 200 // SLOWNESS, 0)
    before = traced.fresh()
    own = program.go()["call_ns"]
    publication = traced.fresh()
    assert publication["creation_source"] == source
    created, kind = created_by(publication, program.process.pid), KINDS[how]
    assert created["count"][kind] == len(own)
    assert created["timed"][kind] >= len(own) - skipped_runs()
    # No means: whether the creator or the child runs first is chance. On emulated CPUs the child
    # often does, and the creator's clock has the child's run, too.
    q = 0.1 if GUEST else 0.5
    said = quantile_ns(before, publication, kind, q)
    seen = sorted(own)[math.ceil(len(own) * q) - 1]
    bias = publication["creation_bias_ns"]
    if how == "vfork":
        # Its caller waits for the child, which naps: that is no part of the creation.
        assert said < 1e6 < seen
        return
    # What is missing is not negative (but for the width of a bucket), and near the bias.
    assert -0.1 * seen < seen - said
    assert said > 0.25 * seen
    # The timer's creation ends before the creator goes on, which takes long where all is emulated.
    if not (GUEST and source == "timer"):
        assert seen - said < 3 * bias + (0.5 if GUEST else 0.25) * seen


def test_every_creation_is_timed(tracer):
    traced = tracer(interval=0.25)
    if traced.fresh()["creation_reason"]:
        pytest.skip(traced.fresh()["creation_reason"])
    before = traced.fresh()
    for kind in ("thread", "process"):
        subprocess.run([PROGRAMS / "storm", kind, str(STORM // 4)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60, check=True)
    after = traced.fresh()
    for kind in ("thread", "process", "vm_process"):
        count, timed = (timing(after, kind)[what] - timing(before, kind)[what]
                        for what in ("count", "timed"))
        assert count - skipped_runs() - N <= timed <= count
        assert timing(after, kind)["timed"] == sum(b["count"] for b in timing(after, kind)["buckets"])
    # All that is charged to groups, those that ended and all others.
    charged = [group["created"] for group in (*after["groups"], after["other"]) if group["created"]]
    for kind in created(after):
        assert sum(c["count"][kind] for c in charged) == created(after)[kind]
        assert sum(c["timed"][kind] for c in charged) == timing(after, kind)["timed"]
        assert sum(c["duration_ns"][kind] for c in charged) == timing(after, kind)["sum_ns"]


def test_fork_grows_with_memory(tracer, workload):
    """The page tables of what is resident are copied; the resident size is said beside it."""
    traced = tracer(interval=0.25)
    if traced.fresh()["creation_reason"]:
        pytest.skip(traced.fresh()["creation_reason"])
    means = []
    # A guest is slow at all but copying page tables.
    for mib in (1, 512 if GUEST else 64):
        program = workload("create", "fork", 50 // SLOWNESS, mib)
        program.go()
        said = created_by(traced.fresh(), program.process.pid)
        means.append(said["duration_ns"]["process"] / said["timed"]["process"])
        with open(f"/proc/{program.process.pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        # Each CPU keeps some of the count to itself.
        assert abs(said["resident_bytes"] - resident) < 4 * MIB
        program.end()
    assert means[1] > (1.5 if GUEST else 3) * means[0]


def test_first_waits_by_kind(tracer):
    """Every new task waits once for its first CPU."""
    traced = tracer(interval=0.25)
    if timing(traced.fresh(), "thread")["start"] is None:
        pytest.skip("no waits here")
    before = traced.fresh()
    for kind in ("thread", "process"):
        subprocess.run([PROGRAMS / "storm", kind, str(STORM // 8)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60, check=True)
    after = traced.fresh()
    for kind in ("thread", "process"):
        count = created(after)[kind] - created(before)[kind]
        waits = timing(after, kind)["start"]["count"] - timing(before, kind)["start"]["count"]
        # Some may not have run yet, or were created before and ran only now.
        assert count - skipped_runs() - N <= waits <= count + N


def test_the_client_tells(tracer, workload, tmp_path):
    """hist and status; a capture has each creation on its creator's track, and report adds them up."""
    traced = tracer(interval=0.25)
    if traced.fresh()["creation_reason"]:
        pytest.skip(traced.fresh()["creation_reason"])
    program = workload("create", "thread", N, 0)
    program.go()
    program.end()
    wanted = timing(traced.fresh(), "thread")
    said = json.loads(tvtrace("hist", "--of", "creation", "--kind", "thread", "--json").stdout)
    assert said["creation"][0]["count"] >= wanted["timed"] >= N
    said = json.loads(tvtrace("hist", "--of", "start", "--kind", "thread", "--json").stdout)
    assert said["start"][0]["count"] >= N - skipped_runs()
    assert "timed by " in tvtrace("status").stdout
    if GUEST:  # which has no reader of captures
        return
    file = tmp_path / "t.pftrace"
    assert tvtrace("capture", "--last", "60", "-o", file).returncode == 0
    mine = [c for c in Trace(file.read_bytes()).creations if c.pid == program.process.pid]
    assert len(mine) >= N - skipped_runs()
    assert all(c.kind == "thread" and c.tgid == c.pid and c.creator == c.pid
               and c.end - c.begin == c.ns > 0 for c in mine)
    assert len({c.tid for c in mine}) == len(mine)
    report = json.loads(tvtrace("report", "--json", file).stdout)
    counts = {c["kind"]: c["count"] for c in report["creations"]}
    assert counts == {kind: sum(c.kind == kind for c in Trace(file.read_bytes()).creations)
                      for kind in counts}
    for options, word in ((("--of", "creation", "--from", "user"), "--from"),
                          (("--of", "start", "--group", "x"), "--group"),
                          (("--of", "creation", "--kind", "idle"), "vm_process")):
        refused = tvtrace("hist", *options)
        assert refused.returncode == 3 and word in refused.stderr


COLUMNS = {"thread": ("new_threads_per_s", "new_thread_mean_ns"),
           "process": ("forks_per_s", "fork_mean_ns"),
           "vm_process": ("spawns_per_s", "spawn_mean_ns")}


def while_it_lists(program, *options):
    """The rows of three intervals, after the first of which the program creates its tasks."""
    with subprocess.Popen([TVTRACE, "groups", "--json", "-i", "1", "-n", "3", *options],
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as listing:
        lines = [listing.stdout.readline()]
        program.go()
        lines += listing.communicate(timeout=PATIENCE_S)[0].splitlines()
    for line in lines:
        reply = json.loads(line)
        seconds = reply["interval_ns"] / 1e9
        for row in next(value for value in reply.values() if isinstance(value, list)):
            yield seconds, row


@pytest.mark.parametrize("how", KINDS)
def test_the_lists_tell(tracer, workload, how):
    """What a group created, how long it took and its memory: in its row, and its application's."""
    traced = tracer(interval=0.25)
    timed = not traced.fresh()["creation_reason"]
    program = workload("create", how, N, 16)
    rate, mean = COLUMNS[KINDS[how]]
    rows = [(seconds, row) for seconds, row in while_it_lists(program)
            if row["tgid"] == program.process.pid]
    assert round(sum(row[rate] * seconds for seconds, row in rows)) == N
    others = {columns[0] for columns in COLUMNS.values()} - {rate}
    assert not any(row[other] for _, row in rows for other in others)
    if timed:
        said = created_by(traced.fresh(), program.process.pid)
        assert said["timed"][KINDS[how]] >= N - skipped_runs()
        total = sum(row[mean] * row[rate] * seconds for seconds, row in rows if row[mean])
        if said["timed"][KINDS[how]] == N:
            assert total == pytest.approx(said["duration_ns"][KINDS[how]])
        assert rows[-1][1]["resident_bytes"] == said["resident_bytes"] > 16 * MIB
    again = workload("create", how, N, 0)
    assert round(sum(row[rate] * seconds for seconds, row in while_it_lists(again, "--app"))) >= N


@pytest.mark.skipif(GUEST, reason="which has no reader of captures")
def test_a_report_lists_creators(tracer, workload, tmp_path):
    """From the tasks that a capture tells of, and from what it timed."""
    traced = tracer(interval=0.25)
    programs = {how: workload("create", how, N, 16) for how in KINDS}
    for program in programs.values():
        program.go()
    file = tmp_path / "t.pftrace"
    assert tvtrace("capture", "--last", "60", "-o", file).returncode == 0
    publication = traced.fresh()
    report = json.loads(tvtrace("report", "--json", file).stdout)
    rows = {row["tgid"]: row for row in report["groups"]}
    for how, program in programs.items():
        row = rows[program.process.pid]
        said = created_by(publication, program.process.pid)
        seconds = (report["interval_ns"] - report["suspended_ns"]) / 1e9
        for kind, (rate, mean) in COLUMNS.items():
            assert round(row[rate] * seconds) == said["count"][kind] == (KINDS[how] == kind) * N
            timed = said["timed"][kind]
            assert row[mean] == (pytest.approx(said["duration_ns"][kind] / timed) if timed else None)
        assert row["resident_bytes"] == said["resident_bytes"]


TIMERS = """
import ctypes
create, close = ctypes.CDLL(None).timerfd_create, ctypes.CDLL(None).close
while True:
    close(create(1, 0))
"""


@pytest.mark.skipif(GUEST, reason="too slow there to set up as many timers")
@pytest.mark.alone
def test_the_timer_stands_aside(tracer):
    """Where very many timers are set up, timing creations by a timer would cost too much."""
    traced = tracer(interval=0.25)
    if traced.fresh()["creation_source"] != "timer":
        pytest.skip("another source is better here")
    load = subprocess.Popen([sys.executable, "-c", TIMERS])
    try:
        for _ in range(20):
            reason = traced.fresh()["creation_reason"]
            if reason:
                break
        assert reason and "timers/s" in reason
        assert reason in tvtrace("status").stdout
        refused = tvtrace("hist", "--of", "creation")
        assert refused.returncode == 1 and reason in refused.stderr
    finally:
        load.kill()
        load.wait()


@pytest.mark.skipif(GUEST, reason="too slow there to set up as many timers")
@pytest.mark.alone
def test_a_timer_that_was_asked_for_stays(tracer):
    """Whoever names it has decided what it may cost."""
    traced = traced_with(tracer, "timer")
    load = subprocess.Popen([sys.executable, "-c", TIMERS])
    try:
        for _ in range(10):
            assert traced.fresh()["creation_reason"] is None
    finally:
        load.kill()
        load.wait()


def test_what_cannot_be(tracer):
    assert run("--once", "--creation-cost=nothing").returncode == 2
    traced = tracer("--creation-cost=none", interval=0.25)
    publication = traced.fresh()
    assert publication["creation_source"] == "none"
    assert "--creation-cost=none" in publication["creation_reason"]
    subprocess.run(["true"], check=True)
    after = traced.fresh()
    assert sum(created(after).values()) > sum(created(publication).values())
    assert not any(c["timed"] for c in after["creations"])
    refused = tvtrace("hist", "--of", "creation")
    assert refused.returncode == 1 and "--creation-cost=none" in refused.stderr

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Who created tasks, and what that took: in lists, histograms, captures and reports."""

import json
import subprocess

import pytest

from captures import Trace
from control import TVTRACE, tvtrace
from creations import KINDS, MIB, created_by, timing
from links import skipped_runs
from tracer import PATIENCE_S

N = 30


def test_the_client_tells(tracer, workload, tmp_path):
    """hist and status; a capture has each creation on its creator's track, and report adds them up."""
    traced = tracer()
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
    with subprocess.Popen([TVTRACE, "groups", "--json", "-i", "0.5", "-n", "3", *options],
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
    traced = tracer()
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


def test_a_report_lists_creators(tracer, workload, tmp_path):
    """From the tasks that a capture tells of, and from what it timed."""
    traced = tracer()
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

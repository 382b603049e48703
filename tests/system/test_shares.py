# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The share of thread switches is one of switches between programs, on busy and quiet machines."""

import json
import subprocess
import time

import pytest

import prom
from control import OK, tvtrace
from identities import KINDS, labels, total
from terminal import Terminal
from tracer import PATIENCE_S, TVTRACED
from workloads import CPU, FIRST_CPU, PROGRAMS, endless_pair

# Of switches from and to idle, of which a busy host has few.
pytestmark = [pytest.mark.kernel, pytest.mark.alone]


@pytest.fixture(name="napper")
def who_mostly_returns_from_idle():
    """A task alone on its CPU: what it comes from is the idle task, with its own mm still loaded."""
    process = subprocess.Popen([PROGRAMS / "sleeper", "timer", str(CPU), str(10**9)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    line = json.loads(process.stdout.readline())
    process.stdin.write(b"\n")
    process.stdin.flush()
    yield line["tasks"][0]
    process.kill()
    process.wait()


@pytest.fixture(name="pair")
def two_that_switch_to_each_other():
    """Both on one CPU: what each comes from is mostly the other."""
    load = endless_pair("process", "pipe", FIRST_CPU)
    yield load
    load.kill()
    load.wait()


def row_of(rows, tgid):
    return next(row for row in rows if row["tgid"] == tgid)


def test_returns_from_idle_are_apart(tracer, napper, pair):
    tracer()
    result = tvtrace("groups", "--json", "-i", "2", "-n", "1")
    assert result.returncode == OK
    reply = json.loads(result.stdout)
    row = row_of(reply["groups"], napper["tgid"])
    assert row["other_per_s"] > 500
    # Whatever else ran on that CPU was of other programs: never a thread switch from one of those.
    assert row["thread_per_s"] < row["other_per_s"] / 20
    assert row["thread_share"] is None or row["thread_share"] < 0.5
    members = [row for row in reply["groups"] if row["comm"] == "pair" and row["ppid"] == pair.pid
               or row["tgid"] == pair.pid]
    busy = max(members, key=lambda row: row["process_per_s"])
    assert busy["process_per_s"] > 1000 and busy["thread_share"] < 0.01


def test_all_forms_say_the_same(tracer, napper, textfile):
    """JSON of the daemon, metrics, and what a capture has."""
    traced = tracer("--textfile", textfile, interval=0.5)
    publication = traced.fresh()
    group = next(g for g in publication["groups"] if g["tgid"] == napper["tgid"])
    assert group["switches"]["thread"] > 20 * group["from_user"]["thread"]
    thread, = [t for t in publication["threads"] if t["tid"] == napper["tid"]]
    assert thread["in"]["thread"] > 20 * thread["from_user"]["thread"]
    counts = labels(publication)
    everything = [*publication["groups"], publication["other"]]
    if not publication["accounting"]["spilled"]:
        for kind in KINDS:
            assert sum(g["from_user"][kind] for g in everything) == total(counts, kind, "user")
    # A publication is rendered after it is printed, by and by.
    deadline = time.monotonic() + PATIENCE_S
    while not (metrics := prom.Metrics(textfile.read_bytes())).types:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    prom.check(metrics)
    froms = {dict(labels)["from"] for labels in metrics.of(prom.GROUP_SWITCHES)}
    assert froms == {dict(labels)["from"] for labels in metrics.of(prom.GROUP_COST)} == {
        "user", "other"}
    napping = {key: metrics.total(prom.GROUP_SWITCHES, group="sleeper", kind="thread",
                                  **{"from": key}) for key in froms}
    assert napping["other"] > 20 * napping["user"]
    assert "from user" in metrics.help[prom.GROUP_SWITCHES]


def test_reports_agree(tracer, napper, tmp_path):
    tracer()
    path = tmp_path / "capture"
    assert tvtrace("capture", "-o", path, "--for", "1").returncode == OK
    rows = json.loads(tvtrace("report", "--json", path).stdout)["groups"]
    row = row_of(rows, napper["tgid"])
    assert row["other_per_s"] > 500
    assert row["thread_per_s"] < row["other_per_s"] / 20


def test_the_live_view_has_them_apart(tracer, napper):
    screen = Terminal(100, 50, f"while {TVTRACED} --interval 0.5; [ $? = 8 ]; do sleep 0.5; done")
    try:
        def shown(lines):
            heading = next((line for line in lines if line.startswith("thread group")), None)
            row = next((line for line in lines if line.startswith("sleeper ")), None)
            return heading and row and (heading, row)
        heading, row = shown(screen.wait_for(shown))
        cells = dict(zip(heading.split()[2:], row.split()[1:]))
        assert list(cells)[:6] == ["tgid", "tasks", "thread/s", "proc/s", "other/s", "cost/CPU"]
        assert cells["tgid"] == str(napper["tgid"])
        assert cells["other/s"].endswith("k") or float(cells["other/s"]) > 500
    finally:
        screen.close()

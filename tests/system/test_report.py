# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""tvtrace report says what an independent computation says, whatever is in the file."""

import collections
import csv
import gzip
import io
import json
import random
import re
import shutil
import subprocess
import zlib

import pytest

from control import FAILED, OK, TVTRACE, USAGE, tvtrace
from pages import SVG, page, screenshot
from terminal import columns
from tracer import PATIENCE_S, SANITIZED
from trace_files import (BOOTTIME, CLONE_THREAD, FROMS, GROUPS, KINDS, MONOTONIC, ORIGIN, REALTIME,
                         REASONS, TASKS, Switch, TraceFile, capture, random_switches, record,
                         varint)

SECOND = 10**9


@pytest.fixture(name="file")
def file_with(tmp_path):
    def write(data):
        path = tmp_path / "test.pftrace"
        path.write_bytes(data.bytes() if isinstance(data, TraceFile) else data)
        return path
    return write


def good(path, *options):
    result = tvtrace("report", path, *options)
    assert (result.returncode, result.stderr) == (OK, "")
    return result.stdout


def of_json(path, *options):
    return json.loads(good(path, "--json", *options))


def bad(status, *arguments):
    """Ended with that status and one line on standard error; returns both outputs."""
    result = tvtrace("report", *arguments)
    assert result.returncode == status and result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("tvtrace: ")
    return result.stderr, result.stdout


class Sum:
    """What some switches come to, for those that they led to and those that they came from."""

    def __init__(self):
        self.kinds, self.costs = collections.Counter(), collections.Counter()
        self.from_user, self.costs_from_user = collections.Counter(), collections.Counter()
        self.reasons = collections.Counter()

    def check(self, row, seconds):
        for kind in KINDS:
            count = (self.from_user if kind in ("thread", "process") else self.kinds)[kind]
            assert row[f"{kind}_per_s"] == pytest.approx(count / seconds)
        thread, process = self.from_user["thread"], self.from_user["process"]
        others = sum(self.kinds.values()) - thread - process
        assert row["other_per_s"] == pytest.approx(others / seconds)
        assert row["thread_share"] == (
            pytest.approx(thread / (thread + process)) if thread + process else None)
        for reason in REASONS:
            assert row[reason] == self.reasons[reason]
            assert row[f"{reason}_per_s"] == pytest.approx(self.reasons[reason] / seconds)
        assert row["switches"] == sum(self.kinds.values())
        assert row["cpu_share"] == pytest.approx(sum(self.costs.values()) / seconds / SECOND)
        for kind in ("thread", "process"):
            cost = self.costs_from_user[kind]
            mean = cost / self.from_user[kind] if cost else None
            assert row[f"{kind}_mean_ns"] == (pytest.approx(mean) if mean else None)
        out = sum(self.reasons.values())
        assert row["preempted_share"] == (
            pytest.approx(self.reasons["preempted"] / out) if out else None)


def sums(switches, key):
    """By what a task id belongs to."""
    result = collections.defaultdict(Sum)
    for switch in switches:
        following, before = result[key(switch.next)], result[key(switch.prev)]
        following.kinds[switch.kind] += 1
        following.costs[switch.kind] += switch.cost
        if switch.source == "user":
            following.from_user[switch.kind] += 1
            following.costs_from_user[switch.kind] += switch.cost
        before.reasons[switch.reason] += 1
    return result


def application_of(tid):
    if not tid:
        return "idle"
    return next(group.application for group in GROUPS if group.tgid == TASKS[tid].tgid)


def check_cost(cost, values):
    assert cost["count"] == len(values) and cost["sum_ns"] == sum(values)
    assert cost["min_ns"] == min(values, default=0) and cost["max_ns"] == max(values, default=0)
    for name, share in (("p50_ns", 0.5), ("p90_ns", 0.9), ("p99_ns", 0.99)):
        if values:
            exact = sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]
            assert cost[name] == pytest.approx(exact, rel=1 / 16, abs=1)


def check_buckets(buckets, values):
    total = 0
    for bucket in buckets:
        high = bucket["le_ns"]
        width = max(1, 1 << (high.bit_length() - 5)) if high >= 16 else 1
        assert bucket["count"] == sum(high - width < value <= high for value in values)
        total += bucket["count"]
    assert total == len(values)


def check_report(path, switches, begin, end, *options):
    """All of JSON against these switches, which are those of the window from begin to end."""
    report, seconds = of_json(path, *options), (end - begin) / SECOND
    assert report["interval_ns"] == end - begin
    assert report["time_ns"] == end - BOOTTIME + MONOTONIC
    assert report["realtime_ns"] == begin - BOOTTIME + REALTIME
    assert report["from_s"] == pytest.approx((begin - ORIGIN) / SECOND)
    assert report["to_s"] == pytest.approx((end - ORIGIN) / SECOND)
    accounting = report["accounting"]
    assert accounting["switches"] == len(switches)
    assert accounting["unmeasured"] == sum(not switch.cost for switch in switches)
    assert accounting["unlabelled"] == accounting["unattributed"] == 0
    labels = collections.Counter((s.kind, s.source, s.reason) for s in switches)
    assert len(report["switches"]) == 24
    for entry in report["switches"]:
        assert entry["count"] == labels[entry["kind"], entry["from"], entry["reason"]]
    for cost in report["cost"]:
        values = [s.cost for s in switches if s.kind == cost["kind"] and s.cost]
        check_cost(cost, values)
        check_buckets(cost["buckets"], values)
    assert len(report["cost_by_from"]) == len(KINDS) * len(FROMS)
    for cost in report["cost_by_from"]:
        check_cost(cost, [s.cost for s in switches if s.cost
                          and (s.kind, s.source) == (cost["kind"], cost["from"])])
    by_group = sums(switches, lambda tid: TASKS[tid].tgid)
    assert {row["tgid"] for row in report["groups"]} == set(by_group)
    for row in report["groups"]:
        by_group[row["tgid"]].check(row, seconds)
    by_thread = sums(switches, lambda tid: tid)
    threads = of_json(path, "--threads", *options)["threads"]
    assert {row["lwp"] for row in threads} == set(by_thread) and len(threads) == len(by_thread)
    for row in threads:
        by_thread[row["lwp"]].check(row, seconds)
        assert (row["comm"], row["pid"]) == (TASKS[row["lwp"]].comm, TASKS[row["lwp"]].tgid)
    by_application = sums(switches, application_of)
    applications = of_json(path, "--app", *options)["applications"]
    assert {row["application"] for row in applications} == set(by_application)
    for row in applications:
        by_application[row["application"]].check(row, seconds)
    return report


def test_whole(file):
    trace, switches = capture()
    report = check_report(file(trace), switches, min(s.ts for s in switches),
                          max(s.ts for s in switches))
    assert report["complete"] and report["end_reason"] is None
    host = report["host"]
    assert (host["kernel"], host["machine"], host["cpus"]) == ("6.12.1", "x86_64", 2)
    assert host["cost_bias_ns"] == 90 and host["facts"]["retbleed"] == "Vulnerable"


@pytest.mark.parametrize("begin, end", [(0.5, 1.5), (0, 0.25), (1.25, None), (0.123456, 0.123999)])
def test_window(file, begin, end):
    trace, switches = capture(2)
    path, last = file(trace), max(s.ts for s in switches)
    low = max(ORIGIN + round(begin * SECOND), min(s.ts for s in switches))
    high = ORIGIN + round(end * SECOND) if end else last
    inside = [s for s in switches if low <= s.ts < high or s.ts == high == last]
    options = ["--from", begin] + (["--to", end] if end else [])
    check_report(path, inside, low, high, *options)


def test_windows_add_up(file):
    trace, switches = capture(3)
    path = file(trace)
    parts = [of_json(path, "--to", 1)] + [of_json(path, "--from", 1)]
    assert sum(part["accounting"]["switches"] for part in parts) == len(switches)
    assert sum(sum(row["switches"] for row in part["groups"]) for part in parts) == len(switches)


def test_groups_are_described(file):
    trace, _ = capture(4)
    rows = {row["tgid"]: row for row in of_json(file(trace))["groups"]}
    for group in GROUPS[1:]:
        row = rows[group.tgid]
        assert row["application"] == group.application and row["ppid"] == group.ppid
        assert row["cmdline"] == ("" if TASKS.get(group.tgid) and TASKS[group.tgid].kernel
                                  else group.cmdline)
        assert row["start_ns"] == 10**9 * group.tgid + BOOTTIME - MONOTONIC
    assert rows[300]["comm"] == "java" and rows[300]["threads"] == 3
    assert rows[100]["threads"] == 2 and rows[0]["comm"] == "idle"


def test_names_and_groups_over_time(file):
    """A program is started twice, under the same id, and calls itself something else in between."""
    def at(ms):
        return ORIGIN + ms * 10**6
    trace = TraceFile()
    names = {0: "swapper", 100: "nginx"}
    switches = [Switch(0, at(ms), *pair, "process", "user", "voluntary", 100 + ms) for ms, pair in
                enumerate([(0, 100), (100, 700), (700, 701), (701, 700), (700, 100), (100, 700),
                           (700, 0)], 1)]
    trace.switches(switches[:1], comms=names.get)
    trace.event(0, at(1) + 1, 100, task_newtask={"pid": 700, "comm": "nginx", "clone_flags": 0})
    trace.event(0, at(1) + 2, 700, task_rename={"pid": 700, "oldcomm": "nginx", "newcomm": "sh"})
    trace.event(0, at(2) + 1, 700, task_newtask={"pid": 701, "comm": "sh",
                                                 "clone_flags": CLONE_THREAD})
    trace.event(0, at(2) + 2, 700, task_rename={"pid": 701, "oldcomm": "sh", "newcomm": "helper"})
    trace.event(0, at(4) + 1, 701, sched_process_exit={"comm": "helper", "pid": 701, "tgid": 700})
    trace.event(0, at(4) + 2, 700, sched_process_exit={"comm": "sh", "pid": 700, "tgid": 700})
    trace.event(0, at(5) + 1, 2, task_newtask={"pid": 700, "comm": "kworker/1", "clone_flags": 0})
    trace.switches(switches[1:5], begun=[0], comms={**names, 700: "sh", 701: "helper"}.get)
    trace.switches(switches[5:], begun=[0], comms={**names, 700: "kworker/1"}.get)
    path = file(trace.end(switches))
    rows = of_json(path)["groups"]
    assert sorted((row["comm"], row["tgid"], row["switches"], row["application"], row["threads"])
                  for row in rows) == [
        ("idle", 0, 1, "idle", 1), ("kworker/1", 700, 1, "kernel", 1),
        ("nginx", 100, 2, "nginx.service", 2), ("sh", 700, 3, "nginx.service", 0)]
    seconds = of_json(path)["interval_ns"] / SECOND
    assert {row["comm"]: round(row["ended_per_s"] * seconds) for row in rows} == {
        "idle": 0, "kworker/1": 0, "nginx": 0, "sh": 2}
    assert {row["application"]: round(row["ended_per_s"] * seconds)
            for row in of_json(path, "--app")["applications"]} == {
        "idle": 0, "kernel": 0, "nginx.service": 1}
    assert {(row["comm"], row["lwp"], row["pid"]) for row in of_json(path, "--threads")["threads"]
            } == {("idle", 0, 0), ("nginx", 100, 100), ("sh", 700, 700), ("helper", 701, 700),
                  ("kworker/1", 700, 700)}


def test_the_name_is_that_of_the_window(file):
    switches = [Switch(0, ORIGIN + i * SECOND, *pair, "thread", "idle", "voluntary", 100)
                for i, pair in enumerate([(0, 100), (100, 0), (0, 100), (100, 0)])]
    trace = TraceFile()
    trace.switches(switches[:2], comms={0: "swapper", 100: "before"}.get)
    trace.event(0, ORIGIN + 3 * SECOND // 2, 100, task_rename={"pid": 100, "newcomm": "after"})
    trace.switches(switches[2:], begun=[0], comms={0: "swapper", 100: "after"}.get)
    path = file(trace.end(switches))
    for options, name in ((("--to", 1.2), "before"), ((), "after"), (("--from", 1.9), "after")):
        assert name in {row["comm"] for row in of_json(path, *options)["groups"]}, options


def test_loss_is_told(file):
    switches = random_switches(5, cpus=1, count=100)
    trace = TraceFile(switches[:50])
    trace.lost(0, switches[49].ts, switches[60].ts, 10)
    trace.full(switches[60], lambda tid: TASKS[tid].comm, lost=True)
    trace.compact(switches[61:], lambda tid: TASKS[tid].comm)
    trace.instants(switches[60:])
    trace.lost(1, ORIGIN, ORIGIN + 5, 0)
    path = file(trace.end(switches[:50] + switches[60:], lost=10))
    accounting = of_json(path)["accounting"]
    assert accounting["lost"] == 10 and accounting["lost_stretches"] == 1
    assert accounting["unknown_stretches"] == 1
    assert accounting["lost_ns"] == switches[60].ts - switches[49].ts + 5
    assert accounting["switches"] == 90 and accounting["unlabelled"] == 0
    assert re.search(r"(?m)^lost +10 in 1 stretches, 1 stretches of unknown number, ", good(path))
    # Half of the stretch, and none of it.
    middle = (switches[49].ts + switches[60].ts) // 2
    part = of_json(path, "--from", f"{(middle - ORIGIN) / SECOND:.9f}")["accounting"]
    assert part["lost"] == 10 and part["lost_ns"] == pytest.approx(switches[60].ts - middle, abs=2)
    after = of_json(path, "--from", f"{(switches[60].ts + 1000 - ORIGIN) / SECOND:.9f}")
    assert after["accounting"]["lost"] == after["accounting"]["lost_ns"] == 0


def test_a_trace_of_something_else(file):
    """It has no instants: who switched is known, and nothing of what the switches were."""
    switches = random_switches(6, count=5000)
    trace = TraceFile(groups=[], tasks={})
    trace.trace.Clear()
    trace.switches(switches, labelled=False)
    path = file(trace)
    report = of_json(path)
    assert report["accounting"]["switches"] == report["accounting"]["unlabelled"] == len(switches)
    assert report["realtime_ns"] is None and report["complete"]
    assert all(cost["count"] == 0 for cost in report["cost"])
    into = collections.Counter(s.next for s in switches)
    # The first switch of each CPU says 1; others what was given, by their state.
    out = collections.Counter((s.prev, s.reason) for s in switches if s.prev)
    for row in of_json(path, "--threads")["threads"]:
        assert row["switches"] == into[row["lwp"]] and row["cpu_share"] == 0
        if row["lwp"]:
            assert row["preempted"] == out[row["lwp"], "preempted"]
    text = good(path)
    assert "something other than tvtraced" in text and f"unknown kind and cost {len(switches)}" in text
    assert re.search(r"(?m)^group +tgid +thr +pre% +(vol/s +)?(pre/s +)?switches +vol +pre( |$)", text)
    page(good(path, "--html"))


def test_halves(file):
    """Instants without their switches are counted, for nobody; switches without theirs likewise."""
    switches = random_switches(7, cpus=1, count=1000)
    trace = TraceFile()
    trace.full(switches[0], lambda tid: TASKS[tid].comm)
    trace.compact([s for i, s in enumerate(switches) if i and i % 7],
                  lambda tid: TASKS[tid].comm)
    trace.instants([s for i, s in enumerate(switches) if i % 5])
    whole = [i for i in range(len(switches)) if not i or i % 7 or i % 5]
    path = file(trace.end([switches[i] for i in whole]))
    accounting = of_json(path)["accounting"]
    assert accounting["switches"] == len(whole)
    assert accounting["unlabelled"] == sum(not i % 5 for i in whole)
    assert accounting["unattributed"] == sum(i > 0 and not i % 7 for i in whole)


def test_compressed(file):
    trace, switches = capture(8)
    plain = good(file(trace), "--json")
    for data in (trace.compressed(), trace.compressed(1), gzip.compress(trace.bytes()),
                 gzip.compress(trace.compressed())):
        assert good(file(data), "--json") == plain
    assert json.loads(plain)["accounting"]["switches"] == len(switches)


def test_standard_input(file):
    trace, _ = capture(9, count=100)
    with open(file(trace), "rb") as stdin:
        result = subprocess.run([TVTRACE, "report", "-", "--csv"], stdin=stdin, check=True,
                                stdout=subprocess.PIPE, timeout=PATIENCE_S)
    assert result.stdout.decode() == good(file(trace), "--csv")


@pytest.mark.parametrize("options", [(), ("--app",), ("--threads",)])
def test_csv_says_what_json_says(file, options):
    trace, _ = capture(10)
    path = file(trace)
    text = good(path, "--csv", *options)
    assert text.count("\r\n") == text.count("\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    report = of_json(path, *options)
    listed = report[{"--app": "applications", "--threads": "threads"}.get(*options, None)
                    if options else "groups"]
    assert len(rows) == len(listed)
    for row, expected in zip(rows, listed):
        assert int(row.pop("time_ns")) == report["time_ns"]
        assert int(row.pop("interval_ns")) == report["interval_ns"]
        assert set(row) == set(expected)
        for key, value in expected.items():
            if value is None:
                assert row[key] == ""
            elif isinstance(value, str):
                assert row[key] == value
            else:
                assert float(row[key]) == pytest.approx(value, rel=1e-5)


def test_text(file):
    trace, switches = capture(11)
    text = good(file(trace))
    assert "\x1b" not in text and all(c.isprintable() or c == "\n" for c in text)
    lines = text.splitlines()
    assert max(map(columns, lines)) <= 80
    assert re.match(r"window +[0-9.]+ s, from 0\.\d{3} s to [0-9.]+ s of the capture$", lines[0])
    assert re.search(rf"(?m)^switches +{len(switches)}, without a cost \d+$", text)
    assert re.search(r"(?m)^begin +2026-09-21 \d\d:\d\d:\d\d UTC$", text)
    assert "Linux 6.12.1 on x86_64, 2 CPUs" in text and "sched_exit_tp, bias 90 ns" in text
    assert "retbleed: Vulnerable" in text and "meltdown" not in text
    for kind in ("thread", "process"):
        costs = [s.cost for s in switches if s.kind == kind and s.cost]
        mean = sum(costs) / len(costs)
        said = re.search(rf"(?m)^{kind}: {len(costs)} switches, mean ([0-9.]+) (ns|us)$", text)
        assert float(said[1]) * {"ns": 1, "us": 1000}[said[2]] == pytest.approx(mean, rel=0.01)
    assert "kthread: " not in text
    rows = [line for line in lines[lines.index(next(
        line for line in lines if line.startswith("group "))) + 1:]]
    assert len(rows) == 7 and "more" not in rows[-1]
    assert good(file(trace), "--limit", 2).splitlines()[-1] == "and 5 more (--limit)"


def test_sort_and_limit(file):
    trace, _ = capture(12)
    path = file(trace)
    for key in ("switches", "cpu_share", "tgid", "thread_per_s", "preempted"):
        rows = of_json(path, "--sort", key)["groups"]
        assert [row[key] for row in rows] == sorted((row[key] for row in rows), reverse=True)
        assert of_json(path, "--sort", key, "--limit", 3)["groups"] == rows[:3]
    names = [row["comm"] for row in of_json(path, "--sort", "comm")["groups"]]
    assert names == sorted(names, key=str.encode)


def test_html(file):
    trace, switches = capture(13)
    path = file(trace)
    text = good(path, "--html")
    parsed, tree = page(text)
    assert "prefers-color-scheme:dark" in text and "@media print" in text
    cells = {row[0]: row[1:] for row in parsed.rows if row}
    assert cells["switches"][0].startswith(str(len(switches)))
    assert "<i>app</i>" in cells and "<b>&\"'</b>" in cells and "nginx.service" in cells
    assert len(tree.findall(f".//{SVG}svg")) == 2
    # Of every switch with a cost there is a bar, as wide as a quarter of a power of two.
    shares = collections.Counter()
    for bar in tree.iter(f"{SVG}rect"):
        title = bar.find(f"{SVG}title")
        if title is not None:
            kind, count = re.match(r"(\w+), .*: (\d+) \(", title.text).groups()
            assert bar.get("class") == kind and float(bar.get("height")) >= 1
            shares[kind] += int(count)
    for kind in ("thread", "process"):
        assert shares[kind] == sum(s.kind == kind and s.cost > 0 for s in switches)
    paths = {path.get("class"): path.get("d") for path in tree.iter(f"{SVG}path")}
    assert set(paths) == {*KINDS, "unknown"}
    for line in paths.values():
        points = [tuple(map(float, p.split(","))) for p in line.strip("MZ ").split()]
        assert all(59 <= x <= 901 and 23 <= y <= 233 for x, y in points)
    # The picture's area is the number of switches.
    top = max(float(t.text.removesuffix("k")) * (1000 if t.text.endswith("k") else 1)
              for t in tree.findall(f".//{SVG}svg")[1].iter(f"{SVG}text")
              if t.get("text-anchor") == "end")
    points = [tuple(map(float, p.split(","))) for p in paths["idle"].strip("MZ ").split()]
    upper = points[:len(points) // 2]
    area = sum((b[0] - a[0]) * (232 - a[1]) for a, b in zip(upper, upper[1:]))
    seconds = (max(s.ts for s in switches) - min(s.ts for s in switches)) / SECOND
    assert area / 840 / 208 * top * seconds == pytest.approx(len(switches), rel=0.05)


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_shows_it(file, tmp_path):
    """Light and dark, on paper, without scripts, network or complaints."""
    trace, _ = capture()
    path = tmp_path / "page.html"
    path.write_text(good(file(trace), "--html"), encoding="utf-8")
    light = screenshot(path)
    dark = screenshot(path, "--blink-settings=preferredColorScheme=0")
    for width, height, _, colours in light, dark:
        assert (width, height) == (1000, 1400) and colours > 50
    assert min(light[2]) > 200 and max(dark[2]) < 60
    paper = tmp_path / "page.pdf"
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                    f"--user-data-dir={tmp_path}/profile", f"--print-to-pdf={paper}",
                    path.as_uri()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=PATIENCE_S, check=True)
    assert paper.read_bytes().startswith(b"%PDF")
    # Its log does tell of what is wrong.
    path.write_text("<script>console.error('wrong')</script>", encoding="ascii")
    with pytest.raises(AssertionError, match="CONSOLE"):
        screenshot(path)


def test_html_of_next_to_nothing(file):
    for switches in ([], random_switches(14, cpus=1, count=1), random_switches(14, cpus=1, count=2)):
        path = file(TraceFile(switches).end(switches))
        page(good(path, "--html"))
        assert of_json(path)["accounting"]["switches"] == len(switches)
        good(path)
        good(path, "--csv")


def test_names_are_text(file, tmp_path):
    """Whatever a name is, a terminal gets nothing but printable characters, HTML no markup."""
    evil = "\x1b]0;x\x07<script>&amp;\"'\u202e\u0301\r\nä"
    tasks = {**TASKS, 100: type(TASKS[100])(100, 100, evil)}
    groups = [type(GROUPS[0])(100, evil, evil, evil)]
    switches = [s for s in random_switches(15, cpus=1, count=200)]
    trace = TraceFile(groups=groups, tasks=tasks)
    trace.switches(switches, comms=lambda tid: tasks[tid].comm if tid else "swapper")
    path = tmp_path / "<i>\x1b.pftrace"
    path.write_bytes(trace.end(switches, reason=evil).bytes())
    for options in ((), ("--app",), ("--threads",), ("--csv",), ("--json",), ("--html",)):
        text = good(path, *options)
        assert all(c.isprintable() or c in "\r\n" for c in text), options
        assert "<script>" not in text or "--html" not in options
    page(good(path, "--html"))
    assert "ended early: ?]0;x" in good(path)


@pytest.mark.parametrize("data, message", [
    (b"", "is empty"), (b"\n", "is no capture"), (b"hello\n", "is no capture"),
    (b"\nhello, this is a text that begins with an empty line\n", "is no capture"),
    (b"\x7fELF" + bytes(1000), "is no capture"), (bytes(1000), "is no capture"),
    (b"\x28\xb5\x2f\xfd" + bytes(100), "zstd -dc"), (b"\xfd7zXZ\0" + bytes(100), "xz -dc"),
    (gzip.compress(b""), "is empty"), (gzip.compress(b"hello"), "is no capture"),
    (b"\x1f\x8b" + bytes(100), "is"), (b"\n\0", "no context switches"),
    (record(b"\xff" * 20), "is no capture"), (b"\n" + b"\xff" * 10, "is no capture")])
def test_what_is_no_capture(file, data, message):
    path = file(data)
    error, output = bad(FAILED, path)
    assert message in error and str(path) in error and not output


def test_other_paths(tmp_path):
    assert "is a directory" in bad(FAILED, tmp_path)[0]
    assert "No such file" in bad(FAILED, tmp_path / "nothing")[0]
    assert "is empty" in bad(FAILED, "/dev/null")[0]
    assert "is no capture" in bad(FAILED, "/dev/zero")[0]
    assert "is empty" in bad(FAILED, "-")[0]  # standard input is /dev/null


@pytest.mark.parametrize("arguments, message", [
    ((), "FILE is missing"), (("a", "b"), "'b'"), (("",), "empty"), (("a", "--from", "x"), "--from"),
    (("a", "--from", "-1"), "--from"), (("a", "--to", "nan"), "--to"), (("a", "--to", "0"), "--to"),
    (("a", "--from", "2", "--to", "1"), "--to"), (("a", "--sort", "x"), "--sort"),
    (("a", "--app", "--sort", "tgid"), "--sort"), (("a", "--limit", "0"), "--limit"),
    (("a", "--json", "--csv"), "exclude"), (("a", "--html", "--json"), "exclude"),
    (("a", "--app", "--threads"), "exclude")])
def test_bad_options(arguments, message):
    assert message in bad(USAGE, *arguments)[0]


def test_from_behind_the_end(file):
    trace, _ = capture(16, count=100)
    assert "--from: " in bad(USAGE, file(trace), "--from", 1000)[0]


def test_help():
    result = tvtrace("help", "report")
    assert (result.returncode, result.stderr) == (OK, "")
    for option in ("--from", "--to", "--json", "--csv", "--html", "--app", "--threads"):
        assert option in result.stdout


@pytest.mark.parametrize("options", [(), ("--json",), ("--csv",), ("--html",)])
def test_output_that_takes_nothing(file, options):
    trace, _ = capture(17)
    with open("/dev/full", "wb") as full:
        result = subprocess.run([TVTRACE, "report", file(trace), *options], stdout=full, check=False,
                                stderr=subprocess.PIPE, timeout=PATIENCE_S)
    assert result.returncode == FAILED
    assert result.stderr == b"tvtrace: cannot write to standard output: No space left on device\n"


def test_a_reader_that_has_gone(file):
    trace, _ = capture(17)
    result = subprocess.run(["sh", "-c", '"$0" report "$1" --html | :', TVTRACE, file(trace)],
                            stderr=subprocess.PIPE, timeout=PATIENCE_S, check=True)
    assert result.stderr == b""


def small():
    switches = random_switches(18, cpus=1, count=8)
    return TraceFile(groups=GROUPS[2:3], tasks={100: TASKS[100]}, cpus=1).end(switches), switches


def check_partial(path, most):
    """A report of what there is, and a line about the rest; returns how many switches there are."""
    error, output = bad(FAILED, path, "--json")
    if not output:
        assert re.search("no capture|empty|no context switches", error)
        return 0
    report = json.loads(output)
    assert not report["complete"]
    assert re.search("damaged|cut off|switches instead", error)
    assert report["accounting"]["switches"] <= most
    return report["accounting"]["switches"]


# With sanitizers a program takes many times longer to start, and there is a fuzz target with them.
STRIDE = 11 if SANITIZED else 1


def test_truncated_at_every_byte(file):
    trace = TraceFile(groups=GROUPS[2:3], tasks={100: TASKS[100]}, cpus=1)
    switches = random_switches(18, cpus=1, count=6)
    trace.switches(switches)
    trace.end(switches)
    data, boundaries = trace.bytes(), set(trace.boundaries())
    before = 0
    for size in sorted({*range(0, len(data), STRIDE), *boundaries} - {len(data)}):
        path = file(data[:size])
        count = check_partial(path, len(switches))
        assert count >= before
        before = count
        if not size or size in boundaries:
            continue
        # How much could not be read: all since the packet's beginning.
        rest = size - max(b for b in boundaries if b <= size)
        error, output = bad(FAILED, path)
        if output:
            assert f" 0 packets and the last {rest} bytes could not be read" in error
    assert good(file(data)) and before == len(switches)


def test_truncated_compressed(file):
    trace, switches = capture(19, count=30)
    for data in (trace.compressed(20), gzip.compress(trace.bytes())):
        for size in range(0, len(data), 7 * STRIDE):
            check_partial(file(data[:size]), len(switches))


def test_damage_in_one_packet(file):
    """What is around it is reported."""
    trace, switches = capture(20, cpus=1, count=50)
    packets = [packet.SerializeToString() for packet in trace.trace.packet]
    for broken in (b"\x0a\xff\x01", b"\xff", b"\x92\x03\x04abcd",
                   b"\x92\x03" + varint(len(bomb())) + bomb()):
        data = b"".join(map(record, packets[:-1] + [broken] + packets[-1:]))
        error, output = bad(FAILED, file(data), "--json")
        assert "1 packets and the last 0 bytes" in error
        assert json.loads(output)["accounting"]["switches"] == len(switches)


def bomb():
    """Zeros without end, as a zlib stream."""
    return zlib.compress(bytes(1 << 24))


def test_nested_compression_is_damage(file):
    trace, switches = capture(21, cpus=1, count=50)
    data = trace.bytes()
    inner = trace.messages.Trace(packet=[{"compressed_packets": zlib.compress(data)}])
    outer = trace.messages.Trace(packet=[
        {"compressed_packets": zlib.compress(inner.SerializeToString())}])
    error, output = bad(FAILED, file(data + outer.SerializeToString()), "--json")
    assert "1 packets" in error
    assert json.loads(output)["accounting"]["switches"] == len(switches)


def test_unknown_packets_are_skipped(file):
    trace, switches = capture(22, count=100)
    packets = [packet.SerializeToString() for packet in trace.trace.packet]
    unknown = [b"", b"\x40\x05", b"\xfa\x7f\x03abc", b"\x9a\x02\x02\x08\x01"]
    data = b"".join(record(p) + record(unknown[i % 4]) for i, p in enumerate(packets))
    assert of_json(file(data))["accounting"]["switches"] == len(switches)


@pytest.mark.skipif(SANITIZED, reason="sanitizers take memory of their own")
@pytest.mark.parametrize("data", [
    b"\n\xff\xff\xff\x1f", b"\n\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\n\x80\x80\x80\x20",
    b"\n\x80\x80\x80\x10" + bytes(1000)], ids=repr)
def test_huge_lengths_take_no_memory(file, data):
    trace, switches = capture(23, count=100)
    path = file(trace.bytes() + data)
    result = tvtrace("report", path, "--json", command=("prlimit", "--as=67108864", TVTRACE))
    assert result.returncode == FAILED
    assert f"the last {len(data)} bytes could not be read" in result.stderr
    assert json.loads(result.stdout)["accounting"]["switches"] == len(switches)


@pytest.mark.skipif(SANITIZED, reason="sanitizers take memory of their own")
def test_hostile_packets_take_bounded_memory(file):
    """Messages that are small in the file and large in memory, and a stream that never ends."""
    trace, switches = capture(24, count=100)
    events = b"\x0a" + varint(2 << 24) + b"\x12\x00" * (1 << 24)  # 16 Mi empty events in a bundle
    many = zlib.compress(record(events))
    endless = zlib.compress(record(b"") * (140 << 20 >> 1) * 2)
    for data in (record(events), record(b"\x92\x03" + varint(len(many)) + many),
                 record(b"\x92\x03" + varint(len(endless)) + endless)):
        result = tvtrace("report", file(trace.bytes() + data), "--json", "--expand",
                         command=("prlimit", "--as=805306368", TVTRACE))
        assert result.returncode == FAILED and "1 packets" in result.stderr, result.stderr
        assert json.loads(result.stdout)["accounting"]["switches"] == len(switches)


@pytest.mark.parametrize("way", ["by gzip", "within", "both"])
def test_what_expands_to_much_is_read_only_on_demand(file, way):
    """Kilobytes that would take minutes; what comes before is told."""
    trace, switches = capture(31, count=100)
    empty = record(b"\x40\x01")
    packed = zlib.compress(empty * (4 << 20), 9)
    data = trace.bytes() + {"by gzip": empty * (8 << 20),
                            "within": record(b"\x92\x03" + varint(len(packed)) + packed) * 4,
                            "both": record(b"\x92\x03" + varint(len(packed)) + packed) * 40}[way]
    path = file(data if way == "within" else gzip.compress(data, 9))
    error, output = bad(FAILED, path, "--json")
    assert error.endswith("expands to more than 100 times its size, as no capture does; the report is "
                          "of its beginning, and --expand reads on\n")
    assert json.loads(output)["accounting"]["switches"] == len(switches)
    if way == "by gzip":
        result = tvtrace("report", path, "--json", "--expand")
        assert "expands" not in result.stderr
        assert json.loads(result.stdout)["accounting"]["switches"] == len(switches)


@pytest.mark.parametrize("seed", range(3))
def test_random_damage(file, seed):
    """No crash, and a line that says so or a report; never both a status of 0 and no output."""
    rng = random.Random(seed)
    trace, _ = capture(25, count=40)
    original = rng.choice([trace.bytes(), trace.compressed(30)])
    for _ in range(60):
        data = bytearray(original)
        for _ in range(rng.choice([1, 3, 30])):
            kind, at = rng.randrange(3), rng.randrange(len(data))
            if kind == 0:
                data[at] = rng.randrange(256)
            elif kind == 1:
                del data[at:at + rng.randrange(20)]
            else:
                data[at:at] = rng.randbytes(rng.randrange(20))
        result = tvtrace("report", file(bytes(data)), rng.choice(["--json", "--html", "--csv"]))
        assert result.returncode in (OK, FAILED), result
        assert result.stderr.count("\n") == (result.returncode == FAILED), result.stderr
        assert result.stdout or result.returncode == FAILED


def test_order_within_the_file_does_not_matter(file):
    """Instants before their switches, in pieces of any size: the same report."""
    switches = random_switches(26, count=500)
    expected = good(file(TraceFile(switches).end(switches)), "--json")
    for size in (1, 7, 300):
        trace = TraceFile()
        trace.switches(switches, size=size)
        assert good(file(trace.end(switches)), "--json") == expected
    trace = TraceFile()
    trace.instants(switches)
    trace.switches(switches, labelled=False)
    assert good(file(trace.end(switches)), "--json") == expected


def test_other_sequences_do_not_matter(file):
    """Packets of something else in between, with names and tracks of its own."""
    trace, switches = capture(27, count=200)
    m = trace.messages
    plain, packets = good(file(trace), "--json"), list(trace.trace.packet)
    mixed = m.Trace()
    for packet in packets:
        mixed.packet.add(trusted_packet_sequence_id=7, sequence_flags=1, interned_data=m.InternedData(
            event_names=[{"iid": 1, "name": "idle"}, {"iid": 2, "name": "lost"}],
            debug_annotation_names=[{"iid": 1, "name": "switches"}]))
        mixed.packet.add(trusted_packet_sequence_id=7, timestamp=ORIGIN, track_event=m.TrackEvent(
            type=3, name="thread", track_uuid=999))
        mixed.packet.add(track_descriptor=m.TrackDescriptor(uuid=999, name="cpu 0"))
        mixed.packet.append(packet)
    assert good(file(mixed.SerializeToString()), "--json") == plain
    assert len(switches) == json.loads(plain)["accounting"]["switches"]

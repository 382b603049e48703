# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The textfile as Prometheus' own programs read it, and what happens when it cannot be written."""

import os
import re
import signal
import stat
import subprocess
import time
import urllib.request

import pytest

import prom
import tracer as tvtraced
from identities import labels
from prom import Metrics
from tracer import PATIENCE_S, TVTRACED

pytestmark = pytest.mark.alone

HOSTILE = [b'"quo\'te"', b"back\\slash\\", b"new\nline", b"\xff\xfe\xff", b"\x1b[31mred\x1b[0m", b"",
           b'{a="b"} 1', "é\u202eß".encode()]


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (result := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
    return result


def read_written(path):
    """The file's metrics, once the first publication is in it."""
    def content():
        data = path.read_bytes()
        return data if data.count(b"\n") > 1 else None
    return Metrics(wait_for(content, "no textfile"))


def promtool(data):
    result = subprocess.run(["promtool", "check", "metrics"], input=data, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
    # What it only warns of is reported with status 3.
    assert (result.returncode, result.stdout) == (0, b"")


def hostile_tasks(workload):
    program = workload("names", *(name.hex() for name in HOSTILE))
    program.go()
    return program


def test_promtool_accepts_it(tracer, textfile):
    traced = tracer("--textfile", textfile)
    prom.check(read_written(textfile))
    traced.fresh()
    promtool(textfile.read_bytes())


def test_promtool_accepts_hostile_names(tracer, workload, textfile):
    traced = tracer("--textfile", textfile, interval=0.5)
    hostile_tasks(workload)
    groups = set()

    def all_shown():
        metrics = Metrics(textfile.read_bytes())
        groups.update(dict(key)["group"] for key in metrics.of(prom.GROUP_SWITCHES))
        return {'"quo\'te"', "(empty)", '{a="b"} 1'} <= groups
    wait_for(all_shown, "the names do not come up")
    data = textfile.read_bytes()
    promtool(data)
    prom.check(Metrics(data))
    assert {"back\\\\slash\\\\", "new\\x0aline", "\\xff\\xfe\\xff", "\\x1b[31mred\\x1b[0m"} <= groups
    traced.stop()


def test_it_agrees_with_the_json(tracer, textfile):
    """Both are made from one publication."""
    traced = tracer("--textfile", textfile)
    metrics = read_written(textfile)
    prom.check(metrics)
    traced.fresh()
    counts = [labels(publication) for publication in traced.publications]
    shown = {tuple(dict(key)[name] for name in ("kind", "from", "reason")): value
             for key, value in metrics.of(prom.SWITCHES).items()}
    assert shown in counts
    publication = traced.publications[counts.index(shown)]
    for cost in publication["cost"]:
        assert metrics.value(prom.COST + "_count", kind=cost["kind"]) == cost["count"]
        assert round(metrics.value(prom.COST + "_sum", kind=cost["kind"]) * 1e9) == cost["sum_ns"]
        for bucket, value in metrics.of(prom.COST + "_bucket", kind=cost["kind"]).items():
            bound = float(dict(bucket)["le"]) * 1e9
            assert value == sum(b["count"] for b in cost["buckets"]
                                if bound == float("inf") or (b["le_ns"] or 1 << 32) <= bound + 0.5)
    assert metrics.value("tvtraced_ring_size_bytes") == publication["ring"]["bytes"]
    assert metrics.value("tvtraced_switches_unseen_total") == publication["accounting"]["unseen"]
    assert metrics.value("tvtraced_cost_source_info", source=publication["cost_source"]) == 1
    assert metrics.value("tvtraced_build_info", version=publication["version"]) == 1


def test_readers_never_see_a_part(tracer, textfile):
    traced = tracer("--textfile", textfile, interval=0.05)
    read_written(textfile)
    seen = set()
    previous = None
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        data = textfile.read_bytes()
        if data in seen:
            continue
        seen.add(data)
        metrics = Metrics(data)
        prom.check(metrics)
        if previous:
            prom.check_growth(previous, metrics)
        previous = metrics
        assert stat.S_IMODE(textfile.stat().st_mode) == 0o644
        # Nothing else there that node_exporter would read.
        assert [p for p in os.listdir(textfile.parent) if p.endswith(".prom")] == [textfile.name]
    assert len(seen) > 10
    traced.stop()


def test_counters_never_fall_while_tasks_come_and_go(tracer, workload, textfile):
    traced = tracer("--textfile", textfile, interval=0.1)
    previous = read_written(textfile)
    for _ in range(6):
        programs = [workload("storm", "process", 150), workload("storm", "thread", 150),
                    workload("names", *(os.urandom(4).hex() for _ in range(8)))]
        for program in programs:
            program.go()
        for program in programs:
            program.end()
        traced.fresh()
        metrics = Metrics(textfile.read_bytes())
        prom.check(metrics, all_shown=False)
        prom.check_growth(previous, metrics)
        previous = metrics


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_mode_and_removal(tracer, textfile, number):
    old = os.umask(0o077)
    try:
        traced = tracer("--textfile", textfile)
    finally:
        os.umask(old)
    assert stat.S_IMODE(textfile.stat().st_mode) == 0o644
    traced.stop(number)
    assert os.listdir(textfile.parent) == []


def test_replaces_what_a_killed_one_left(tracer, textfile):
    traced = tracer("--textfile", textfile)
    read_written(textfile)
    traced.kill()
    assert textfile.exists()
    textfile.with_name(textfile.name + ".tmp").write_text(textfile.read_text()[:99])
    traced = tracer("--textfile", textfile)
    prom.check(read_written(textfile))
    traced.stop()
    assert os.listdir(textfile.parent) == []


@pytest.fixture
def node_exporter(textfile):
    """node_exporter on a free port of the loopback, reading the textfile's directory."""
    process = subprocess.Popen(
        ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
         f"--collector.textfile.directory={textfile.parent}",
         "--web.listen-address=127.0.0.1:0", "--web.disable-exporter-metrics"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def listening_port(process):
    """The port that was chosen, from its table of sockets: the log does not tell it."""
    inodes = set()
    for fd in os.listdir(f"/proc/{process.pid}/fd"):
        target = os.readlink(f"/proc/{process.pid}/fd/{fd}")
        inodes.update(re.findall(r"socket:\[(\d+)\]", target))
    with open(f"/proc/{process.pid}/net/tcp", encoding="ascii") as file:
        for line in list(file)[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] == "0A":
                return int(fields[1].split(":")[1], 16)
    return None


def test_node_exporter_serves_it(tracer, workload, textfile, node_exporter):
    traced = tracer("--textfile", textfile, interval=0.5)
    hostile_tasks(workload)
    traced.fresh()
    traced.fresh()
    port = wait_for(lambda: listening_port(node_exporter), "node_exporter does not listen")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        served = answer.read().decode()
    assert "\nnode_textfile_scrape_error 0\n" in served
    assert f'node_textfile_mtime_seconds{{file="{textfile}"}}' in served
    ours = "".join(line + "\n" for line in served.splitlines() if "tvtraced_" in line
                   and "node_textfile" not in line)
    prom_names = set(Metrics(ours.encode()).types)
    assert prom_names == set(Metrics(textfile.read_bytes()).types)
    for kind in ("thread", "process"):
        assert f'tvtraced_context_switch_cost_seconds_count{{kind="{kind}"}}' in served


def bad_paths(directory):
    foreign = directory / "foreign"
    foreign.write_text("somebody's letter\n")
    (directory / "link").symlink_to(directory / "elsewhere")
    (directory / "linked").symlink_to(foreign)
    return {
        "no such directory": directory / "missing" / "a.prom",
        "a directory": directory,
        "a device": "/dev/full",
        "a dangling link": directory / "link",
        "a link": directory / "linked",
        "somebody else's file": foreign,
        "below a file": foreign / "a.prom",
        "too long a name": directory / ("x" * 300),
        "in proc": "/proc/tvtraced.prom",
    }


@pytest.mark.parametrize("case", ["no such directory", "a directory", "a device", "a dangling link",
                                  "a link", "somebody else's file", "below a file",
                                  "too long a name", "in proc"])
def test_unwritable_from_the_start(tmp_path, case):
    path = str(bad_paths(tmp_path)[case])
    before = sorted(os.listdir(tmp_path))
    result = tvtraced.run("--textfile", path, "--once", "--json")
    assert (result.returncode, result.stdout) == (tvtraced.TEXTFILE, "")
    line, = result.stderr.splitlines()
    assert path in line and "--textfile" in line
    # Nothing was harmed or left.
    assert sorted(os.listdir(tmp_path)) == before
    assert (tmp_path / "foreign").read_text() == "somebody's letter\n"
    assert not (tmp_path / "elsewhere").exists()


def in_mount_namespace(script, *arguments):
    """tvtraced with some file systems of its own."""
    return ["unshare", "--mount", "sh", "-ec", script + '\nexec "$@"', "sh", *arguments, TVTRACED]


def test_read_only_file_system(tmp_path):
    command = in_mount_namespace(f"mount -t tmpfs -o ro none '{tmp_path}'")
    result = tvtraced.run("--textfile", str(tmp_path / "a.prom"), "--once", command=command)
    assert (result.returncode, result.stdout) == (tvtraced.TEXTFILE, "")
    line, = result.stderr.splitlines()
    assert "Read-only file system" in line


def test_full_disk(tracer, tmp_path):
    """The file keeps its last whole state while the disk is full, and is written again after."""
    path = tmp_path / "a.prom"
    command = in_mount_namespace(f"mount -t tmpfs -o size=256k none '{tmp_path}'")
    traced = tracer("--textfile", path, command=command)
    inside = tmp_path.__class__(f"/proc/{traced.pid}/root{tmp_path}")
    read_written(inside / "a.prom")
    with pytest.raises(OSError), open(inside / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    traced.fresh()
    wait_for(traced.stderr, "the failure is not said")
    kept = (inside / "a.prom").read_bytes()
    prom.check(Metrics(kept))
    traced.fresh()
    traced.fresh()
    assert (inside / "a.prom").read_bytes() == kept
    assert sorted(os.listdir(inside)) == ["a.prom", "filler"]
    (inside / "filler").unlink()
    wait_for(lambda: (inside / "a.prom").read_bytes() != kept, "it does not recover")
    metrics = Metrics((inside / "a.prom").read_bytes())
    prom.check(metrics)
    prom.check_growth(Metrics(kept), metrics)
    assert metrics.value("tvtraced_textfile_write_failures_total") >= 1
    # Each change is said once, not every failure.
    failed, again = traced.stderr().splitlines()
    assert "No space left on device" in failed and "can be written again" in again
    traced.stop(expected_stderr=traced.stderr())

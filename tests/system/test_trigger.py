# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tvtrace trigger saves, when, and what it keeps."""

import datetime
import re
import signal
import subprocess
import time

import pytest

from captures import Trace
from control import FAILED, NO_DAEMON, OK, TVTRACE, USAGE, Client, tvtrace
from tracer import PATIENCE_S
from workloads import CPU, endless_pair

SOON = ("-i", 0.2, "--last", 0.5, "-n", 1)


@pytest.fixture(name="pair")
def two_processes_that_switch():
    load = endless_pair("process", "pipe", CPU)
    yield load
    load.kill()
    load.wait()


def saved(directory):
    """The names without their endings, oldest first."""
    names = sorted(path.name for path in directory.glob("tvtrace-trigger-*.pftrace"))
    assert not list(directory.glob("*.part"))
    return [name.removesuffix(".pftrace") for name in names]


def reason(directory, name):
    text = (directory / f"{name}.txt").read_text(encoding="utf-8")
    return dict(line.split(None, 1) for line in text.splitlines())


def test_saves_what_was_before(tracer, pair, tmp_path):
    tracer(interval=1)
    result = tvtrace("trigger", "-d", tmp_path, *SOON, "rate process > 20k for 0.5s")
    assert result.returncode == OK, result.stderr
    name, = saved(tmp_path)
    assert f"{tmp_path}/{name}.pftrace" in result.stdout and pair
    said = reason(tmp_path, name)
    assert said["condition"] == "rate process > 20k for 0.5s"
    assert name.startswith(datetime.datetime.now(datetime.timezone.utc).strftime(
        "tvtrace-trigger-%Y%m%dT"))
    trace = Trace((tmp_path / f"{name}.pftrace").read_bytes()).check()
    assert said["capture"].startswith(f"{trace.count()} switches, 0 lost")
    times = [s.ts for s in trace.switches[CPU]]
    assert 0.3e9 < times[-1] - times[0] < 0.7e9
    # The figure is what the switches say: those of kind `process`, in the last interval.
    figure = re.fullmatch(r"(\S+)k/s in the last (\S+) s", said["figure"])
    assert figure, said
    begin = times[-1] - float(figure[2]) * 1e9
    made = sum(i.kind == "process" and i.ts > begin for cpu in trace.instants
               for i in trace.instants[cpu])
    assert float(figure[1]) * 1000 == pytest.approx(made / float(figure[2]), rel=0.5)


@pytest.mark.parametrize("condition", [
    "p50 process > 10ns", "p999 process<1 s", "mean process > 0.01us for 300ms", "rate > 1",
    "p90 kthread > 1ns"])
def test_every_figure(tracer, pair, tmp_path, condition):
    tracer(interval=1)
    result = tvtrace("trigger", "-d", tmp_path, *SOON, condition)
    assert result.returncode == OK and len(saved(tmp_path)) == 1, result.stderr
    assert condition in result.stdout and pair


def test_cost_of_an_application(tracer, pair, tmp_path):
    tracer(interval=1)
    with Client() as client:
        groups = client.snapshot("group_names")["group_names"]
    name = next(g["application"]["name"] for g in groups if g["tgid"] == pair.pid)
    result = tvtrace("trigger", "-d", tmp_path, *SOON, f"cost {name} > 0.5%")
    assert result.returncode == OK, result.stderr
    said = reason(tmp_path, *saved(tmp_path))
    assert 0.5 < float(said["figure"].split()[0]) < 200


def test_nothing_when_it_does_not_hold(tracer, tmp_path):
    """Neither what is never true, nor what is true for too short, nor what does not exist."""
    tracer(interval=1)
    with subprocess.Popen(
            [TVTRACE, "trigger", "-d", tmp_path, "-i", "0.1", "rate > 1000M", "rate process < 1",
             "rate process > 20k for 20s", "cost no-such.service > 0%", "p99 process > 1000s"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watcher:
        load = endless_pair("process", "pipe", CPU)
        time.sleep(1.5)
        load.kill()
        load.wait()
        watcher.send_signal(signal.SIGINT)
        output, errors = watcher.communicate(timeout=PATIENCE_S)
    assert watcher.returncode == OK and not errors
    assert not output and not list(tmp_path.iterdir())


def test_not_too_often(tracer, pair, tmp_path):
    """For each condition of its own, from a file and from the command line."""
    tracer(interval=1)
    config = tmp_path / "conditions"
    config.write_text("# what we look for\n\n  rate > 10 \nrate process > 11\n", encoding="ascii")
    directory = tmp_path / "saved"
    directory.mkdir()
    with subprocess.Popen([TVTRACE, "trigger", "-d", directory, "-i", "0.1", "--last", "0.05",
                           "-c", config, "rate > 12"], stdout=subprocess.PIPE) as watcher:
        for _ in range(3):
            assert b"saved as" in watcher.stdout.readline()
        time.sleep(1)  # for ten more looks
        watcher.terminate()
        assert not watcher.stdout.read()
        assert watcher.wait(PATIENCE_S) == OK and pair
    assert sorted(reason(directory, name)["condition"] for name in saved(directory)) == [
        "rate > 10", "rate > 12", "rate process > 11"]


@pytest.mark.parametrize("limit", [("--files", 2), ("--bytes", "200K")])
def test_the_oldest_go(tracer, pair, tmp_path, limit):
    tracer(interval=1)
    (tmp_path / "tvtrace-trigger-20010101T000000-000Z.pftrace").write_bytes(bytes(300000))
    (tmp_path / "tvtrace-trigger-20010101T000000-000Z.txt").write_bytes(b"x")
    (tmp_path / "tvtrace-trigger-20010102T000000-000Z.pftrace.part").write_bytes(b"x")
    others = [tmp_path / "t.pftrace", tmp_path / "a.txt"]
    for other in others:
        other.write_bytes(bytes(1 << 20))
    result = tvtrace("trigger", "-d", tmp_path, "-i", 0.1, "--last", 0.01, "--every", 0, "-n", 20,
                     *limit, "rate process > 1000")
    assert result.returncode == OK and pair, result.stderr
    told = [line.rsplit("/", 1)[1] for line in result.stdout.splitlines()]
    kept = saved(tmp_path)
    assert len(told) == 20 and all(other.exists() for other in others)
    assert [f"{name}.pftrace" for name in kept] == told[-len(kept):]
    assert len(list(tmp_path.iterdir())) == 2 * len(kept) + len(others)
    size = sum(p.stat().st_size for p in tmp_path.glob("tvtrace-trigger-*"))
    if limit[0] == "--files":
        assert len(kept) == 2
    else:
        assert size <= 200 << 10 or len(kept) == 1


def test_disk_full(tracer, pair, tmp_path):
    """It is told, and the next one is tried all the same."""
    tracer(interval=1)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path], check=True)
    try:
        with subprocess.Popen([TVTRACE, "trigger", "-d", tmp_path, "-i", "0.1", "--last", "1",
                               "--every", "0", "rate > 1"], stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True) as watcher:
            errors = [watcher.stderr.readline() for _ in range(3)]
            watcher.terminate()
            assert watcher.wait(PATIENCE_S) == OK and pair
        assert all("No space left" in line for line in errors)
        assert "what it has is readable" in errors[0] and "is not saved" in errors[-1]
        # What nothing came of leaves nothing behind.
        left = list(tmp_path.glob("*.pftrace"))
        assert left and {p.stem for p in tmp_path.iterdir()} == {p.stem for p in left}
        shown = tvtrace("report", left[-1])
        assert shown.returncode == FAILED and "cut off" in shown.stderr
        assert "switches" in shown.stdout
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("condition, message", [
    ("", "no comparison"), ("p99 process", "no comparison"), ("p98 process > 1us", "no figure"),
    ("p99 > 1us", "no kind"), ("p99 fiber > 1us", "no kind"), ("p99 thread > 1", "not a time"),
    ("p99 thread > 1 parsec", "not a time"), ("rate > x", "switches per second"),
    ("rate > -1", "switches per second"), ("rate > nan", "switches per second"),
    ("cost > 1%", "application is missing"), ("cost a > 1", "share"),
    ("rate > 1 for ever", "no time as"), ("rate thread process > 1", "no kind")])
def test_bad_conditions(tmp_path, condition, message):
    result = tvtrace("trigger", "-d", tmp_path, condition)
    assert result.returncode == USAGE and message in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not list(tmp_path.iterdir())
    config = tmp_path / "conditions"
    config.write_text(f"rate > 1\n{condition or 'x'}\n", encoding="ascii")
    result = tvtrace("trigger", "-d", tmp_path, "-c", config)
    assert result.returncode == USAGE and f"{config}:2: " in result.stderr


def test_bad_surroundings(tracer, tmp_path):
    assert tvtrace("trigger", "-d", tmp_path).returncode == USAGE
    assert tvtrace("trigger", "-c", tmp_path / "none").returncode == FAILED
    assert tvtrace("trigger", "--bytes", "1X", "rate > 1").returncode == USAGE
    tracer("--recorder", 0, interval=1)
    result = tvtrace("trigger", "-d", tmp_path, "rate > 1")
    assert result.returncode == FAILED and "--recorder" in result.stderr
    result = tvtrace("trigger", "-d", tmp_path / "none", "rate > 1")
    assert result.returncode == FAILED and "--directory" in result.stderr
    result = tvtrace("trigger", "--socket", tmp_path / "none", "-d", tmp_path, "rate > 1")
    assert result.returncode == NO_DAEMON


def test_the_daemon_goes(tracer, tmp_path):
    traced = tracer(interval=1)
    with subprocess.Popen([TVTRACE, "trigger", "-d", tmp_path, "-i", "0.1", "rate > 1000M"],
                          stderr=subprocess.PIPE) as watcher:
        time.sleep(0.5)
        traced.stop()
        assert watcher.wait(PATIENCE_S) == NO_DAEMON
        assert watcher.stderr.read().count(b"\n") == 1

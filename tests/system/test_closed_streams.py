# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Started with some of descriptors 0, 1 and 2 closed: what is opened next gets such a number, and must
not be taken for standard output or error.
"""

import itertools
import json
import pathlib
import re
import subprocess

import pytest

from captures import Trace
from control import FAILED, TVTRACE, USAGE, Client
from tracer import ALREADY_RUNS, PATIENCE_S, TVTRACED, run

LOCK = pathlib.Path("/run/tvtraced.lock")
CLOSING = {0: "<&-", 1: ">&-", 2: "2>&-"}
COMBINATIONS = [closed for n in (1, 2, 3) for closed in itertools.combinations(CLOSING, n)]


def closing(closed, program):
    return ("sh", "-c", f'exec "$0" "$@" {" ".join(CLOSING[fd] for fd in closed)}', program)


@pytest.fixture(params=COMBINATIONS, ids=lambda closed: "".join(map(str, closed)), name="closed")
def closed_descriptors(request):
    return request.param


@pytest.mark.parametrize("options", [["--json"], [], ["--quiet"], ["--verbose", "--json"]],
                         ids=lambda options: "".join(options) or "blocks")
def test_daemon(closed, options, tmp_path):
    textfile = tmp_path / "a.prom"
    result = run("--once", "--interval", "0.1", "--textfile", textfile, *options,
                 command=closing(closed, TVTRACED))
    silent = 1 not in closed or options == ["--quiet"]
    assert result.returncode == (0 if silent else FAILED)
    if not silent and 2 not in closed:
        assert "cannot write to standard output: Bad file descriptor" in result.stderr
    assert LOCK.read_text(encoding="ascii").strip().isdigit()
    assert not list(tmp_path.iterdir())
    if "--json" in options and 1 not in closed:
        assert json.loads(result.stdout)["final"]


@pytest.mark.parametrize("options, status", [
    (["--features"], 0), (["--help"], 0), (["--version"], 0), (["--nonsense"], 2)])
def test_daemon_that_only_says_something(closed, options, status):
    result = run(*options, command=closing(closed, TVTRACED))
    assert result.returncode == (FAILED if 1 in closed and not status else status)
    assert result.returncode != ALREADY_RUNS
    for fd, text in ((1, result.stdout), (2, result.stderr)):
        assert not (fd in closed and text)


@pytest.fixture(scope="module", name="verbose_daemon")
def a_daemon_that_says_what_clients_do():
    with open("/dev/null", "w", encoding="ascii") as null, subprocess.Popen(
            [TVTRACED, "--quiet", "--verbose"], text=True, stdin=subprocess.DEVNULL, stdout=null,
            stderr=subprocess.PIPE) as program:
        for line in program.stderr:
            if "cost source" in line and "works" in line:
                break
        yield program
        program.terminate()
        said = program.stderr.read()
        assert program.wait(PATIENCE_S) == 0
        assert "dropped a client" not in said, said


COMMANDS = [["status"], ["status", "--json"], ["hist"], ["groups", "-i", "0.1", "-n", "1"],
            ["groups", "--csv", "-i", "0.1", "-n", "1"], ["threads", "{pid}", "-i", "0.1", "-n", "1"],
            ["help"], ["help", "groups"], ["--version"], ["report", "{capture}"],
            ["report", "--html", "{capture}"]]


@pytest.fixture(scope="module", name="a_capture")
def a_capture_to_report(verbose_daemon, tmp_path_factory):
    path = tmp_path_factory.mktemp("captures") / "a.pftrace"
    assert verbose_daemon.poll() is None
    wait_for_answer()
    subprocess.run([TVTRACE, "capture", "--for", "0.3", "-o", path], check=True,
                   stderr=subprocess.DEVNULL, timeout=PATIENCE_S)
    return path


def wait_for_answer():
    for _ in range(PATIENCE_S * 10):
        if subprocess.run([TVTRACE, "status"], check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode in (0, 1):
            return
        subprocess.run(["sleep", "0.1"], check=True)
    raise AssertionError("no daemon answers")


def client(closed, *arguments):
    return subprocess.run([*closing(closed, TVTRACE), *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=PATIENCE_S)


def test_client(closed, verbose_daemon, a_capture):
    for command in COMMANDS:
        arguments = [word.format(pid=verbose_daemon.pid, capture=a_capture) for word in command]
        result = client(closed, *arguments)
        if 1 in closed:
            assert result.returncode == FAILED, command
            assert 2 in closed or re.fullmatch(
                r"tvtrace: cannot write to standard output: Bad file descriptor\n",
                result.stderr), (command, result.stderr)
        else:
            assert result.returncode == 0 and result.stdout, command


def test_capture(closed, verbose_daemon, a_capture, tmp_path):
    path = tmp_path / "t.pftrace"
    assert verbose_daemon.poll() is None and a_capture
    assert client(closed, "capture", "--for", "0.2", "-o", path).returncode == 0
    Trace(path.read_bytes()).check()
    result = subprocess.run([*closing(closed, TVTRACE), "capture", "--for", "0.2", "-o", "-"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, check=False, timeout=PATIENCE_S)
    assert result.returncode == (USAGE if 1 in closed else 0)
    if 1 not in closed:
        Trace(result.stdout).check()


def test_top(closed, verbose_daemon):
    """It needs a terminal, and says so where it can."""
    assert verbose_daemon.poll() is None
    result = client(closed, "top")
    assert result.returncode == USAGE and result.stdout == ""
    with Client() as other:
        other.snapshot("host")

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Signals end tvtraced and tvtrace in good order, or do nothing; those ignored at the start stay so."""

import os
import signal
import subprocess
import time

import pytest

import identities
from control import NO_DAEMON, SOCKET, TVTRACE, tvtrace
from tracer import FAILED, OK, PATIENCE_S, TVTRACED, run

MEANINGLESS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGIO, signal.SIGPROF,
               signal.SIGVTALRM, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGPWR, signal.SIGSTKFLT,
               *range(signal.SIGRTMIN, signal.SIGRTMAX + 1))
ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


def test_those_that_mean_nothing(tracer, tmp_path):
    textfile = tmp_path / "a.prom"
    traced = tracer("--textfile", textfile)
    for number in MEANINGLESS:
        traced.send(number)
    traced.fresh()
    assert textfile.exists()
    traced.stop()
    identities.check_all(traced.publications)


@pytest.mark.parametrize("number", ENDING)
def test_those_that_mean_an_end(tracer, tmp_path, number):
    textfile = tmp_path / "a.prom"
    traced = tracer("--textfile", textfile)
    assert traced.stop(number)["final"]
    assert not textfile.exists() and not SOCKET.exists()


def ignoring(numbers, program=TVTRACED):
    return ("bash", "-c", f"trap '' {' '.join(str(int(n)) for n in numbers)}; exec \"$0\" \"$@\"",
            program)


@pytest.mark.parametrize("number", ENDING[:-1])
def test_ignored_at_the_start(tracer, number):
    traced = tracer(command=ignoring([number]))
    traced.send(number)
    time.sleep(0.5)
    traced.fresh()
    traced.stop(signal.SIGTERM)


def test_nohup(tracer):
    traced = tracer(command=("nohup", TVTRACED))
    traced.send(signal.SIGHUP)
    time.sleep(0.5)
    traced.fresh()
    traced.stop(signal.SIGTERM)


def test_client_that_ignores_one(tracer, tmp_path):
    """`nohup tvtrace trigger &` outlives its terminal."""
    tracer(interval=1)
    with subprocess.Popen([*ignoring([signal.SIGHUP], TVTRACE), "trigger", "-d", tmp_path,
                           "rate > 900M"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as program:
        time.sleep(1)
        program.send_signal(signal.SIGHUP)
        program.send_signal(signal.SIGUSR1)
        time.sleep(1)
        assert program.poll() is None
        program.send_signal(signal.SIGQUIT)
        output, errors = program.communicate(timeout=PATIENCE_S)
        assert (program.returncode, output, errors) == (0, b"", b"")


def limited(size, program):
    """With a limit on the size of files, which ends a program by default."""
    return ("prlimit", f"--fsize={size}", program)


def test_file_size_limit(tmp_path):
    """What exceeds it is an error that is printed, and no death."""
    for options in (["--json"], []):
        with open(tmp_path / "out", "wb") as out:
            result = subprocess.run([*limited(1000, TVTRACED), "--once", "-i", "0.1", *options],
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
                                    timeout=PATIENCE_S, check=False)
        assert result.returncode == FAILED
        assert result.stderr.count(b"\n") == 1 and b"File too large" in result.stderr


def test_file_size_limit_and_the_textfile(tmp_path):
    result = run("--textfile", tmp_path / "a.prom", "--quiet", "--duration", "0.5", "-i", "0.1",
                 command=limited(1000, TVTRACED))
    assert result.returncode == OK and "File too large" in result.stderr
    assert os.listdir(tmp_path) == []


def test_file_size_limit_of_the_client(tracer, tmp_path):
    tracer(interval=1)
    with open(tmp_path / "out", "wb") as out:
        result = subprocess.run([*limited(10, TVTRACE), "groups", "-i", "0.1", "-n", "1"],
                                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
                                timeout=PATIENCE_S, check=False)
    assert result.returncode == 1 and b"File too large" in result.stderr
    assert tvtrace("status").returncode != NO_DAEMON

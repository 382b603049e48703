# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Whoever reads standard output slowly, or not at all, costs nobody else anything."""

import fcntl
import json
import signal
import subprocess
import time

import pytest

import identities
from control import Client
from tracer import PATIENCE_S, TVTRACED, without_no_group
from workloads import CPU, FIRST_CPU, endless_pair

pytestmark = [pytest.mark.alone, pytest.mark.threads]

NOBODY_READS = "the reader of standard output takes nothing: the rest is not written"
SMALL_PIPE = 4096
STOPPED_S = 5


@pytest.fixture
def unread(tracer):
    """A tracer whose pipe is full."""
    traced = tracer()
    traced.fresh()
    traced.reading.clear()
    fcntl.fcntl(traced.process.stdout, fcntl.F_SETPIPE_SZ, SMALL_PIPE)
    time.sleep(1)
    return traced


def test_nothing_is_spilled_and_nothing_left_out(unread):
    loads = [endless_pair("thread", "futex", FIRST_CPU), endless_pair("process", "pipe", CPU)]
    time.sleep(3)
    with Client() as client:
        accounting = client.snapshot("accounting")["accounting"]
    for load in loads:
        load.kill()
        load.wait()
    assert accounting["spilled"] == 0
    assert accounting["seen"] > unread.publications[-1]["accounting"]["seen"] + 10000
    unread.reading.set()
    unread.stop()
    identities.check_all(unread.publications)
    assert len(unread.publications) > 12


def end(traced):
    status = traced.process.wait(PATIENCE_S)
    traced.reading.set()
    assert (status, traced.stderr()) == (1, f"tvtraced: {NOBODY_READS}\n")


def test_told_to_stop(unread):
    start = time.monotonic()
    unread.send(signal.SIGTERM)
    end(unread)
    assert time.monotonic() - start >= STOPPED_S


def test_told_to_stop_twice(unread):
    start = time.monotonic()
    unread.send(signal.SIGTERM)
    time.sleep(1)
    assert unread.process.poll() is None
    unread.send(signal.SIGINT)
    end(unread)
    assert time.monotonic() - start < STOPPED_S


def test_a_reader_that_has_gone():
    result = subprocess.run(
        ["bash", "-c", f"{TVTRACED} --json --interval 0.2 | head -c 10; exit ${{PIPESTATUS[0]}}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    assert (result.returncode, len(result.stdout)) == (0, 10)
    assert not without_no_group(result.stderr.decode())


def test_once_waits_for_its_reader():
    with subprocess.Popen([TVTRACED, "--once", "--json", "--interval", "0.1"],
                          stdout=subprocess.PIPE) as program:
        fcntl.fcntl(program.stdout, fcntl.F_SETPIPE_SZ, SMALL_PIPE)
        time.sleep(STOPPED_S + 2)
        assert program.poll() is None
        publication = json.load(program.stdout)
        assert program.wait(PATIENCE_S) == 0
    identities.check_all([publication])

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Fixtures: whatever a test starts is ended with it, and nothing may stay attached."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

# These assert for the tests, and should say as much when it fails.
pytest.register_assert_rewrite("identities", "kernel", "pages", "prom", "terminal", "tracer", "waiting",
                              "workloads")

import links
from tracer import ROOT, TVTRACED, Tracer
from waiting import Crowd
from workloads import GUEST, Workload

# What changes the machine that it runs on is for guests.
collect_ignore = [] if GUEST else ["vm"]


def pytest_addoption(parser):
    parser.addoption("--claims", metavar="DIR",
                     help="share the files of tests with other runs that have the same DIR, which "
                     "must exist: each takes the next one that none has taken")
    parser.addoption("--failed-to", metavar="FILE",
                     help="write the ids of the tests that fail, a line each")


def pytest_configure(config):
    if config.getoption("--failed-to"):
        config.pluginmanager.register(Failed(config.getoption("--failed-to")))
    if config.getoption("--claims"):
        config.pluginmanager.register(Claims(config.getoption("--claims")))


class Failed:
    """Notes each test that fails, in whatever phase."""

    def __init__(self, path):
        self.path = path

    def pytest_runtest_logreport(self, report):
        if report.failed:
            with open(self.path, "a", encoding="utf-8") as file:
                print(report.nodeid, file=file)


class Claims:
    """Runs only what no other run has begun; the largest files come first, as they take longest."""

    def __init__(self, directory):
        self.directory = directory
        self.mine = {}

    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: (-item.path.stat().st_size, item.path))

    def _claim(self, path):
        try:
            os.close(os.open(f"{self.directory}/{path.name}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item):
        if item.path not in self.mine:
            self.mine[item.path] = self._claim(item.path)
        # Anything but None: there is nothing left to do for this test.
        return None if self.mine[item.path] else True


def pytest_sessionstart(session):
    # What starts in the background of a shell ignores some, and all that it starts would.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if os.geteuid() != 0:
        sys.exit("these tests trace the kernel: run them as root")
    if not os.access(TVTRACED, os.X_OK):
        sys.exit(f"{TVTRACED} does not exist; build it first (make)")
    if not shutil.which("make"):
        return  # a guest has them built
    programs = [f"build/tests/{path.stem}" for path in ROOT.glob("tests/workload/*.c")]
    subprocess.run(["make", "--silent", "-C", ROOT, *programs], check=True)


def pytest_report_header(config):
    return f"tvtraced: {TVTRACED}"


@pytest.fixture(autouse=True)
def nothing_stays_attached():
    before = links.links()
    yield
    assert not links.left_behind(before)


@pytest.fixture
def tracer():
    """Makes tracers; their end must be as clean as the test."""
    with contextlib.ExitStack() as stack:
        def start(*options, **keywords):
            started = Tracer(*options, **keywords)
            # Whatever fails on the way, the process does not stay.
            stack.callback(started.kill)
            stack.callback(started.stop)
            return started
        yield start


@pytest.fixture(scope="module")
def standing():
    """
    One tracer for all tests of a file, which only look at it: a start takes longer than they do. The
    file starts no other one.
    """
    started = Tracer()
    try:
        yield started
        started.stop()
    finally:
        started.kill()


@pytest.fixture
def textfile(tmp_path):
    return tmp_path / "tvtraced.prom"


@pytest.fixture
def workload():
    with contextlib.ExitStack() as stack:
        def start(program, *arguments):
            started = Workload(program, *arguments)
            stack.callback(started.end)
            return started
        yield start


@pytest.fixture
def crowd():
    started = Crowd()
    yield started.start
    started.end()


@pytest.fixture
def public_binary():
    """A copy of tvtraced that any user can reach."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield shutil.copy(TVTRACED, directory)


@pytest.fixture
def public_client():
    """The same of tvtrace."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield shutil.copy(pathlib.Path(TVTRACED).with_name("tvtrace"), directory)

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A task that has ended runs no more, waited for or not: it must not be listed for ever."""

import contextlib
import os

import pytest

pytestmark = pytest.mark.kernel

N = 20


@pytest.fixture
def zombies():
    """Processes that have ended, and the means to wait for them."""
    pids = []
    for _ in range(N):
        pid = os.fork()
        if not pid:
            os._exit(0)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        pids.append(pid)

    def reap():
        while pids:
            os.waitpid(pids.pop(), 0)
    try:
        yield set(pids), reap
    finally:
        with contextlib.suppress(ChildProcessError):
            reap()


def listed(publication, pids):
    return {t["tid"] for t in publication["threads"]} & pids


def test_zombies_that_are_older_than_the_tracer(tracer, zombies):
    """The iterator shows them, and neither an exit nor a last switch will follow."""
    pids, reap = zombies
    traced = tracer()
    reap()
    assert not listed(traced.fresh(), pids)


def test_zombies_that_are_not_waited_for(tracer, zombies):
    """Nobody may wait for them for months; they are no living threads."""
    pids, _ = zombies
    assert not listed(tracer().fresh(), pids)


def test_zombies_that_ended_under_the_tracer(tracer, request):
    traced = tracer()
    pids, _ = request.getfixturevalue("zombies")
    assert not listed(traced.fresh(), pids)

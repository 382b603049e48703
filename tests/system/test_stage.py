# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tasks that tvtrace bench and tvtrace verify put on their stage, when these are told to stop."""

import os
import signal
import subprocess
import time

import pytest

from control import FAILED, TVTRACE
from processes import in_session
from tracer import PATIENCE_S
from workloads import GUEST

pytestmark = [pytest.mark.kernel, pytest.mark.alone,
              pytest.mark.skipif(GUEST, reason="it is about tvtrace, not about the kernel")]


@pytest.mark.parametrize("command, number, after_s", [
    ("bench", signal.SIGINT, 0.3), ("bench", signal.SIGKILL, 4),
    *(("verify", number, after_s) for number in (signal.SIGINT, signal.SIGKILL)
      for after_s in (0.05, 0.6))])
def test_told_to_stop(standing, command, number, after_s):
    """They end with it, whatever they were at."""
    assert standing.fresh()
    process = subprocess.Popen([TVTRACE, command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               start_new_session=True)
    time.sleep(after_s)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE_S)
    if number == signal.SIGINT:
        assert process.returncode == FAILED and b"stopped before" in said
    deadline = time.monotonic() + PATIENCE_S
    while left := in_session(process.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)

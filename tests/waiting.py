# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Waiting for what will come, and no longer."""

import time

from tracer import PATIENCE_S


def wait_for(condition, what, timeout=PATIENCE_S):
    """The first true value of `condition`, which is tried again and again."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.02)
    return result

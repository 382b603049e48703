# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
System calls that fail for want of memory or descriptors: each start either fails, in one line, or is
as good as one in which nothing failed. A figure is never made of what could not be had.
"""

import json
import re
import shutil

import pytest

import tracer as tvtraced
from links import links
from tracer import OK, TVTRACED

pytestmark = [pytest.mark.alone, pytest.mark.uninstrumented, pytest.mark.kernel,
              pytest.mark.skipif(not shutil.which("strace"), reason="strace is not here")]

OPTIONS = ("--duration", "0.3", "--interval", "0.1", "--json")
# Every so many of the calls of a start.
STEPS = {"bpf": 31, "epoll_ctl": 5, "timerfd_create": 1}
# One of those with which libbpf tries what the kernel has.
ALWAYS = {"bpf": {14}}


def run(tmp_path, *strace):
    return tvtraced.run(*OPTIONS, "--socket", str(tmp_path / "control.sock"), timeout=120,
                        command=("strace", "-f", "-qq", "-o", str(tmp_path / "strace"), *strace,
                                 TVTRACED))


def sources(result):
    last = json.loads(result.stdout.splitlines()[-1])
    return last["cost_source"], {f["name"] for f in last["features"] if f["available"]}


@pytest.fixture(name="good", scope="module")
def without_failures(tmp_path_factory):
    """What a start has when nothing fails, and how many calls of each kind it makes."""
    path = tmp_path_factory.mktemp("good")
    result = run(path, "-e", f"trace={','.join(STEPS)}")
    assert result.returncode == OK, result.stderr
    calls = re.findall(r"^\d+ +(\w+)\(", (path / "strace").read_text(encoding="utf-8"), re.MULTILINE)
    return sources(result), {name: calls.count(name) for name in STEPS}


@pytest.mark.parametrize("call", STEPS)
def test_each_call_that_fails(good, tmp_path, call):
    expected, counts = good
    before = links()
    for number in sorted({*range(1, counts[call] + 1, STEPS[call]), *ALWAYS.get(call, ())}):
        result = run(tmp_path, "-e", f"inject={call}:error=ENOMEM:when={number}")
        where = f"{call} {number} of {counts[call]}: {result.returncode} {result.stderr}"
        if result.returncode == OK:
            assert sources(result) == expected, where
            last = json.loads(result.stdout.splitlines()[-1])
            assert not any(last["accounting"]["residuals"].values()), where
        else:
            assert result.returncode > 0, where
            assert result.stderr.startswith("tvtraced: ") and result.stderr.count("\n") == 1, where
        assert links() == before, where

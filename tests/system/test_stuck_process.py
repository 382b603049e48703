# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A process whose command line cannot be read: its memory is locked, and ps hangs."""

import os
import time

import pytest

import identities
from tracer import PATIENCE_S, TVTRACED
from workloads import CPU

pytestmark = pytest.mark.threads


@pytest.fixture(name="stuck")
def a_process_that_is_stuck(workload, tmp_path):
    """A pipe in the place of the file waits as a lock does: whoever opens it to read must."""
    program = workload("pair", "thread", "futex", CPU, 1000)
    os.mkfifo(tmp_path / "fifo")
    program.command = (
        "unshare", "--mount", "--propagation", "private", "sh", "-ec",
        f"mount --bind '{tmp_path}/fifo' /proc/{program.line['pid']}/cmdline; exec \"$0\" \"$@\"",
        TVTRACED)
    return program


def test_only_command_lines_are_missing(tracer, workload, stuck):
    traced = tracer(command=stuck.command)
    other = workload("pair", "thread", "pipe", CPU, 1000)
    stuck.go()
    other.go()
    publication = traced.fresh()
    for program in stuck, other:
        group = identities.group(publication, program.line["pid"])
        assert sum(group["switches"].values()) > 900 and not group["cmdline"]
        assert group["application"]["name"]
    # It publishes as before, and ends in good order.
    for _ in range(10):
        traced.fresh()
    traced.stop()
    identities.check_all(traced.publications)


def test_what_was_stuck_is_read_once_it_goes_on(tracer, workload, stuck, tmp_path):
    traced = tracer(command=stuck.command)
    other = workload("pair", "thread", "pipe", CPU, 1000)
    # More than are asked for at once.
    crowd = workload("names", *["78"] * 300)
    assert not identities.group(traced.fresh(), other.line["pid"])["cmdline"]
    (tmp_path / "fifo").write_text("at last", encoding="ascii")
    deadline = time.monotonic() + PATIENCE_S
    wanted = {other.line["pid"], *(task["tgid"] for task in crowd.tasks)}
    while True:
        publication = traced.fresh()
        if all(identities.group(publication, tgid)["cmdline"] for tgid in wanted):
            break
        assert time.monotonic() < deadline
    assert identities.group(publication, stuck.line["pid"])["cmdline"] == "at last"
    assert identities.group(publication, other.line["pid"])["cmdline"].endswith("1000")

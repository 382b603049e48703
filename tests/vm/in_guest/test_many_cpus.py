# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""255 CPUs may come and two are there: memory and time are taken for those two."""

import os
import pathlib
import time

import identities
from tracer import run

MIB = 1 << 20


def resident(pid):
    fields = pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def kernel_memory():
    """What is taken in all, as far as it is the kernel's."""
    fields = dict(line.split(":") for line in
                  pathlib.Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    return sum(int(fields[name].split()[0]) for name in ("Slab", "VmallocUsed", "Percpu") if name in fields) * 1024


def test_memory_and_time(tracer):
    possible = pathlib.Path("/sys/devices/system/cpu/possible").read_text(encoding="ascii").strip()
    assert possible == "0-254"
    start = time.monotonic()
    assert run("--once", "--json", "--interval", "0.05").returncode == 0
    seconds = time.monotonic() - start
    before = kernel_memory()
    traced = tracer(interval=1)
    publication = traced.fresh()
    # A ring is mapped twice, one behind the other; and there is that of task events, 4 MiB.
    rings = 2 * (publication["ring"]["count"] * publication["ring"]["bytes"] + 4 * MIB)
    taken = kernel_memory() - before
    print(f"{resident(traced.pid) / MIB:.1f} MiB resident, {rings / MIB:.1f} of them rings, "
          f"{seconds:.1f} s from start to end")
    assert publication["ring"]["count"] == len(os.sched_getaffinity(0)) == 2
    assert resident(traced.pid) - rings < 24 * MIB
    assert taken < 40 * MIB
    traced.stop()
    identities.check_all(traced.publications)

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A group's cgroup is the one that the init system made, with either version of cgroups."""

import os
import pathlib

import identities

V1 = pathlib.Path("/sys/fs/cgroup/systemd")
V2 = pathlib.Path("/sys/fs/cgroup")


def test_cgroup_of_a_group(tracer, workload):
    root = V1 if V1.is_dir() else V2
    directory = root / "app.slice"
    directory.mkdir(exist_ok=True)
    (directory / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
    try:
        program = workload("pair", "thread", "futex", 0, 1000)
    finally:
        (root / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
    traced = tracer()
    program.go()
    group = identities.group(traced.fresh(), program.line["pid"])
    assert group["cgroup"] == "/app.slice"

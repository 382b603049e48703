# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What BPF links exist, and who holds them."""

import glob
import json
import os
import subprocess
import time


def links():
    """The ids of all BPF links."""
    for _ in range(10):
        result = subprocess.run(["/usr/sbin/bpftool", "link", "list", "-j"], timeout=60,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        # It fails when a link goes while it lists them.
        if result.returncode == 0:
            return {link["id"] for link in json.loads(result.stdout or b"[]")}
    raise RuntimeError("bpftool cannot list the links")


def held():
    """The ids of the links that some process has open."""
    ids = set()
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if "bpf" not in os.readlink(path):
                continue
            with open(path.replace("/fd/", "/fdinfo/"), encoding="ascii") as file:
                info = dict(line.split(":", 1) for line in file if ":" in line)
        except OSError:
            continue
        if "link_id" in info:
            ids.add(int(info["link_id"]))
    return ids


def left_behind(before):
    """Links that came since `before` and that no process holds: nobody will ever detach them."""
    deadline = time.monotonic() + 5
    while left := links() - before - held():
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return left

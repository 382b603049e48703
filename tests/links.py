# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What BPF links exist, and who holds them."""

import glob
import json
import os
import subprocess
import time


def links():
    """The ids of all BPF links."""
    bpftool = "/usr/sbin/bpftool"
    output = subprocess.run([bpftool, "link", "list", "-j"], stdout=subprocess.PIPE, check=True,
                            timeout=60).stdout
    return {link["id"] for link in json.loads(output or b"[]")}


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

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
A short capture of a known load, printed for whoever reads the guest's console: one line of JSON,
with what the daemon counted before and after it, and the file.
"""

import base64
import hashlib
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, "tests/support")

from control import Client, tvtrace
from tracer import Tracer
from workloads import CPU, Workload

ROUNDS = 200


def main():
    traced = Tracer(json_output=False, interval=0.5)
    program = Workload("pair", "process", "futex", CPU, ROUNDS)
    program.go()
    with tempfile.TemporaryDirectory() as directory, Client() as client:
        path = pathlib.Path(directory) / "t.pftrace"
        before = client.snapshot("accounting")["accounting"]
        result = tvtrace("capture", "--last", 60, "-z", "-o", path)
        after = client.snapshot("accounting")["accounting"]
        data = path.read_bytes() if path.exists() else b""
    program.end()
    traced.stop()
    print(json.dumps({
        "before": before, "after": after, "said": result.stderr, "rounds": ROUNDS,
        "tids": program.tids, "cpu": CPU, "sha256": hashlib.sha256(data).hexdigest(),
        "file": base64.b64encode(data).decode()}))


if __name__ == "__main__":
    main()

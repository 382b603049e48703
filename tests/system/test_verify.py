# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
tvtrace verify: it finds nothing wrong where nothing is, and what is wrong it finds: here somebody in
between falsifies what the daemon says, one thing at a time.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from control import FAILED, NO_DAEMON, OK, SOCKET, TVTRACE, USAGE, Client, group_file, tvtrace
from tracer import PATIENCE_S
from workloads import GUEST

# What it measures, others beside it would change.
pytestmark = [pytest.mark.kernel, pytest.mark.alone]

CHECKS = ["switches: two threads", "switches: two processes", "switches: processes, CLONE_VM",
          "switches: vfork child, parent", "costs", "waits", "creation: threads",
          "creation: processes", "creation: vfork", "TLB outcomes", "accounting"]
LABELS, CREATIONS = CHECKS[:4], CHECKS[6:9]


def verify(*options, **keywords):
    result = tvtrace("verify", "--json", *options, **keywords)
    assert result.stdout, result.stderr
    reply = json.loads(result.stdout)
    assert [check["name"] for check in reply["checks"]] == CHECKS
    for word in ("PASS", "FAIL", "SKIP"):
        of_word = [check for check in reply["checks"] if check["verdict"] == word]
        assert len(of_word) == reply[{"PASS": "passed", "FAIL": "failed", "SKIP": "skipped"}[word]]
    assert result.returncode == (FAILED if reply["failed"] else OK)
    return reply, {check["name"]: check for check in reply["checks"]}


def test_nothing_is_wrong(tracer):
    """On whatever kernel this is."""
    traced = tracer()
    publication = traced.fresh()
    _, checks = verify()
    assert checks["TLB outcomes"]["verdict"] == "SKIP"
    counts = tvtrace("tlb", "on").returncode == OK  # where there is something to count
    reply, checks = verify()
    assert not reply["failed"], [c for c in checks.values() if c["verdict"] == "FAIL"]
    assert reply["kernel"] == os.uname().release
    assert reply["cost_source"] == publication["cost_source"]
    lacking = {"costs": publication["cost_source"] == "none", "waits": publication["wait"] is None}
    for name, check in checks.items():
        if name == "TLB outcomes":
            assert check["verdict"] == ("PASS" if counts else "SKIP")
        elif GUEST and "too busy" in check["said"]:
            # Emulated CPUs take turns, and the daemon's comes late.
            assert check["verdict"] == "SKIP"
        else:
            assert check["verdict"] == ("SKIP" if lacking.get(name) else "PASS"), check
    # As it was.
    with Client() as client:
        assert client.snapshot("host")["host"]["tlb_counting"] == counts


def test_for_people(tracer):
    tracer(interval=1)
    start = time.monotonic()
    result = tvtrace("verify")
    assert time.monotonic() - start < (PATIENCE_S if GUEST else 20)
    lines = result.stdout.splitlines()
    assert (result.returncode, result.stderr, len(lines)) == (OK, "", len(CHECKS) + 1)
    for line, name in zip(lines, CHECKS):
        assert line[:6] in ("PASS  ", "SKIP  ") and line[6:].startswith(f"{name}  ")
    assert lines[-1].startswith(f"PASS  Linux {os.uname().release}, ")


COSTS = ("cost_ns", "from_user_cost_ns")


def change(values, factor):
    for key in values:
        values[key] = int(values[key] * factor)


def swap(values):
    values["thread"], values["process"] = values["process"], values["thread"]


def swap_labels(reply):
    for thread in reply["threads"]:
        swap(thread["in"])
        swap(thread["from_user"])


def count_reasons_twice(reply):
    for thread in reply["threads"]:
        change(thread["out"], 2)


def count_one_switch_into_in_ten(reply):
    for thread in reply["threads"]:
        change(thread["in"], 0.1)


def make_processes_dear(reply):
    for thread in reply["threads"]:
        for key in COSTS:
            thread[key]["process"] *= 10


def make_costs_longer_than_all(reply):
    for thread in reply["threads"]:
        for key in COSTS:
            change(thread[key], 20)


def say_no_costs(reply):
    for thread in reply["threads"]:
        for key in COSTS:
            change(thread[key], 0)


def add_a_ns_to_each_wait(reply):
    for thread in reply["threads"]:
        for after in thread["wait_ns"]:
            thread["wait_ns"][after] += thread["waits"][after]


def falsify_created(key, factor):
    def falsify(reply):
        for group in reply["groups"]:
            if group["created"]:
                change(group["created"][key], factor)
    return falsify


def call_forks_threads(reply):
    for group in reply["groups"]:
        if group["created"]:
            swap(group["created"]["count"])


def halve_outcomes(reply):
    for outcomes in reply["tlb"] or ():
        for key in ("flush", "reuse"):
            outcomes[key] //= 2


def let_a_cost_be_missing(reply):
    reply["accounting"]["residuals"]["costs"] = -1


def forget_a_label(reply):
    reply["switches"][0]["count"] -= 1


def say_that_many_were_unseen(reply):
    reply["accounting"]["unseen"] = reply["time_ns"] // 1000


class Between:
    """Listens where the daemon seems to be, and falsifies its replies."""

    def __init__(self, path, falsify):
        self.path, self.falsify = path, falsify
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listening.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(connection,), daemon=True).start()

    def _pass_on(self, connection):
        with connection, connection.makefile("rb") as file, Client() as daemon:
            for line in file:
                daemon.send(line)
                reply = daemon.receive()
                if reply is None:
                    return
                if "threads" in reply:
                    self.falsify(reply)
                connection.sendall(json.dumps(reply).encode() + b"\n")


# What is falsified, and the checks that must find it; one of each check at a time.
LIES = [
    [],
    [(swap_labels, [*LABELS, "costs"]), (add_a_ns_to_each_wait, ["waits"]),
     (falsify_created("count", 0.5), CREATIONS), (halve_outcomes, ["TLB outcomes"]),
     (let_a_cost_be_missing, ["accounting"])],
    [(count_reasons_twice, LABELS), (make_processes_dear, ["costs"]),
     (falsify_created("timed", 0.5), CREATIONS), (forget_a_label, ["accounting"])],
    [(count_one_switch_into_in_ten, [*LABELS, "costs"]),
     (falsify_created("duration_ns", 1000), CREATIONS),
     (say_that_many_were_unseen, ["accounting"])],
    [(make_costs_longer_than_all, ["costs"]), (call_forks_threads, CREATIONS[:2])],
    [(say_no_costs, ["costs"])],
]


@pytest.mark.parametrize("lies", LIES)
@pytest.mark.skipif(GUEST, reason="it is about tvtrace, not about the kernel")
def test_what_is_wrong_is_found(tracer, tmp_path, lies):
    def falsify(reply):
        for lie, _ in lies:
            lie(reply)
    tracer()
    tvtrace("tlb", "on")
    path = tmp_path / "s"
    with contextlib.closing(Between(path, falsify)):
        _, checks = verify("--socket", path)
    expected = {name for _, where in lies for name in where if checks[name]["verdict"] != "SKIP"}
    assert {name for name in CHECKS if checks[name]["verdict"] == "FAIL"} == expected, checks


@pytest.mark.skipif(GUEST, reason="it is about tvtrace, not about the kernel")
class TestHowItEnds:
    def test_without_a_daemon(self, tmp_path):
        result = tvtrace("verify", "--socket", tmp_path / "none")
        assert result.returncode == NO_DAEMON and result.stderr.count("\n") == 1
        assert not result.stdout

    def test_bad_options(self):
        for arguments in (("x",), ("--nonsense",), ("--csv",)):
            result = tvtrace("verify", *arguments)
            assert result.returncode == USAGE and not result.stdout
        assert tvtrace("verify", "x").stderr == "tvtrace: 'x': there is nothing to name here\n"

    def test_as_a_member_of_the_group(self, tracer, public_client, tmp_path):
        """It cannot be in real time, and must not switch what all clients see."""
        with group_file(tmp_path, "tvtrace:x:54321:") as command:
            tracer(command=command)
        reply, checks = verify(command=("setpriv", "--reuid", "65534", "--regid", "65534",
                                        "--groups", "54321", public_client))
        assert not reply["failed"], checks
        assert "tvtrace tlb on" in checks["TLB outcomes"]["said"]

    def test_while_a_capture_runs(self, tracer, tmp_path):
        tracer()
        capture = subprocess.Popen([TVTRACE, "capture", "--for", "60", "-o", tmp_path / "t"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            with Client() as client:
                while not client.snapshot("captures")["captures"]["running"]:
                    time.sleep(0.02)
            reply, checks = verify()
            assert not reply["failed"] and checks["TLB outcomes"]["verdict"] == "SKIP"
        finally:
            capture.send_signal(signal.SIGINT)
            capture.wait(PATIENCE_S)

    def test_the_daemon_ends_in_the_middle(self, tracer):
        traced = tracer()
        process = subprocess.Popen([TVTRACE, "verify"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.3)
        traced.stop()
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == NO_DAEMON and said.count(b"\n") == 1
        assert not os.path.exists(SOCKET)

    def test_nobody_reads_it(self, tracer):
        tracer()
        with open("/dev/full", "w", encoding="ascii") as full:
            result = subprocess.run([TVTRACE, "verify", "--json"], stdin=subprocess.DEVNULL,
                                    stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                                    check=False)
        assert result.returncode == FAILED and result.stderr.count(b"\n") == 1

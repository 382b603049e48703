# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Clients that want to stop the daemon, to fill it, or to borrow what it may: members of the group, as
which anybody's program may run.
"""

import array
import contextlib
import fcntl
import json
import os
import pathlib
import resource
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

import tracer as tvtraced
from captures import Trace
from control import SOCKET, TVTRACE, Client, group_file, tvtrace
from tracer import PATIENCE_S, SANITIZED

pytestmark = pytest.mark.alone

GROUP = 54321
MEMBER = ("setpriv", "--reuid", "65534", "--regid", "65534", "--groups", str(GROUP))
# control.c and capture.c
MAX_CLIENTS, MAX_CLIENTS_OF_USER, MAX_CAPTURES_OF_USER = 64, 32, 8
ANSWERS_S = 1 + 4 * SANITIZED

# What a member's program does stands between these; it says "ready" and goes on until its input ends.
PROGRAM = """
import array, json, os, socket, sys, threading, time
def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect({path!r})
    return s
def send(s, request, *fds):
    data = json.dumps(dict(version=1, **request)).encode() + b"\\n"
    s.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
kept = []
{body}
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(name="open_tracer")
def tracer_for_the_group(tracer, tmp_path):
    with group_file(tmp_path, f"tvtrace:x:{GROUP}:") as command:
        yield lambda *options: tracer(*options, command=command)


@contextlib.contextmanager
def program(body, user=MEMBER):
    process = subprocess.Popen([*user, sys.executable, "-c",
                                PROGRAM.format(path=str(SOCKET), body=body)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def tables():
    with Client() as client:
        return client.snapshot("tables", "captures")


def answers_within(seconds):
    began = time.monotonic()
    tables()
    assert time.monotonic() - began < seconds


def nothing_is_lost(traced):
    accounting = traced.fresh()["accounting"]
    assert accounting["spilled"] == accounting["task_events_lost"] == 0
    assert not any(accounting["residuals"].values())


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lingering_socket():
    """Its last close waits for 5 s: the other end reads nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    here = socket.create_connection(listener.getsockname())
    there, _ = listener.accept()
    here.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 5))
    here.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            here.send(bytes(1 << 16))
    listener.close()
    return here, there


@pytest.mark.parametrize("way", ["with a request", "queued", "instead of a file", "behind others"])
def test_a_close_that_takes_long_keeps_nobody_waiting(open_tracer, way):
    traced = open_tracer()
    here, there = lingering_socket()
    descriptors = [0] * 20 if way == "behind others" else []
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
               array.array("i", [*descriptors, here.fileno()]))]
    request = {"behind others": b'{"version":1,"op":"snapshot","parts":["host"]}\n',
               "with a request": b'{"version":1,"op":"snapshot","parts":["host"]}\n',
               "queued": b'{"version":1,"op":"subscribe","parts":["host"],"interval_ms":60000}\n',
               "instead of a file": b'{"version":1,"op":"capture","for_ms":100}\n'}[way]
    with Client() as client:
        if way == "queued":
            client.socket.sendall(request)
            client.receive()
            request = b"{"
        client.socket.sendmsg([request], rights)
        here.close()
        if way == "instead of a file":
            assert "a socket came with it" in client.error("capture")
        elif way == "behind others":
            assert "more than one" in client.error("bad_request")
        elif way == "with a request":
            client.receive()
    for _ in range(5):
        answers_within(ANSWERS_S)
        time.sleep(0.1)
    there.close()
    nothing_is_lost(traced)


def test_a_descriptor_of_a_request_that_waits(tracer):
    """Two requests at once, as the protocol allows: it belongs to the second one."""
    tracer()
    fd = os.memfd_create("capture")
    with Client() as client:
        client.socket.sendall(b'{"version":1,"op":"snapshot","parts":["host"]}\n')
        client.socket.sendmsg([b'{"version":1,"op":"capture","for_ms":100}\n'],
                              [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
        assert "host" in client.receive()
        while (reply := client.receive()["capture"])["state"] == "runs":
            pass
        assert reply["state"] == "done"
    assert Trace(os.pread(fd, 1 << 26, 0)).switches
    os.close(fd)


def test_who_connects_all_the_time_takes_a_part_of_a_cpu(open_tracer):
    traced = open_tracer("--recorder", "0")
    body = """
def call():
    while True:
        try:
            connect().close()
        except OSError:
            time.sleep(0.001)
for i in range(2):
    threading.Thread(target=call, daemon=True).start()
"""
    with program(body), program(body):
        time.sleep(0.5)
        before, began = cpu_s(traced.pid), time.monotonic()
        # The queue of those that connect is always full; tvtrace waits for its turn.
        for _ in range(5):
            result = tvtrace("status", "--json")
            assert result.returncode == 0, result.stderr
            time.sleep(0.2)
        assert cpu_s(traced.pid) - before < 0.5 * (time.monotonic() - began)
    nothing_is_lost(traced)


HOLD_OWN_END = """
for i in range({n}):
    s = connect()
    send(s, dict(op="subscribe", parts=["host"], interval_ms=3600000))
    s.recv(1)
    send(s, dict(op="snapshot", parts=["host"]), s.fileno())
    kept.append(s)
"""


def test_connections_without_a_process_take_no_place(open_tracer):
    """They hold themselves open: each has its other end in its own queue."""
    open_tracer()
    with program(HOLD_OWN_END.format(n=MAX_CLIENTS), user=()):
        with Client() as client:
            client.error("busy")
    for _ in range(MAX_CLIENTS):
        with Client() as client:
            client.snapshot("host")


def test_no_user_takes_all_places(open_tracer):
    open_tracer()
    body = f"""
for i in range({MAX_CLIENTS_OF_USER}):
    s = connect()
    send(s, dict(op="snapshot", parts=["host"]))
    assert b"error" not in s.recv(100)
    kept.append(s)
s = connect()
assert b'"busy"' in s.recv(1000)
"""
    with program(body):
        assert tables()["tables"]["clients"] == MAX_CLIENTS_OF_USER + 1
        answers_within(ANSWERS_S)


def test_no_user_takes_all_captures(open_tracer, tmp_path):
    open_tracer()
    body = f"""
for i in range({MAX_CAPTURES_OF_USER}):
    s = connect()
    r, w = os.pipe()
    send(s, dict(op="capture", for_ms=3600000), w)
    assert b"runs" in s.recv(1000)
    kept += [s, r]
s = connect()
send(s, dict(op="capture", for_ms=3600000), w)
assert b"as many captures as are allowed" in s.recv(1000)
"""
    with program(body):
        path = tmp_path / "t.pftrace"
        result = tvtrace("capture", "--for", "0.2", "-o", path)
        assert result.returncode == 0, result.stderr
        assert Trace(path.read_bytes()).switches
    deadline = time.monotonic() + PATIENCE_S
    while tables()["captures"]["running"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_rival_writer_keeps_no_capture_alive(open_tracer):
    """It fills the pipe whenever there is room, so that a write may block after poll()."""
    traced = open_tracer()
    body = """
import fcntl
r, w = os.pipe()
def fill():
    while True:
        os.write(w, bytes(4096))
def sip():
    while True:
        os.read(r, 4096)
        time.sleep(0.001)
threading.Thread(target=fill, daemon=True).start()
threading.Thread(target=sip, daemon=True).start()
s = connect()
send(s, dict(op="capture", for_ms=3600000), w)
s.recv(1000)
kept.append(s)
time.sleep(1)
"""
    with program(body):
        assert tables()["captures"]["running"] == 1
    deadline = time.monotonic() + 30
    while tables()["captures"]["running"]:
        assert time.monotonic() < deadline, "the capture does not end"
        time.sleep(0.2)
    nothing_is_lost(traced)


def threads_of_member(pid):
    """The status of each thread that writes files as the member does."""
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = dict(line.split(":\t", 1) for line in
                      (path / "status").read_text(encoding="utf-8").splitlines() if ":\t" in line)
        if fields["Uid"].split()[3] == "65534":
            found.append(fields)
    return found


def test_a_capture_has_no_more_rights_than_its_client(open_tracer):
    traced = open_tracer()
    body = """
s = connect()
r, w = os.pipe()
send(s, dict(op="capture", for_ms=3600000), w)
s.recv(1000)
kept += [s, r]
"""
    with program(body):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := threads_of_member(traced.pid)):
            assert time.monotonic() < deadline
        assert len(found) == 1
        assert int(found[0]["CapEff"], 16) == int(found[0]["CapPrm"], 16) == 0
        assert found[0]["Gid"].split()[3] == "65534"
        # And the others kept theirs.
        own = pathlib.Path(f"/proc/{traced.pid}/status").read_text(encoding="utf-8")
        assert "\nUid:\t0\t0\t0\t0\n" in own


def test_who_asks_all_the_time_takes_a_part_of_a_cpu(open_tracer):
    traced = open_tracer("--recorder", "0")
    body = """
def ask():
    s = connect()
    f = s.makefile("rb")
    while True:
        send(s, dict(op="snapshot", parts=["threads", "group_counts", "group_names", "cost"]))
        f.readline()
for i in range(30):
    threading.Thread(target=ask, daemon=True).start()
"""
    with program(body), program(body.replace("range(30)", "range(1)")):
        time.sleep(0.5)
        before, began = cpu_s(traced.pid), time.monotonic()
        for _ in range(20):
            answers_within(ANSWERS_S)
            time.sleep(0.1)
        assert cpu_s(traced.pid) - before < 0.4 * (time.monotonic() - began)
    nothing_is_lost(traced)


def test_no_descriptor_left(tracer):
    """Clients wait until there is one; trying again would take a CPU at real-time priority."""
    traced = tracer("--recorder", "0")
    used = len(list(pathlib.Path(f"/proc/{traced.pid}/fd").iterdir()))
    _, most = resource.prlimit(traced.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(traced.pid, resource.RLIMIT_NOFILE, (used + 6, most))
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            connection = stack.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(str(SOCKET))
        time.sleep(0.5)
        before = cpu_s(traced.pid)
        time.sleep(2)
        assert cpu_s(traced.pid) - before < 0.5 + SANITIZED
    resource.prlimit(traced.pid, resource.RLIMIT_NOFILE, (most, most))
    answers_within(PATIENCE_S)
    traced.stop(expected_stderr="tvtraced: cannot take one more client: Too many open files; "
                                "clients wait until it can be done\n")


def test_a_lock_that_a_stranger_keeps(tmp_path):
    path = tmp_path / "control.sock"
    with open(f"{path}.lock", "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = tvtraced.run("--duration", "0.2", "--socket", str(path), timeout=PATIENCE_S)
    assert result.returncode == tvtraced.SOCKET
    assert result.stderr == (
        f"tvtraced: somebody else keeps {path}.lock locked; stop them, or give --socket a path in "
        "a directory that only root can write to\n")
    assert not path.exists()


@pytest.mark.parametrize("make", [
    lambda: socket.socketpair()[0].detach(),
    lambda: os.open("/dev/null", os.O_WRONLY),
    lambda: os.open("/", os.O_RDONLY),
    lambda: os.memfd_create("capture")], ids=["socket", "device", "directory", "memfd"])
def test_what_a_capture_is_written_to(tracer, request, make):
    tracer()
    fd = make()
    kind = request.node.callspec.id
    try:
        with Client() as client:
            client.socket.sendmsg([b'{"version":1,"op":"capture","for_ms":100}\n'],
                                  [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
            if kind == "memfd":
                assert client.receive()["capture"]["state"] == "runs"
            else:
                assert f"a {kind} came with it" in client.error("capture")
    finally:
        os.close(fd)


def test_a_capture_into_a_socket_goes_through_tvtrace(tracer):
    tracer()
    here, there = socket.socketpair()
    got = []
    thread = threading.Thread(target=lambda: got.extend(iter(lambda: here.recv(1 << 16), b"")))
    thread.start()
    result = subprocess.run([TVTRACE, "capture", "--for", "0.3", "-o", "-"], stdout=there,
                            stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    there.close()
    thread.join(PATIENCE_S)
    here.close()
    assert result.returncode == 0, result.stderr
    assert Trace(b"".join(got)).switches
    assert json.loads(tvtrace("status", "--json").stdout)["captures"] == 0

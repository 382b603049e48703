# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the control socket says is what was counted; and nobody who misuses it does harm."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest

import identities
import tracer as tvtraced
from control import MAX_CLIENTS, MAX_REQUEST, PARTS, SOCKET, Client, group_file
from tracer import NO_GROUP, PATIENCE_S, SANITIZED
from workloads import CPU, counters

RSS_SLACK = 24 << 20


def by_id(entries, key):
    return {(entry[key], entry["start_ns"]): entry for entry in entries}


def check_identities(reply):
    """As in --json, within one reply."""
    accounting = reply["accounting"]
    assert all(residual == 0 for residual in accounting["residuals"].values())
    assert accounting["seen"] == accounting["received"] + accounting["spilled"]
    assert sum(cell["count"] for cell in reply["switches"]) == accounting["seen"]
    assert (sum(cost["count"] for cost in reply["cost"])
            == accounting["seen"] - accounting["unmeasured"])
    by_kind = {}
    for cell in reply["cost_by_from"]:
        assert sum(b["count"] for b in cell["buckets"]) == cell["count"]
        by_kind[cell["kind"]] = by_kind.get(cell["kind"], 0) + cell["count"]
    assert by_kind == {cost["kind"]: cost["count"] for cost in reply["cost"]}


def test_each_part_alone_and_all_together(tracer):
    tracer()
    with Client() as client:
        for part in PARTS:
            client.snapshot(part)
        reply = client.snapshot(*PARTS)
        assert list(reply)[3:] == list(PARTS)
        check_identities(reply)
        assert reply["nr_groups"] == len(reply["groups"]) == len(reply["group_cost"])
        assert reply["nr_threads"] == len(reply["threads"])
        assert reply["host"]["kernel"] == os.uname().release
        assert reply["tables"]["clients"] == 1


def test_threads_agree_with_the_kernel(tracer, workload):
    """Asked while nothing moves: to the last switch, without waiting for a publication."""
    tracer(interval=5)
    program = workload("pair", "thread", "futex", CPU, 5000)
    with Client() as client:
        def switches():
            while True:
                kernel = {tid: counters(tid) for tid in program.tids}
                reply = client.snapshot(*PARTS)
                if kernel == {tid: counters(tid) for tid in program.tids}:
                    check_identities(reply)
                    return kernel, reply
        kernel_before, before = switches()
        program.go()
        kernel_after, after = switches()
    for tid in program.tids:
        out = [{t["tid"]: t for t in reply["threads"]}[tid]["out"] for reply in (before, after)]
        for reason in ("voluntary", "preempted"):
            grown = getattr(kernel_after[tid], reason) - getattr(kernel_before[tid], reason)
            assert out[1][reason] - out[0][reason] == grown
    assert sum(sum(kernel_after[tid]) - sum(kernel_before[tid]) for tid in program.tids) > 9000


def test_filters(tracer, workload):
    tracer()
    program = workload("pair", "process", "pipe", CPU, 500)
    program.go()
    tgids = {task["tgid"] for task in program.tasks}
    with Client() as client:
        for tgid in tgids:
            reply = client.snapshot("groups", "group_cost", "threads", tgid=tgid)
            assert [g["tgid"] for g in reply["groups"]] == [tgid]
            assert {t["tgid"] for t in reply["threads"]} == {tgid}
            kinds = {c["kind"]: c["count"] for c in reply["group_cost"][0]["cost"]}
            assert kinds["process"] == reply["groups"][0]["switches"]["process"] > 400
        reply = client.snapshot("groups", comm="pair")
        assert {g["tgid"] for g in reply["groups"]} >= tgids
        assert {g["comm"] for g in reply["groups"]} == {"pair"}
        application = reply["groups"][0]["application"]["name"]
        reply = client.snapshot("group_cost", application=application)
        assert tgids <= {g["tgid"] for g in reply["group_cost"]}
        assert {g["application"]["name"] for g in reply["group_cost"]} == {application}
        reply = client.snapshot("groups", "group_cost", "threads", tgid=4294967295)
        assert reply["groups"] == reply["group_cost"] == reply["threads"] == []


def test_what_has_changed_since_makes_up_the_whole(tracer, workload):
    tracer()
    with Client() as client:
        first = client.snapshot("groups", "threads")
        groups, threads = by_id(first["groups"], "tgid"), by_id(first["threads"], "tid")
        assert client.snapshot("groups", "threads", since=first["seq"] + 10**9)["groups"] == []
        program = workload("pair", "thread", "futex", CPU, 1000)
        program.go()
        changed = client.snapshot("groups", "threads", "nr_groups", since=first["seq"])
        assert {task["tid"] for task in program.tasks} <= {t["tid"] for t in changed["threads"]}
        assert len(changed["threads"]) < len(threads)
        groups.update(by_id(changed["groups"], "tgid"))
        threads.update(by_id(changed["threads"], "tid"))
        whole = client.snapshot("groups", "threads")
        moved = client.snapshot("groups", "threads", since=changed["seq"])
        # What others started after `changed` and ended before `moved` is in neither.
        last = client.snapshot("groups", "threads")
        still_groups = (by_id(whole["groups"], "tgid").keys() & by_id(last["groups"], "tgid").keys()
                        ) - by_id(moved["groups"], "tgid").keys()
        still = (by_id(whole["threads"], "tid").keys() & by_id(last["threads"], "tid").keys()
                 ) - by_id(moved["threads"], "tid").keys()
        assert len(still) > 10
        for key in still:
            assert threads[key] == by_id(whole["threads"], "tid")[key]
        for key in still_groups:
            assert groups[key] == by_id(whole["groups"], "tgid")[key]


def short_created(created):
    """Nothing, of a group that created nothing."""
    if created:
        for key in ("count", "timed", "duration_ns"):
            yield [created[key][kind] for kind in ("thread", "process", "vm_process", "kernel")]
        yield created["resident_bytes"] or 0


def check_short_forms(reply):
    """What changes and what does not, apart, are what `groups` says together."""
    for group, counts, name in zip(reply["groups"], reply["group_counts"], reply["group_names"],
                                   strict=True):
        assert counts == [group["tgid"], group["start_ns"], group["threads"],
                          *([group[key][kind] for kind in ("thread", "process", "kthread", "idle")]
                            for key in ("switches", "cost_ns")),
                          [group["voluntary"], group["preempted"]],
                          *([group[key][kind] for kind in ("thread", "process", "kthread", "idle")]
                            for key in ("from_user", "from_user_cost_ns")),
                          group["ended_threads"],
                          *([group[key][after] for after in
                             ("woken", "preempted", "start", "unknown")]
                            for key in ("waits", "wait_ns")),
                          *short_created(group["created"])]
        assert name == {key: group[key] for key in name}
        assert set(name) == {"tgid", "comm", "start_ns", "ppid", "cmdline", "cgroup", "application"}


def test_short_forms(tracer, workload):
    tracer()
    program = workload("pair", "process", "pipe", CPU, 500)
    program.go()
    creator = workload("create", "fork", 10, 0)
    creator.go()
    parts = ("groups", "group_counts", "group_names")
    with Client() as client:
        reply = client.snapshot(*parts, tgid=creator.process.pid)
        assert len(reply["group_counts"][0]) == 15
        check_short_forms(reply)
        for task in program.tasks:
            reply = client.snapshot(*parts, tgid=task["tgid"])
            assert len(reply["groups"]) == 1
            check_short_forms(reply)
        first = client.snapshot(*parts)
        with subprocess.Popen(["sh", "-c", "read -r _; exec cat"], stdin=subprocess.PIPE) as new:
            changed = client.snapshot(*parts, since=first["seq"])
            counted = {counts[0] for counts in changed["group_counts"]}
            named = {name["tgid"]: name["comm"] for name in changed["group_names"]}
            assert new.pid in counted and named[new.pid] == "sh"
            # This test runs, and keeps its name.
            assert os.getpid() in counted - named.keys()
            new.stdin.write(b"\n")
            new.stdin.flush()
            deadline = time.monotonic() + PATIENCE_S
            while named.get(new.pid) != "cat":
                assert time.monotonic() < deadline
                reply = client.snapshot("group_names", since=changed["seq"])
                named = {name["tgid"]: name["comm"] for name in reply["group_names"]}


def test_subscription(tracer):
    tracer()
    with Client() as client:
        started = time.monotonic()
        client.request(op="subscribe", parts=["accounting", "groups"], interval_ms=100, count=5,
                       since=0)
        replies = [client.receive() for _ in range(5)]
        assert 0.35 < time.monotonic() - started < PATIENCE_S
        seen = [reply["accounting"]["seen"] for reply in replies]
        assert seen == sorted(seen) and seen[0] < seen[-1]
        assert all(a["seq"] < b["seq"] for a, b in zip(replies, replies[1:]))
        assert len(replies[0]["groups"]) > max(len(reply["groups"]) for reply in replies[1:])
        # It is over, and the next request is taken.
        client.snapshot("host")


def test_pipelined_requests_are_answered_in_turn(tracer):
    tracer()
    with Client() as client:
        for part in ("host", "ring", "probe"):
            client.request(op="snapshot", parts=[part])
        for part in ("host", "ring", "probe"):
            assert part in client.receive()


def test_a_half_closed_connection_is_answered(tracer):
    tracer()
    with Client() as client:
        client.request(op="snapshot", parts=["groups"])
        client.socket.shutdown(socket.SHUT_WR)
        assert client.receive()["groups"] and client.receive() is None


GOOD = {"version": 1, "op": "snapshot", "parts": ["host"]}


BAD_REQUESTS = [
    (b"", "bad_request", "JSON"),
    (b"nonsense", "bad_request", "JSON"),
    (b"[]", "bad_request", "JSON"),
    (b"{}", "bad_request", "version"),
    (b'{"version":1}', "bad_request", "op"),
    (b'{"version":1}x', "bad_request", "JSON"),
    (b"\xff\xfe", "bad_request", "JSON"),
    (b'{"version":1,"op":"snapshot","parts":["host"],"comm":"\xff"}', "bad_request", "JSON"),
    (b"[" * 4000, "bad_request", "JSON"),
    (b'{"a":' * 600, "bad_request", "JSON"),
    (b"\0" * 100, "bad_request", "JSON"),
    ({**GOOD, "version": 2}, "bad_version", "1"),
    ({**GOOD, "version": "1"}, "bad_version", "1"),
    ({**GOOD, "op": "delete"}, "bad_request", "op"),
    ({**GOOD, "op": 1}, "bad_request", "op"),
    ({**GOOD, "parts": []}, "bad_request", "parts"),
    ({**GOOD, "parts": ["host", "nothing"]}, "bad_request", "parts"),
    ({**GOOD, "parts": "host"}, "bad_request", "parts"),
    ({**GOOD, "parts": [None]}, "bad_request", "parts"),
    ({**GOOD, "tgid": -1}, "bad_request", "tgid"),
    ({**GOOD, "tgid": 4294967296}, "bad_request", "tgid"),
    ({**GOOD, "tgid": 10**30}, "bad_request", "tgid"),
    ({**GOOD, "tgid": 1.5}, "bad_request", "tgid"),
    ({**GOOD, "comm": ""}, "bad_request", "comm"),
    ({**GOOD, "comm": "x" * 256}, "bad_request", "comm"),
    ({**GOOD, "comm": "a\0b"}, "bad_request", "JSON"),
    ({**GOOD, "since": -1}, "bad_request", "since"),
    ({**GOOD, "count": 3}, "bad_request", "subscribe"),
    ({**GOOD, "extra\x1b[31m": 3}, "bad_request", "no such member"),
    ({**GOOD, "op": "subscribe", "interval_ms": 49}, "bad_request", "interval_ms"),
    ({**GOOD, "op": "subscribe", "interval_ms": 3600001}, "bad_request", "interval_ms"),
    ({**GOOD, "op": "subscribe", "count": 0}, "bad_request", "count"),
    (b"x" * (MAX_REQUEST + 1), "too_long", str(MAX_REQUEST)),
]


def test_bad_requests(tracer):
    """Each has its own error, and none does harm."""
    traced = tracer()
    for request, code, words in BAD_REQUESTS:
        if isinstance(request, dict):
            request = json.dumps(request).encode()
        with Client() as client:
            with contextlib.suppress(OSError):
                client.send(request + b"\n")
            message = client.error(code)
        assert words in message and message.isprintable(), request
    last = traced.stop()
    assert last["accounting"]["spilled"] == 0
    identities.check_all(traced.publications)


def rss(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Healthy:
    """Whatever is done inside, the daemon publishes on, loses nothing, and stays small."""

    def __init__(self, traced):
        self.traced = traced

    def __enter__(self):
        self.traced.fresh()
        self.before = rss(self.traced.pid)
        return self

    def __exit__(self, kind, *_):
        if kind:
            return
        grown = rss(self.traced.pid) - self.before
        last = self.traced.fresh()
        # AddressSanitizer keeps what was freed for a while.
        assert grown < RSS_SLACK or SANITIZED, f"{grown >> 20} MiB more"
        assert last["accounting"]["spilled"] == 0
        identities.check_all(self.traced.publications)
        with Client() as client:
            check_identities(client.snapshot(*PARTS))


def test_clients_that_never_read(tracer):
    with Healthy(tracer("--recorder", 0)):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client()) for _ in range(MAX_CLIENTS - 1)]
            for client in clients:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.request(op="subscribe", parts=list(PARTS), interval_ms=50)
            time.sleep(3)
            with Client() as client:
                client.snapshot("host")
            # They are dropped in the end, in the middle of a reply.
            deadline = time.monotonic() + PATIENCE_S
            while True:
                with Client() as client:
                    if client.snapshot("tables")["tables"]["clients"] == 1:
                        break
                assert time.monotonic() < deadline
                time.sleep(0.5)


def test_clients_that_are_slow_to_ask(tracer):
    with Healthy(tracer("--recorder", 0)):
        with Client() as client, Client() as other:
            started = time.monotonic()
            client.send(b'{"version":')
            with contextlib.suppress(OSError):
                for _ in range(20):
                    time.sleep(0.4)
                    client.send(b" ")
            message = client.error("timeout")
            assert "5 s" in message and 4 < time.monotonic() - started < 20
            other.snapshot("host")


def test_more_clients_than_there_are_places(tracer):
    with Healthy(tracer("--recorder", 0)):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client()) for _ in range(MAX_CLIENTS)]
            for client in clients:
                client.snapshot("host")
            with Client() as client:
                client.error("busy")
            clients[0].snapshot("host")


def test_ten_thousand_connections(tracer):
    with Healthy(tracer("--recorder", 0)):
        for number in range(10000):
            with socket.socket(socket.AF_UNIX) as connection:
                # The backlog may be full for a moment.
                connection.connect(str(SOCKET))
                if number % 3 == 0:
                    connection.send(b"{")


def test_clients_that_vanish(tracer):
    with Healthy(tracer("--recorder", 0)):
        for number in range(200):
            with Client() as client:
                client.request(op="subscribe", parts=list(PARTS), interval_ms=50)
                if number % 2:
                    client.socket.recv(10)


def test_many_ask_at_once(tracer):
    traced = tracer("--recorder", 0)
    failures = []

    def ask():
        try:
            with Client() as client:
                for _ in range(20):
                    check_identities(client.snapshot(*PARTS))
        except Exception as error:  # told by the main thread
            failures.append(error)

    with Healthy(traced):
        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert not failures


def test_subscribers_are_told_of_the_end(tracer):
    traced = tracer()
    with Client() as client:
        client.request(op="subscribe", parts=["host"], interval_ms=60000)
        client.receive()
        traced.stop()
        client.error("stopping")
    assert not SOCKET.exists()


def mode_and_group(path):
    status = os.lstat(path)
    return stat.S_IMODE(status.st_mode), status.st_gid


ASK = """
import contextlib, socket, sys
s = socket.socket(socket.AF_UNIX)
try:
    s.connect(sys.argv[1])
except PermissionError:
    sys.exit("refused")
with contextlib.suppress(BrokenPipeError):  # told and closed at once
    s.sendall(b'{"version":1,"op":"snapshot","parts":["nr_groups"]}\\n')
print(s.makefile().readline(), end="")
"""


def ask_as(*setpriv):
    result = subprocess.run(["setpriv", *setpriv, "/usr/bin/python3", "-c", ASK, SOCKET],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            timeout=PATIENCE_S, check=False)
    return json.loads(result.stdout) if result.returncode == 0 else result.stderr.strip()


def test_who_may_ask(tracer, tmp_path):
    with group_file(tmp_path, "tvtrace:x:54321:") as command:
        tracer(command=command)
    assert mode_and_group(SOCKET) == (0o660, 54321)
    nobody = ("--reuid", "65534", "--regid", "65534")
    assert ask_as(*nobody, "--clear-groups") == "refused"
    assert ask_as(*nobody, "--groups", "54320,54322") == "refused"
    assert "nr_groups" in ask_as(*nobody, "--groups", "54320,54321")
    assert "nr_groups" in ask_as("--reuid", "65534", "--regid", "54321", "--clear-groups")
    # Whoever opens the socket for all does not open it for all.
    SOCKET.chmod(0o666)
    assert ask_as(*nobody, "--clear-groups")["error"]["code"] == "denied"


def test_without_the_group_only_root_may_ask(tracer, tmp_path):
    with group_file(tmp_path) as command:
        traced = tracer(command=command)
    assert mode_and_group(SOCKET) == (0o600, 0)
    with Client() as client:
        client.snapshot("host")
    assert traced.raw_stderr() == f"{NO_GROUP}{SOCKET}\n"


@pytest.mark.uninstrumented
@pytest.mark.skipif(not os.access("/usr/bin/strace", os.X_OK), reason="strace is not here")
def test_no_moment_with_wider_permissions(tmp_path):
    """The system calls in between, in their order."""
    log = tmp_path / "strace"
    with group_file(tmp_path, "tvtrace:x:54321:") as command:
        result = tvtraced.run("--duration", "0.2", "--interval", "0.1", "--json",
                              command=(*command[:-1], "strace", "-o", str(log), "-e",
                                       "trace=umask,bind,chmod,lchown,fchownat,listen,chown",
                                       tvtraced.TVTRACED))
    assert result.returncode == 0, result.stderr
    calls = [line.split("(")[0] for line in log.read_text(encoding="utf-8").splitlines()
             if "(" in line and not line.startswith("---")]
    calls = ["chown" if "chown" in call else call for call in calls]
    assert calls == ["umask", "bind", "umask", "chown", "chmod", "listen"]
    assert "umask(0177)" in log.read_text(encoding="utf-8")


def test_the_socket_of_a_dead_daemon_is_replaced(tracer):
    traced = tracer()
    inode = os.lstat(SOCKET).st_ino
    traced.kill()
    traced.process.returncode = -signal.SIGKILL
    assert os.lstat(SOCKET).st_ino == inode
    tracer()
    with Client() as client:
        client.snapshot("host")


def refused(path, *words):
    result = tvtraced.run("--duration", "0.2", "--json", "--socket", str(path))
    assert (result.returncode, result.stdout) == (tvtraced.SOCKET, "")
    assert result.stderr.count("\n") == 1 and str(path) in result.stderr
    for word in words:
        assert word in result.stderr


def test_a_living_socket_is_not_replaced(tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        inode = os.lstat(path).st_ino
        refused(path, "listens", "--socket")
        assert os.lstat(path).st_ino == inode


def test_what_is_no_socket_is_not_replaced(tmp_path):
    path = tmp_path / "file"
    path.write_text("mine", encoding="ascii")
    refused(path, "no socket")
    assert path.read_text(encoding="ascii") == "mine"
    link = tmp_path / "link"
    link.symlink_to(path)
    refused(link, "no socket")
    assert link.is_symlink()


def test_a_socket_that_cannot_be_made(tmp_path):
    refused(tmp_path / "no" / "such" / "directory" / "s", "cannot make")
    refused(f"/tmp/{'x' * 120}", "cannot make")
    refused("/proc/s", "cannot make")


def test_another_ones_socket_is_not_removed(tracer, tmp_path):
    """Somebody has put one of their own in its place."""
    path = tmp_path / "s"
    traced = tracer("--socket", path)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        traced.stop()
        assert path.exists()


def test_two_daemons_race_for_one_socket(tmp_path):
    """Each in a mount namespace with a lock of its own."""
    path = tmp_path / "s"
    command = ("unshare", "--mount", "--propagation", "private", "sh", "-ec",
               "mount -t tmpfs tmpfs /run; exec \"$0\" \"$@\"", tvtraced.TVTRACED)
    for _ in range(5):
        racers = [subprocess.Popen([*command, "--json", "--socket", str(path)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True) for _ in range(2)]
        deadline = time.monotonic() + PATIENCE_S
        while all(racer.poll() is None for racer in racers) and time.monotonic() < deadline:
            time.sleep(0.05)
        for racer in racers:
            racer.terminate()
        said = [racer.communicate(timeout=PATIENCE_S)[1] for racer in racers]
        assert sorted(racer.returncode for racer in racers) == [0, tvtraced.SOCKET], said
        assert not path.exists()

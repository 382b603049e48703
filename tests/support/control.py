# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The control socket, spoken to without tvtrace; and tvtrace, run as its users run it."""

import contextlib
import json
import pathlib
import socket
import subprocess

from tracer import PATIENCE_S, TVTRACED

SOCKET = pathlib.Path("/run/tvtraced/control.sock")
TVTRACE = str(pathlib.Path(TVTRACED).with_name("tvtrace"))
MAX_CLIENTS = 64
MAX_REQUEST = 4096

# tools/command.h
OK, FAILED, NO_DAEMON, USAGE = range(4)

PARTS = ("host", "features", "accounting", "switches", "cost", "cost_by_from", "ring", "probe",
         "recent", "tables", "captures", "other", "nr_groups", "nr_threads", "gone", "groups",
         "group_counts", "group_names", "group_cost", "threads", "ended")


class Client:
    def __init__(self, path=SOCKET):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next line; None: the connection is closed."""
        try:
            line = self.file.readline()
        except ConnectionResetError:  # closed before it had read all that was sent
            return None
        return json.loads(line) if line else None

    def request(self, **members):
        self.send(json.dumps({"version": 1, **members}).encode() + b"\n")

    def ask(self, **members):
        self.request(**members)
        reply = self.receive()
        assert reply and "error" not in reply, reply
        assert reply["version"] == 1 and reply["time_ns"] > 0 and reply["seq"] > 0
        return reply

    def snapshot(self, *parts, **members):
        reply = self.ask(op="snapshot", parts=list(parts), **members)
        assert set(reply) == {"version", "seq", "time_ns", *parts}
        return reply

    def error(self, code):
        """The connection must end with that error."""
        reply = self.receive()
        assert set(reply) == {"version", "error"} and set(reply["error"]) == {"code", "message"}
        assert reply["error"]["code"] == code, reply
        assert self.receive() is None
        return reply["error"]["message"]


@contextlib.contextmanager
def group_file(tmp_path, *lines):
    """tvtraced in a mount namespace with another /etc/group."""
    copy = tmp_path / "group"
    copy.write_text("root:x:0:\n" + "".join(line + "\n" for line in lines), encoding="ascii")
    yield ("unshare", "--mount", "--propagation", "private", "sh", "-ec",
           f"mount --bind '{copy}' /etc/group; exec \"$0\" \"$@\"", TVTRACED)


def tvtrace(*arguments, command=(TVTRACE,), **popen):
    result = subprocess.run([*command, *map(str, arguments)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                            check=False, **popen)
    # Line ends as they are: CSV has its own.
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    return result

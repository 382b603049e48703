# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A real program in a cgroup of its own, a small load that is not in it, and how both end."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from tracer import PATIENCE_S

# As a service is started: what ends up in the cgroup is the program itself.
INTO = ("/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"')
# What a program may take to end by itself, before it is ended.
END_S = 5
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
PYTHON = "/usr/bin/python3"
NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def which(program):
    """Where it is; None: nowhere. What is given with its folder need not be a program."""
    if "/" in program:
        return program if os.path.exists(program) else None
    return shutil.which(program, path=PATH)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what):
    """What the condition returns, once it is true; a program that does not answer is not ready."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            if result := condition():
                return result
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def get(port, path="/", method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
        return reply.read().decode()


def ab(port, path="/", clients=8):
    """Requests over connections that are kept, until it is ended."""
    return ("ab", "-q", "-k", "-c", str(clients), "-t", "3600", "-n", "2000000",
            f"http://127.0.0.1:{port}{path}")


class System:
    """
    What a subclass says: which programs it needs, its configuration, its command, its load, and
    what the program itself knows of its processes.
    """

    needs = ()  # programs, or paths
    load_needs = ()
    end_signal = signal.SIGTERM
    warm_s = 0.3
    steady = True  # no process and no thread of it comes or goes

    def __init__(self, name, places):
        self.name = name
        self.application = f"tvt-{name.replace('_', '-')}.service"
        self.procs = places.make(f"system.slice/{self.application}")
        # Others than root read it.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tvt-"))
        self.directory.chmod(0o755)
        self.port = free_port()
        self.process, self.loads = None, []

    @classmethod
    def missing(cls):
        """Why it cannot run here; None: it can."""
        for program in (*cls.needs, *cls.load_needs):
            if not which(program):
                return f"{program} is not installed"
        return None

    @property
    def rests(self):
        """Whether it does nothing when the load ends; a program without one goes on."""
        return bool(self.load_needs)

    # What subclasses say.

    def prepare(self):
        """Files that the program reads."""

    def command(self):
        raise NotImplementedError

    def ready(self):
        return self.first_line()

    def load(self):
        """Commands that put load on it until they are ended."""
        return ()

    def own_pids(self):
        """Its processes as the program itself tells; None: it does not tell."""
        return None

    def own_tasks(self):
        """What runs in it that the kernel does not know, and how many: ("goroutines", 10001)."""
        return None

    def check(self, seen):
        """What is true of its switches whatever the machine."""

    # What they use.

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def log(self):
        return self.directory / "log"

    def first_line(self):
        """What it has printed, once that is a line."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return text.partition("\n")[0] if "\n" in text else None

    def environment(self):
        return {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(self.directory),
                "TMPDIR": str(self.directory)}

    def spawn(self, command, log, **popen):
        with open(self.directory / log, "wb") as file:
            return subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=file,
                                    stderr=subprocess.STDOUT, env=self.environment(),
                                    cwd=self.directory, start_new_session=True, **popen)

    def run(self, *command, **keywords):
        """A command beside it, to its end; its output."""
        return subprocess.run(list(map(str, command)), check=True, env=self.environment(),
                              cwd=self.directory, stdin=subprocess.DEVNULL, timeout=PATIENCE_S,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              **keywords).stdout

    def pids(self):
        """Its processes as the kernel tells."""
        return set(map(int, self.procs.read_text(encoding="ascii").split()))

    # How it lives.

    def start(self):
        self.prepare()
        self.process = self.spawn([*INTO, self.procs, *self.command()], "log")

        def ready():
            assert self.process.poll() is None, self.said()
            return self.ready()
        wait_until(ready, f"{self.name} does not get ready: {self.said()}")

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def start_load(self):
        for number, command in enumerate(self.load()):
            self.loads.append(self.spawn(command, f"load-{number}"))
        time.sleep(self.warm_s)

    def check_load(self):
        assert self.process.poll() is None, "the program has ended"
        for number, load in enumerate(self.loads):
            log = (self.directory / f"load-{number}").read_text(encoding="utf-8", errors="replace")
            assert load.poll() is None, f"the load has ended: {log[-2000:]}"

    def end_load(self):
        for load in self.loads:
            load.kill()
            load.wait(PATIENCE_S)
        self.loads = []

    def end(self):
        try:
            self.end_load()
            if self.process and self.process.poll() is None:
                self.process.send_signal(self.end_signal)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(END_S)
            self._end_the_rest()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _end_the_rest(self):
        """Whatever is still in the cgroup: workers, and helpers that have left their parent."""
        deadline = time.monotonic() + PATIENCE_S
        while left := self.pids():
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self.process:
                self.process.poll()
            assert time.monotonic() < deadline, f"{self.name} does not end"
            time.sleep(0.02)
        if self.process:
            self.process.wait(PATIENCE_S)


def children(pid):
    """The children of a process, as the kernel tells."""
    found = set()
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        found |= set(map(int, path.read_text(encoding="ascii").split()))
    return found


def single_threaded(seen):
    """
    Processes of one thread each: only a change of address space goes from one to another. What is
    about to end has no address space any more and borrows the one that it finds, so after such a
    task of anybody's a process comes without a change.
    """
    assert all(len(tids) == 1 for tids in seen.tasks.values())
    assert seen.replay.same_group == 0
    assert all(before not in seen.replay.tgids for before, _ in seen.replay.kept)

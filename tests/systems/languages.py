# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Languages with a runtime of their own: Node, Go, Python, Erlang."""

import json

from system import PROGRAMS, PYTHON, System, ab, single_threaded, which


class Telling(System):
    """A program of ours, which prints what it knows of itself."""

    def said_first(self):
        return json.loads(self.first_line())

    def own_pids(self):
        return set(self.said_first()["pids"])


class Node(Telling):
    needs = ("node",)
    load_needs = ("ab",)
    kind = "http"
    clients = 1  # a loop that always has a request is busy, and waits for nothing

    def prepare(self):
        self.write("file", "hello\n" * 1000)

    def command(self):
        return (which("node"), PROGRAMS / "serve.js", self.kind, self.port,
                self.directory / "file")

    def load(self):
        return (ab(self.port, clients=self.clients),)

    def check(self, seen):
        """One process, whose threads are the runtime's."""
        tids, = seen.tasks.values()
        assert len(tids) > 4 and seen.replay.sibling == 0
        assert seen.replay.busy_groups == 1


class NodePool(Node):
    """Threads that read for the one that answers: it meets them at every request."""

    kind = "pool"
    clients = 16

    def check(self, seen):
        super().check(seen)
        assert seen.from_user["thread"] > 100 and seen.replay.same_group > 0


class NodeWorkers(NodePool):
    kind = "workers"

    def own_pids(self):
        assert self.said_first()["workers"] == 4
        return super().own_pids()


class NodeCluster(Node):
    kind = "cluster"
    clients = 8

    def check(self, seen):
        """Two that answer, and one that hands out connections, which are kept."""
        assert len(seen.tasks) == 3 and seen.replay.busy_groups == 2


class Go(Telling):
    needs = ("go",)
    what, count = "sleep", 10000

    def prepare(self):
        self.run("env", "GO111MODULE=off", "CGO_ENABLED=0", f"GOCACHE={self.directory}/cache",
                 "go", "build", "-o", self.directory / "goroutines", PROGRAMS / "goroutines.go")

    def command(self):
        return (self.directory / "goroutines", self.what, self.count)

    def own_tasks(self):
        return "goroutines", self.said_first()["tasks"]

    def check(self, seen):
        """Far more goroutines than the kernel knows threads."""
        tids, = seen.tasks.values()
        assert len(tids) < 100 and seen.own_tasks[1] > self.count
        assert seen.replay.sibling == 0


class GoBusy(Go):
    what, count = "busy", 1000

    def check(self, seen):
        super().check(seen)
        # As many threads as CPUs run goroutines, at once when both CPUs are free.
        assert seen.replay.busy_threads >= 2 and seen.replay.overlap_share > 0.02


class Python(Telling):
    needs = (PYTHON,)
    kind = ""

    def command(self):
        return (PYTHON, PROGRAMS / "work.py", self.kind, self.port)


class PythonThreads(Python):
    kind = "threads"

    def check(self, seen):
        """All but the first one calculate, one at a time: the interpreter's lock goes round."""
        tids, = seen.tasks.values()
        assert len(tids) == 5
        assert seen.replay.busy_threads == 4 and seen.replay.overlap_share < 0.02
        assert seen.from_user["thread"] > 0 and seen.replay.sibling == 0


class PythonProcesses(Python):
    kind = "processes"

    def check(self, seen):
        single_threaded(seen)
        assert len(seen.tasks) == 5
        assert seen.replay.busy_groups == 4 and seen.replay.sibling > 0


class PythonAsyncio(Python):
    kind = "asyncio"
    load_needs = ("ab",)

    def load(self):
        return (ab(self.port, clients=1),)

    def check(self, seen):
        single_threaded(seen)
        assert len(seen.tasks) == 1 and seen.replay.sibling == 0
        assert seen.row["voluntary_per_s"] > 100


class Erlang(Telling):
    needs = ("erl", "erlc")
    count = 10000

    def prepare(self):
        self.run("erlc", "-o", self.directory, PROGRAMS / "rings.erl")

    def command(self):
        return (which("erl"), "-noinput", "-pa", self.directory, "-run", "rings", "start",
                self.count)

    def ready(self):
        return (self.first_line() or "").startswith("{")

    def own_pids(self):
        # Its helper, which starts programs for it, is a process that it does not count.
        helpers = {pid for pid in self.pids() if self.name_of(pid).startswith("erl_child_setup")}
        return super().own_pids() | helpers

    @staticmethod
    def name_of(pid):
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read()

    def own_tasks(self):
        return "Erlang processes", self.said_first()["tasks"]

    def check(self, seen):
        threads = sum(map(len, seen.tasks.values()))
        assert threads < 100 and seen.own_tasks[1] > self.count - 100
        assert seen.replay.busy_groups == 1

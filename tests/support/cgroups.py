# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Real cgroups, called as systemd and container engines call them, for as long as a test takes."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

from tracer import PATIENCE_S

# What /proc/self/cgroup has before the path, how one is mounted, and what mountinfo says of it.
HIERARCHIES = {
    "systemd": ("name=systemd:", ("cgroup", "none,name=systemd"), "name=systemd"),
    "unified": ("0::", ("cgroup2", "rw"), " - cgroup2 "),
}


def mounted(hierarchy):
    """Where the hierarchy is mounted whole and writable; None: nowhere."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            root, point, options = line.split()[3:6]
            if (HIERARCHIES[hierarchy][2] in line and root == "/"
                    and options.split(",")[0] == "rw" and " - cgroup" in line):
                return pathlib.Path(point)
    return None


class Cgroups:
    """One hierarchy, and the cgroups that were made in it."""

    def __init__(self, hierarchy, stack):
        self.root = mounted(hierarchy) or self._mount(hierarchy, stack)
        self.made = []
        stack.callback(self._remove)

    def _mount(self, hierarchy, stack):
        kind, options = HIERARCHIES[hierarchy][1]
        point = stack.enter_context(tempfile.TemporaryDirectory())
        subprocess.run(["mount", "-t", kind, "-o", options, "cgroup", point], check=True)
        stack.callback(subprocess.run, ["umount", "--lazy", point], check=True)
        return pathlib.Path(point)

    def make(self, path):
        """The file into which a process writes itself to be in that cgroup, a path from the root."""
        directory = self.root
        for part in os.fsencode(path).split(b"/"):
            directory = directory / os.fsdecode(part)
            if not directory.is_dir():
                directory.mkdir()
                self.made.append(directory)
        return directory / "cgroup.procs"

    def move(self, pid, path):
        self.make(path).write_text(str(pid), encoding="ascii")

    def _remove(self):
        deadline = time.monotonic() + PATIENCE_S
        for directory in reversed(self.made):
            while True:
                # Whoever is left goes up; what has just ended may still be there.
                for pid in (directory / "cgroup.procs").read_text(encoding="ascii").split():
                    with contextlib.suppress(OSError):
                        (self.root / "cgroup.procs").write_text(pid, encoding="ascii")
                try:
                    directory.rmdir()
                    break
                except OSError:
                    assert time.monotonic() < deadline, f"{directory} cannot be removed"
                    time.sleep(0.02)


def available():
    """The hierarchies that tvtraced looks at and this machine has or can mount."""
    text = pathlib.Path("/proc/self/cgroup").read_text(encoding="utf-8", errors="replace")
    return [name for name, (prefix, _, _) in HIERARCHIES.items() if prefix in text]


@contextlib.contextmanager
def cgroups_of(hierarchy):
    with contextlib.ExitStack() as stack:
        yield Cgroups(hierarchy, stack)

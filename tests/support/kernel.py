# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
What this kernel has, as `tvtraced --features` says, and how tvtraced is run where the kernel seems
to have something else: in a mount namespace in which its description reads otherwise.
"""

import collections
import pathlib
import re

from tracer import TVTRACED, run

BTF = pathlib.Path("/sys/kernel/btf/vmlinux")
KALLSYMS = pathlib.Path("/proc/kallsyms")
LOCKDOWN = pathlib.Path("/sys/kernel/security/lockdown")
EVENT_SOURCES = pathlib.Path("/sys/bus/event_source/devices")

FEATURES = ("kernel_reads", "ring_buffer", "sched_switch", "prev_state", "sched_exit_tp", "fentry", "kprobe",
            "run_queue_count", "run_queue_wait", "task_iterator", "tlb_flush", "creation_fentry", "creation_kprobe",
            "creation_timer", "creation_syscalls", "task_newtask", "sched_process_fork",
            "sched_process_exec", "sched_process_exit", "cgroup_attach_task", "task_rename",
            "suspend_resume")
COST_SOURCES = ("sched_exit_tp", "fentry", "kprobe", "none")

Row = collections.namedtuple("Row", "available how lost")
Features = collections.namedtuple("Features", "rows source why")


def parse(text):
    heading, *lines, last = text.splitlines()
    assert re.split(r" *\| *", heading) == ["feature", "available", "how", "lost without it"]
    rows = {}
    for line in lines:
        name, available, how, lost = re.split(r" *\| *", line)
        assert name not in rows and available in ("yes", "no") and how and lost
        rows[name] = Row(available == "yes", how, lost)
    source = re.fullmatch(r"cost source: (\w+) \((.+)\)", last)
    assert source, last
    return Features(rows, source[1], source[2])


def features(*options, command=(TVTRACED,)):
    """What --features prints."""
    result = run("--features", *options, command=command)
    assert (result.returncode, result.stderr) == (0, "")
    return parse(result.stdout)


def works(name, found):
    """Whether that cost source is there."""
    return name == "none" or found.rows[name].available


def function_name():
    """What this kernel calls finish_task_switch; None: nothing."""
    names = re.findall(r"^\w+ [tT] (finish_task_switch(?:\.(?:isra|constprop)\.\d+)*)$",
                       KALLSYMS.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return min(names, key=len) if names else None


class Disguise:
    """Puts something else in the place of what the kernel says of itself."""

    def __init__(self, directory):
        self.directory = directory
        self.mounts = []

    def _cover(self, path, copy):
        self.mounts += [f"mount --bind '{copy}' '{path}'"]
        return self

    def btf(self, content):
        copy = self.directory / "vmlinux"
        copy.write_bytes(content)
        return self._cover(BTF, copy)

    def without(self, *names):
        """Hides names of types, members or values; each must be there."""
        data = BTF.read_bytes()
        for name in names:
            terminated = b"\0" + name.encode() + b"\0"
            assert data.count(terminated) == 1, name
            data = data.replace(terminated, b"\0" + name[:-1].encode() + b"~\0")
        return self.btf(data)

    def with_function(self, name):
        """finish_task_switch seems to have this name and no other."""
        copy = self.directory / "kallsyms"
        copy.write_text(f"0000000000000000 t schedule\n0000000000000000 t {name}\n",
                        encoding="ascii")
        return self._cover(KALLSYMS, copy)

    def with_kprobes(self):
        """The kernel seems to have kprobes, where it has none."""
        if (EVENT_SOURCES / "kprobe").exists():
            return self
        copy = self.directory / "event_sources"
        (copy / "kprobe").mkdir(parents=True)
        (copy / "kprobe" / "type").write_text("4242\n", encoding="ascii")
        return self._cover(EVENT_SOURCES, copy)

    def with_lockdown(self, levels):
        """The kernel seems to be locked down, the level in brackets."""
        copy = self.directory / "security"
        copy.mkdir()
        (copy / "lockdown").write_text(levels + "\n", encoding="ascii")
        return self._cover(LOCKDOWN.parent, copy)

    @property
    def command(self):
        return ("unshare", "--mount", "--propagation", "private", "sh", "-ec",
                "; ".join([*self.mounts, 'exec "$0" "$@"']), TVTRACED)

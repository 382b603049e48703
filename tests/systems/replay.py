# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a capture shows of one application, worked out switch by switch, without tvtrace."""

import bisect
import collections

from captures import Trace

# Of this many switches or more, rates say something.
ENOUGH = 200
CLONE_VM, CLONE_THREAD = 0x100, 0x10000


def is_between(times, begin, end):
    at = bisect.bisect_left(times, begin)
    return at < len(times) and times[at] <= end


class Replay:
    """
    Who ran when. `pids` has the thread group of each of its threads that /proc knew; what these
    created meanwhile is known by the capture.
    """

    def __init__(self, data, pids):
        self.trace = Trace(data).check()
        self.tgids = dict(pids)
        # Without an address space of their own: at first, as the child of vfork, or at the end.
        self.borrowers = {e.pid for kind, _, _, _, e in self.trace.events
                          if kind == "sched_process_exit"}
        self._add_created()
        self.same_group = self.sibling = self.into = 0
        self.wrong = []  # switches whose label is not what these two tasks make it
        self.kept = []  # what ran before, where a task came without a change of address space
        self.labelled = 0
        self.run_ns = collections.Counter()  # of threads
        self.busy = collections.defaultdict(list)  # of groups: (time, +1 or -1)
        self.begin, self.end = self._span()
        for cpu in self.trace.switches:
            self._cpu(cpu)

    def _add_created(self):
        """What its tasks created, in the order of time."""
        created = sorted(((ts, creator, e) for kind, _, creator, ts, e in self.trace.events
                         if kind == "task_newtask"), key=lambda c: c[0])
        for _, creator, e in created:
            if creator in self.tgids:
                self.tgids[e.pid] = self.tgids[creator] if e.clone_flags & CLONE_THREAD else e.pid
                if e.clone_flags & CLONE_VM and not e.clone_flags & CLONE_THREAD:
                    self.borrowers.add(e.pid)

    def _span(self):
        times = [s.ts for switches in self.trace.switches.values() for s in switches]
        return (min(times), max(times)) if times else (0, 0)

    @property
    def seconds(self):
        return (self.end - self.begin) / 1e9

    def _cpu(self, cpu):
        since, running = None, None
        # Behind a gap, something else may have run meanwhile.
        gaps = sorted(lost.end for lost in self.trace.lost if lost.cpu == cpu)
        for (ts, before, after), instant in zip(self.trace.who(cpu), self.trace.instants[cpu]):
            if running is not None and before == running and not is_between(gaps, since, ts):
                self._ran(running, since, ts)
            since, running = (ts, after) if after in self.tgids else (None, None)
            if after in self.tgids:
                self.into += 1
                if (instant.kind, instant.source) == ("thread", "user"):
                    self.kept.append((before, after))
            if before in self.tgids and after in self.tgids:
                self._between(before, after, instant)

    def _between(self, before, after, instant):
        self.labelled += 1
        if self.tgids[before] == self.tgids[after]:
            self.same_group += instant.kind == "thread"
            expected = "thread"
        else:
            self.sibling += instant.kind == "process"
            expected = "process"
        if ((instant.kind, instant.source) != (expected, "user")
                and not {before, after} & self.borrowers):
            self.wrong.append((before, after, instant))

    def _ran(self, tid, begin, end):
        self.run_ns[tid] += end - begin
        self.busy[self.tgids[tid]] += [(begin, 1), (end, -1)]

    def most(self, times, share=0.95):
        """How many of these have that share of the sum."""
        wanted, had = share * sum(times), 0
        for number, ns in enumerate(sorted(times, reverse=True), 1):
            had += ns
            if had >= wanted:
                return number
        return 0

    def _group_ns(self):
        groups = collections.Counter()
        for tid, ns in self.run_ns.items():
            groups[self.tgids[tid]] += ns
        return groups

    @property
    def cpus(self):
        return sum(self.run_ns.values()) / 1e9 / self.seconds if self.seconds else 0

    @property
    def busy_groups(self):
        return self.most(self._group_ns().values())

    @property
    def busy_threads(self):
        """The most that any of these groups has."""
        return max((self.most([ns for tid, ns in self.run_ns.items() if self.tgids[tid] == tgid])
                    for tgid, _ in self._group_ns().most_common(self.busy_groups)), default=0)

    @property
    def overlap_share(self):
        """Of the time that a group ran, that in which two of its threads did; of all groups."""
        return self._overlap(self.busy.values())

    @property
    def busiest_overlap(self):
        """The same of the group that ran most."""
        return self._overlap([self.busy[tgid] for tgid, _ in self._group_ns().most_common(1)])

    @staticmethod
    def _overlap(groups):
        any_ns = two_ns = 0
        for changes in groups:
            running, since = 0, 0
            for ts, change in sorted(changes):
                any_ns += (ts - since) * (running > 0)
                two_ns += (ts - since) * (running > 1)
                running, since = running + change, ts
        return two_ns / any_ns if any_ns else None

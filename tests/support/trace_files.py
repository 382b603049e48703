# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes captures as doc/capture.md has them, and says what is in them; no code of tvtraced."""

import collections
import dataclasses
import random
import zlib

from captures import messages

KINDS = ("thread", "process", "kthread", "idle")
FROMS = ("user", "kthread", "idle")
REASONS = ("voluntary", "preempted")
BOOTTIME, MONOTONIC, REALTIME = 1_000_000 * 10**9, 900_000 * 10**9, 1_790_000_000 * 10**9
ORIGIN = BOOTTIME + 5 * 10**9  # when the captures here begin
CLONE_THREAD = 0x10000


@dataclasses.dataclass
class Task:
    tid: int
    tgid: int
    comm: str
    kernel: bool = False


@dataclasses.dataclass
class Switch:
    cpu: int
    ts: int
    prev: int
    next: int
    kind: str
    source: str
    reason: str
    cost: int  # 0: not known


@dataclasses.dataclass
class Group:
    tgid: int
    cmdline: str
    application: str
    kind: str
    ppid: int = 1


# tid: what it is; the leader of 300 never runs
TASKS = {task.tid: task for task in (
    Task(0, 0, "idle"), Task(2, 2, "kthreadd", True), Task(17, 17, "kworker/0:1", True),
    Task(100, 100, "nginx"), Task(101, 100, "nginx worker"), Task(200, 200, "postgres"),
    Task(301, 300, "pool 1"), Task(302, 300, "pool 2"), Task(400, 400, "<b>&\"'</b>"),
    Task(500, 500, "a,\"b\" \\x1b"))}
GROUPS = [
    Group(2, "kthreadd", "kernel", "comm", 0), Group(17, "kworker/0:1", "kernel", "comm", 2),
    Group(100, "nginx: master -g daemon", "nginx.service", "unit"),
    Group(200, "/usr/lib/postgresql/15/bin/postgres -D /var", "nginx.service", "unit"),
    Group(300, "/opt/java/bin/java -jar x.jar", "0123456789ab", "container"),
    Group(400, "<script>alert(1)</script>", "<i>app</i>", "comm"),
    Group(500, "x", "a,\"b\" \\x1b", "comm")]


def random_switches(seed, cpus=2, count=3000, gap_ns=1_000_000):
    """Switches of each CPU, in order; every kind, from and reason, some without a cost."""
    rng, result = random.Random(seed), []
    for cpu in range(cpus):
        now, running = ORIGIN + rng.randrange(gap_ns), 0
        for _ in range(count):
            following = rng.choice([tid for tid in TASKS if tid not in (2, running)])
            task, before = TASKS[following], TASKS[running]
            kind = ("idle" if not following else "kthread" if task.kernel
                    else rng.choice(("thread", "process")))
            source = "idle" if not running else "kthread" if before.kernel else "user"
            cost = 0 if rng.random() < 0.02 else int(rng.lognormvariate(6, 1)) + 1
            result.append(Switch(cpu, now, running, following, kind, source, rng.choice(REASONS),
                                 cost))
            running = following
            now += rng.randrange(1, 2 * gap_ns)
    return result


class TraceFile:
    """Packets, put one after another."""

    def __init__(self, switches=(), groups=GROUPS, tasks=None, cpus=2):
        self.messages = messages()
        self.trace = self.messages.Trace()
        self.head(groups, TASKS if tasks is None else tasks, cpus)
        self.switches(switches)

    def packet(self, **fields):
        packet = self.trace.packet.add(trusted_packet_sequence_id=1)
        for name, value in fields.items():
            if isinstance(value, int):
                setattr(packet, name, value)
            else:
                getattr(packet, name).CopyFrom(value)
        return packet

    def head(self, groups, tasks, cpus):
        m = self.messages
        self.packet(clock_snapshot=m.ClockSnapshot(primary_trace_clock=6, clocks=[
            {"clock_id": 6, "timestamp": BOOTTIME}, {"clock_id": 3, "timestamp": MONOTONIC},
            {"clock_id": 1, "timestamp": REALTIME}]))
        self.packet(system_info=m.SystemInfo(num_cpus=cpus, utsname={
            "sysname": "Linux", "release": "6.12.1", "machine": "x86_64"}))
        names = list(KINDS) + ["lost"]
        categories = ["from_" + source for source in FROMS] + list(REASONS)
        self.packet(sequence_flags=1, interned_data=m.InternedData(
            event_names=[{"iid": 1 + i, "name": name} for i, name in enumerate(names)],
            event_categories=[{"iid": 1 + i, "name": name} for i, name in enumerate(categories)],
            debug_annotation_names=[{"iid": 1, "name": "cost_ns"}, {"iid": 2, "name": "switches"}]))
        self.packet(track_descriptor=m.TrackDescriptor(uuid=2, name="tvtraced"))
        self.packet(track_descriptor=m.TrackDescriptor(uuid=1, name="switches"))
        for cpu in range(cpus):
            self.packet(track_descriptor=m.TrackDescriptor(uuid=16 + cpu, parent_uuid=1,
                                                           name=f"cpu {cpu}"))
        self.fact(ORIGIN, "capture", tvtraced="0.1.0", cost_source="sched_exit_tp",
                  cost_bias_ns=90, pcid="yes", meltdown="Not affected", retbleed="Vulnerable")
        for group in groups:
            self.fact(ORIGIN, "group", tgid=group.tgid, application=group.application,
                      application_kind=group.kind)
            kernel = tasks[group.tgid].kernel if group.tgid in tasks else False
            self.packet(timestamp=ORIGIN, process_tree=m.ProcessTree(processes=[{
                "pid": group.tgid, "ppid": group.ppid, "cmdline": [group.cmdline],
                "process_start_from_boot": 10**9 * group.tgid + BOOTTIME - MONOTONIC, "is_kthread": kernel}]))
        for task in tasks.values():
            if task.tid:
                self.packet(timestamp=ORIGIN, process_tree=m.ProcessTree(threads=[{
                    "tid": task.tid, "tgid": task.tgid}]))

    def fact(self, ts, name, **annotations):
        self.packet(timestamp=ts, sequence_flags=2, track_event=self.messages.TrackEvent(
            type=3, track_uuid=2, name=name, debug_annotations=[
                {"name": key, "uint_value" if isinstance(value, int) else "string_value": value}
                for key, value in annotations.items()]))

    def event(self, cpu, ts, pid, **event):
        self.packet(ftrace_events=self.messages.FtraceEventBundle(
            cpu=cpu, event=[{"timestamp": ts, "pid": pid, **event}]))

    def full(self, switch, comms, lost=False):
        self.packet(ftrace_events=self.messages.FtraceEventBundle(
            cpu=switch.cpu, lost_events=lost, event=[{
                "timestamp": switch.ts, "pid": switch.prev, "sched_switch": {
                    "prev_comm": comms(switch.prev), "prev_pid": switch.prev, "prev_state": 1,
                    "next_comm": comms(switch.next), "next_pid": switch.next}}]))

    def compact(self, switches, comms):
        names = sorted({comms(switch.next) for switch in switches})
        times = [switch.ts for switch in switches]
        bundle = self.messages.FtraceEventBundle(cpu=switches[0].cpu)
        sched = bundle.compact_sched
        sched.switch_timestamp.extend(
            [times[0]] + [after - before for before, after in zip(times, times[1:])])
        sched.switch_prev_state.extend(
            [0x100 if switch.reason == "preempted" else 1 for switch in switches])
        sched.switch_next_pid.extend([switch.next for switch in switches])
        sched.switch_next_prio.extend([120] * len(switches))
        sched.intern_table.extend(names)
        sched.switch_next_comm_index.extend([names.index(comms(s.next)) for s in switches])
        self.packet(ftrace_events=bundle)

    def instants(self, switches):
        for switch in switches:
            annotations = [{"name_iid": 1, "uint_value": switch.cost}] if switch.cost else []
            self.packet(timestamp=switch.ts, sequence_flags=2, track_event=self.messages.TrackEvent(
                type=3, track_uuid=16 + switch.cpu, name_iid=1 + KINDS.index(switch.kind),
                category_iids=[1 + FROMS.index(switch.source), 4 + REASONS.index(switch.reason)],
                debug_annotations=annotations))

    def lost(self, cpu, begin, end, count):
        annotations = [{"name_iid": 2, "uint_value": count}] if count else []
        self.packet(timestamp=begin, sequence_flags=2, track_event=self.messages.TrackEvent(
            type=1, track_uuid=16 + cpu, name_iid=5, debug_annotations=annotations))
        self.packet(timestamp=end, sequence_flags=2, track_event=self.messages.TrackEvent(
            type=2, track_uuid=16 + cpu))

    def switches(self, switches, labelled=True, comms=None, begun=(), size=1024):
        """As tvtraced does: each CPU's in pieces, first all of a piece, then what each was."""
        comms = comms or (lambda tid: TASKS[tid].comm if tid else "swapper")
        by_cpu = collections.defaultdict(list)
        for switch in switches:
            by_cpu[switch.cpu].append(switch)
        for cpu, mine in by_cpu.items():
            for i in range(0, len(mine), size):
                piece = mine[i:i + size]
                if not i and cpu not in begun:
                    self.full(piece[0], comms)
                    piece = piece[1:]
                if piece:
                    self.compact(piece, comms)
                if labelled:
                    self.instants(mine[i:i + size])

    def end(self, switches, lost=0, **more):
        last = max((switch.ts for switch in switches), default=ORIGIN)
        self.fact(last, "end", switches=len(switches), lost=lost, **more)
        return self

    def bytes(self):
        return self.trace.SerializeToString()

    def compressed(self, size=100):
        """The same, so many packets in one."""
        m, packed = self.messages, self.messages.Trace()
        for i in range(0, len(self.trace.packet), size):
            data = m.Trace(packet=self.trace.packet[i:i + size]).SerializeToString()
            packed.packet.add(compressed_packets=zlib.compress(data))
        return packed.SerializeToString()

    def boundaries(self):
        """Where each packet begins, and where the last one ends."""
        result, at = [0], 0
        for packet in self.trace.packet:
            size = packet.ByteSize()
            at += 1 + len(varint(size)) + size
            result.append(at)
        assert at == len(self.bytes())
        return result


def varint(value):
    result = b""
    while value > 0x7f:
        result += bytes([value & 0x7f | 0x80])
        value >>= 7
    return result + bytes([value])


def record(data):
    return b"\n" + varint(len(data)) + data


def capture(seed=1, **options):
    switches = random_switches(seed, **options)
    return TraceFile(switches).end(switches), switches

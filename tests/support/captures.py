# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Captures, read by protobuf's own reader: what was written, without any code of tvtraced."""

import collections
import functools
import importlib.util
import subprocess
import sys
import tempfile
import zlib

from tracer import ROOT

Switch = collections.namedtuple("Switch", "ts prev_state next_tid next_prio next_comm full")
# wait: what it followed, and ns; other_tid: who stands behind tid 0 in a filtered capture
Instant = collections.namedtuple("Instant", "ts kind source reason cost_ns wait other_tid")
Waking = collections.namedtuple("Waking", "ts tid cpu prio comm flags")
AFTER = ("woken", "preempted", "start", "unknown")
Lost = collections.namedtuple("Lost", "cpu begin end switches")
Creation = collections.namedtuple("Creation", "pid creator kind begin end ns tid tgid resident_bytes")


@functools.cache
def messages():
    """The module that protoc makes of include/trace.proto."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["protoc", f"--proto_path={ROOT}/include", f"--python_out={directory}",
                        "trace.proto"], check=True)
        spec = importlib.util.spec_from_file_location("trace_pb2", f"{directory}/trace_pb2.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["trace_pb2"] = module
        spec.loader.exec_module(module)
        return module


def parse(data):
    trace = messages().Trace()
    trace.ParseFromString(data)
    return trace


class Trace:
    """All that one capture says."""

    def __init__(self, data):
        self.size = len(data)
        self.packets = []
        for packet in parse(data).packet:
            if packet.HasField("compressed_packets"):
                self.packets.extend(parse(zlib.decompress(packet.compressed_packets)).packet)
            else:
                self.packets.append(packet)
        self.clocks = {}
        self.switches = collections.defaultdict(list)  # by CPU
        self.instants = collections.defaultdict(list)
        self.wakings = collections.defaultdict(list)
        self.lost_bundles = collections.Counter()
        self.lost = []
        self.events = []  # (kind, cpu, tid that was current, time, message)
        self.processes, self.threads = {}, {}
        self.groups, self.named = {}, {}
        self.creations = []
        self._tracks, self._threads, self._creating, self._names = {}, {}, {}, {}
        self._open = {}
        for packet in self.packets:
            self._take(packet)

    def _take(self, packet):
        assert packet.trusted_packet_sequence_id
        if packet.HasField("interned_data"):
            data = packet.interned_data
            self._names = {name: {entry.iid: entry.name for entry in getattr(data, name)} for name in
                           ("event_names", "event_categories", "debug_annotation_names")}
        kind = packet.WhichOneof("data")
        if kind:
            getattr(self, f"_{kind}")(packet)

    def _clock_snapshot(self, packet):
        assert packet.clock_snapshot.primary_trace_clock == 6
        self.clocks = {c.clock_id: c.timestamp for c in packet.clock_snapshot.clocks}

    def _system_info(self, packet):
        self.system = packet.system_info

    def _track_descriptor(self, packet):
        track = packet.track_descriptor
        if track.HasField("thread"):
            self._threads[track.uuid] = (track.thread.pid, track.thread.tid)
        else:
            self._tracks[track.uuid] = track.name

    def _process_tree(self, packet):
        for process in packet.process_tree.processes:
            self.processes[process.pid] = process
        for thread in packet.process_tree.threads:
            self.threads[thread.tid] = thread.tgid

    def _ftrace_events(self, packet):
        bundle = packet.ftrace_events
        assert bundle.HasField("cpu")
        self.lost_bundles[bundle.cpu] += bundle.lost_events
        for event in bundle.event:
            kind = event.WhichOneof("event")
            if kind == "sched_switch":
                s = event.sched_switch
                assert s.prev_pid == event.pid
                self.switches[bundle.cpu].append(Switch(
                    event.timestamp, s.prev_state, s.next_pid, s.next_prio, s.next_comm, s))
            else:
                self.events.append((kind, bundle.cpu, event.pid, event.timestamp,
                                    getattr(event, kind)))
        compact, now = bundle.compact_sched, 0
        for delta, *rest, comm in zip(compact.switch_timestamp, compact.switch_prev_state,
                                      compact.switch_next_pid, compact.switch_next_prio,
                                      compact.switch_next_comm_index, strict=True):
            now += delta
            self.switches[bundle.cpu].append(Switch(now, *rest, compact.intern_table[comm], None))

        now = 0
        for delta, tid, cpu, prio, comm, flags in zip(
                compact.waking_timestamp, compact.waking_pid, compact.waking_target_cpu,
                compact.waking_prio, compact.waking_comm_index, compact.waking_common_flags,
                strict=True):
            now += delta
            self.wakings[bundle.cpu].append(
                Waking(now, tid, cpu, prio, compact.intern_table[comm], flags))

    def _annotations(self, event):
        names = self._names["debug_annotation_names"]
        return {a.name or names[a.name_iid]: a.uint_value if a.HasField("uint_value")
                else a.string_value for a in event.debug_annotations}

    def _creation(self, ts, event):
        pid, creator = self._threads[event.track_uuid]
        if event.type == 1:
            said = self._annotations(event)
            assert event.name.startswith("create ")
            self._creating[creator] = Creation(
                pid, creator, event.name.removeprefix("create "), ts, None, said["ns"], said["tid"],
                said["tgid"], said.get("resident_bytes"))
        else:
            self.creations.append(self._creating.pop(creator)._replace(end=ts))

    def _track_event(self, packet):
        if packet.track_event.track_uuid in self._threads:
            self._creation(packet.timestamp, packet.track_event)
            return
        event, track = packet.track_event, self._tracks[packet.track_event.track_uuid]
        name = event.name or self._names["event_names"].get(event.name_iid)
        if track == "tvtraced":
            if name == "group":
                group = self._annotations(event)
                self.groups[group["tgid"]] = group
            else:
                self.named[name] = (packet.timestamp, self._annotations(event))
            return
        cpu = int(track.removeprefix("cpu "))
        if event.type == 3:
            source, reason = (self._names["event_categories"][iid] for iid in event.category_iids)
            said = self._annotations(event)
            waits = [(after, said[f"wait_{after}"]) for after in AFTER if f"wait_{after}" in said]
            assert len(waits) <= 1
            self.instants[cpu].append(Instant(
                packet.timestamp, name, source.removeprefix("from_"), reason, said.get("cost_ns"),
                waits[0] if waits else None, said.get("other_tid")))
        elif event.type == 1:
            self._open[cpu] = (packet.timestamp, self._annotations(event).get("switches", 0))
        else:
            begin, switches = self._open.pop(cpu)
            self.lost.append(Lost(cpu, begin, packet.timestamp, switches))

    def spilled(self):
        """The gaps of which it is known how many switches are missing; others were not seen at all."""
        return [lost for lost in self.lost if lost.switches]

    def count(self):
        return sum(map(len, self.switches.values()))

    def who(self, cpu):
        """(time, from, to) of each switch of a CPU without gaps, unmasked; from None: not told."""
        result, running = [], None
        for switch, instant in zip(self.switches[cpu], self.instants[cpu]):
            before = switch.full.prev_pid if switch.full else running
            after = running = switch.next_tid
            if instant.other_tid and not after:
                after = instant.other_tid
            elif instant.other_tid:
                assert before == 0
                before = instant.other_tid
            result.append((switch.ts, before, after))
        return result

    def check(self):
        """What holds for every capture, whatever was captured."""
        assert self.clocks.keys() == {1, 3, 6} and self.system.utsname.sysname == "Linux"
        assert not self._open and set(self.instants) == set(self.switches)
        filtered = {"only_tgid", "only_application"} & set(self.named["capture"][1])
        for cpu, switches in self.switches.items():
            assert [s.ts for s in switches] == sorted(s.ts for s in switches)
            assert switches[0].full is not None
            # Each switch has its instant, in order.
            assert [s.ts for s in switches] == [i.ts for i in self.instants[cpu]]
            gaps = {lost.end for lost in self.lost if lost.cpu == cpu}
            for before, switch in zip(switches, switches[1:]):
                if switch.full is None:
                    continue
                # What follows a gap may have been left out.
                end = max((gap for gap in gaps if gap <= switch.ts), default=0)
                assert end > before.ts if filtered else end == switch.ts
            for instant, switch in zip(self.instants[cpu], switches):
                masked = instant.other_tid and not switch.next_tid
                assert (instant.kind == "idle") == (switch.next_tid == 0 and not masked)
        end = self.named["end"][1]
        assert end["switches"] == self.count()
        return self

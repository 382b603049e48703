# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
What a tracer adds to one switch: blocks of windows without and with it, interleaved. Each block
with a tracer is compared with the mean of the blocks just before and just after it.
"""

import statistics
import sys

import tracing
from workload import KINDS


def say(text):
    print(text, file=sys.stderr, flush=True)


class Round:
    """One block with a tracer between two without."""

    def __init__(self, before, during, after, output):
        self.before, self.during, self.after = before, during, after
        self.output = output  # lines that the tracer wrote, if it keeps them

    def without(self, kind, statistic):
        return (getattr(self.before[kind], statistic) + getattr(self.after[kind], statistic)) / 2

    def added(self, kind, statistic):
        return getattr(self.during[kind], statistic) - self.without(kind, statistic)


def spread(values):
    """Half the distance of the quartiles."""
    if len(values) < 3:
        return None
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2


class Measurement:
    """The rounds of one tracer, or why there are none."""

    def __init__(self, tracer):
        self.tracer = tracer
        self.rounds = []
        self.unavailable = None

    def added(self, kind, statistic="minimum"):
        """Median over the rounds of the ns that the tracer adds to a switch."""
        return statistics.median(r.added(kind, statistic) for r in self.rounds)

    def result(self):
        result = {"name": self.tracer.name, "gives": self.tracer.gives, "role": self.tracer.role,
                  "rounds": len(self.rounds), "unavailable": self.unavailable}
        if self.rounds:
            for statistic in ("minimum", "median"):
                result[f"added_{statistic}_ns"] = {k: self.added(k, statistic) for k in KINDS}
                result[f"spread_{statistic}_ns"] = {
                    k: spread([r.added(k, statistic) for r in self.rounds]) for k in KINDS}
        return result


class Blocks:
    """Runs blocks of windows, and remembers the last one without a tracer."""

    def __init__(self, pair, build, windows, yields):
        self.pair, self.build, self.windows, self.yields = pair, build, windows, yields
        self.idle = None

    def _block(self):
        return self.pair.windows(self.windows, self.yields)

    def round(self, tracer):
        """Returns a Round, or None if another tvtraced came in between."""
        if tracing.foreign_daemons() or not self.idle:
            tracing.wait_alone()
            self.idle = self._block()
        before = self.idle
        running = tracing.start(tracer, self.build)
        try:
            during = self._block()
        finally:
            running.stop()
        self.idle = self._block()
        if tracing.foreign_daemons():
            self.idle = None
            return None
        return Round(before, during, self.idle, running.lines)


def measure(tracers, blocks, rounds):
    """
    Runs `rounds` of every tracer and returns their Measurements. All tracers take turns, so what
    drifts in the machine meets all of them alike.
    """
    measurements = [Measurement(tracer) for tracer in tracers]
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for measurement in measurements:
            if measurement.unavailable:
                continue
            try:
                measured = blocks.round(measurement.tracer)
            except tracing.Disturbed:
                raise
            except tracing.Unavailable as reason:
                measurement.unavailable = str(reason)
                continue
            if measured:
                measurement.rounds.append(measured)
            else:
                say(f"{measurement.tracer.name}: round dropped, another tvtraced ran")
    return measurements


def baseline(measurements):
    """ns per switch with no tracer: minimum and median over all blocks without one."""
    blocks = [r.before for m in measurements for r in m.rounds]
    return {kind: {"minimum_ns": min(block[kind].minimum for block in blocks),
                   "median_ns": statistics.median(block[kind].median for block in blocks)}
            for kind in KINDS}

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
        result = {"name": self.tracer.name, "gives": self.tracer.gives, "peer": self.tracer.peer,
                  "rounds": len(self.rounds), "unavailable": self.unavailable}
        if self.rounds:
            for statistic in ("minimum", "median"):
                result[f"added_{statistic}_ns"] = {k: self.added(k, statistic) for k in KINDS}
                result[f"spread_{statistic}_ns"] = {
                    k: spread([r.added(k, statistic) for r in self.rounds]) for k in KINDS}
        return result


def measure(tracers, pair, build, rounds, windows, yields):
    """
    Runs `rounds` of every tracer and returns their Measurements. All tracers take turns, so what
    drifts in the machine meets all of them alike.
    """
    measurements = [Measurement(tracer) for tracer in tracers]
    pair.windows(windows, yields)  # warm up
    before = pair.windows(windows, yields)
    for number in range(rounds):
        say(f"added cost: round {number + 1} of {rounds}")
        for measurement in measurements:
            if measurement.unavailable:
                continue
            try:
                running = tracing.start(measurement.tracer, build)
            except tracing.Unavailable as reason:
                measurement.unavailable = str(reason)
                continue
            try:
                during = pair.windows(windows, yields)
            finally:
                running.stop()
            after = pair.windows(windows, yields)
            measurement.rounds.append(Round(before, during, after, running.lines))
            before = after
    return measurements


def baseline(measurements):
    """ns per switch with no tracer: minimum and median over all blocks without one."""
    blocks = [r.before for m in measurements for r in m.rounds]
    return {kind: {"minimum_ns": min(block[kind].minimum for block in blocks),
                   "median_ns": statistics.median(block[kind].median for block in blocks)}
            for kind in KINDS}

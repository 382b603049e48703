# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Where a cross-mm switch loses its time: inside the interval that tvtraced calls the cost, or after
it. Measured by programs of the benchmark's own, with no tvtraced; outside.bpf.c says how.
"""

import statistics

from added import spread
from tracers import Tracer
from workload import KINDS

PLACES = ("inside", "outside")


def probe(workload_pid):
    return Tracer("outside", "time inside and outside the cost interval",
                  ["{build}/bench/attach", "{build}/bench/outside.bpf.o", str(workload_pid)],
                  "^ready", role="reference", keeps_output=True)


def spans(lines):
    """What the probe printed after "ready": {kind: {place: (ns, count, outliers)}}."""
    entries = iter([tuple(map(int, line.split())) for line in lines[1:]])
    return {kind: {place: next(entries) for place in PLACES} for kind in KINDS}


def losses(measured):
    """Mean of a cross-mm switch minus that of a same-mm one, in ns, by place and in all."""
    mean = {kind: {place: ns / count for place, (ns, count, _) in places.items()}
            for kind, places in measured.items()}
    loss = {place: mean["process"][place] - mean["thread"][place] for place in PLACES}
    return {**loss, "sum": sum(loss.values())}


def result(measurement):
    """Medians over the rounds, in ns, and the share of spans above the probe's bound."""
    rounds = measurement.rounds
    measured = [spans(r.output) for r in rounds]
    found = [losses(m) for m in measured]
    columns = {name: [loss[name] for loss in found] for name in (*PLACES, "sum")}
    columns["workload"] = [r.without("process", "median") - r.without("thread", "median")
                           for r in rounds]
    every = [span for m in measured for places in m.values() for span in places.values()]
    outliers = sum(span[2] for span in every)
    return {"rounds": len(rounds),
            "loss_ns": {name: statistics.median(values) for name, values in columns.items()},
            "spread_ns": {name: spread(values) for name, values in columns.items()},
            "outliers_percent": outliers / (outliers + sum(span[1] for span in every)) * 100}

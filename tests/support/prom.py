# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A small, strict reader of the Prometheus text format 0.0.4, and checks of a whole textfile."""

import collections
import re

import identities

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}

Sample = collections.namedtuple("Sample", "name labels")


class Metrics:
    """The samples of a textfile by Sample, and the type of each family."""

    def __init__(self, data):
        text = data.decode("utf-8")
        assert text.endswith("\n") and "\r" not in text
        self.samples, self.types, self.help = {}, {}, {}
        for line in text.splitlines():
            self._line(line)

    def _line(self, line):
        if line.startswith("# HELP "):
            name, text = line[7:].split(" ", 1)
            assert name not in self.help and text
            self.help[name] = text
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name in self.help and name not in self.types
            assert kind in ("counter", "gauge", "histogram")
            self.types[name] = kind
        elif line and not line.startswith("#"):
            self._sample(line)

    def _sample(self, line):
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels, value = match.groups()
        pairs = {key: re.sub(r"\\.", lambda m: ESCAPES[m[0]], text)
                 for key, text in LABEL.findall(labels or "")}
        sample = Sample(name, tuple(sorted(pairs.items())))
        assert sample not in self.samples, line
        assert self.family(name) == next(reversed(self.types)), f"{name} stands apart"
        self.samples[sample] = float(value)

    def family(self, name):
        """The family that a sample belongs to."""
        if name in self.types:
            return name
        return re.sub("_(bucket|sum|count)$", "", name)

    def of(self, name, **wanted):
        """{labels: value} of a metric, of the series that have the labels wanted."""
        return {labels: value for (metric, labels), value in self.samples.items()
                if metric == name and wanted.items() <= dict(labels).items()}

    def value(self, name, **labels):
        value, = self.of(name, **labels).values()
        return value

    def total(self, name, **wanted):
        return sum(self.of(name, **wanted).values())

    def counters(self):
        """All that must never fall."""
        return {sample: value for sample, value in self.samples.items()
                if self.types[self.family(sample.name)] in ("counter", "histogram")}


SWITCHES = "tvtraced_context_switches_total"
COST = "tvtraced_context_switch_cost_seconds"
GROUP_SWITCHES = "tvtraced_group_context_switches_total"
GROUP_COST = "tvtraced_group_context_switch_cost_seconds_total"
WAIT = "tvtraced_run_queue_wait_seconds"
GROUP_WAIT = "tvtraced_group_run_queue_wait_seconds_total"
TOP = 20


def check_histogram(metrics, name, nr_bounds, **labels):
    buckets = {dict(found)["le"]: value
               for found, value in metrics.of(name + "_bucket", **labels).items()}
    bounds = sorted(buckets, key=float)
    assert bounds[-1] == "+Inf" and len(bounds) == nr_bounds
    counts = [buckets[bound] for bound in bounds]
    assert counts == sorted(counts)
    count, total = (metrics.value(name + suffix, **labels) for suffix in ("_count", "_sum"))
    assert counts[-1] == count
    # The sum lies between what the buckets allow; the last is open.
    steps = [b - a for a, b in zip([0, *counts], counts)]
    lows = [0, *map(float, bounds[:-1])]
    slack = 1e-9 * (count + 1)
    assert sum(n * low for n, low in zip(steps, lows)) <= total + slack
    if not steps[-1]:
        assert total <= sum(n * float(high) for n, high in zip(steps, bounds) if n) + slack


def check_waits(metrics, exact):
    """Each switch into a task ends one wait. `exact`: all of them are in groups that are shown."""
    for after in identities.AFTER:
        check_histogram(metrics, WAIT, 11, after=after)
    into_tasks = metrics.total(SWITCHES) - metrics.total(SWITCHES, kind="idle")
    assert metrics.total(WAIT + "_count") == into_tasks
    if exact:
        assert abs(metrics.total(GROUP_WAIT) - metrics.total(WAIT + "_sum")) < 1e-6


def check(metrics, all_shown=True):
    """
    What must be true of every textfile. `all_shown`: every name that ever had a series of its own
    still has it; otherwise some switches stand in none that is there.
    """
    assert set(metrics.types) == set(metrics.help)
    assert all(name.startswith("tvtraced_") for name in metrics.types)
    for name, kind in metrics.types.items():
        assert name.endswith("_total") == (kind == "counter")
    assert len(metrics.of(SWITCHES)) == len(identities.LABELS)
    for kind in identities.KINDS:
        check_histogram(metrics, COST, 15, kind=kind)
    seen = metrics.total(SWITCHES)
    spilled = metrics.value("tvtraced_switches_spilled_total")
    unmeasured = metrics.value("tvtraced_switches_unmeasured_total")
    assert metrics.total(COST + "_count") + unmeasured == seen
    assert metrics.total(GROUP_SWITCHES) + spilled <= seen
    if all_shown:
        assert metrics.total(GROUP_SWITCHES) + spilled == seen
    if all_shown and not spilled:
        for kind in identities.KINDS:
            assert metrics.total(GROUP_SWITCHES, kind=kind) == metrics.total(SWITCHES, kind=kind)
            assert (metrics.total(GROUP_SWITCHES, kind=kind, **{"from": "user"})
                    == metrics.total(SWITCHES, kind=kind, **{"from": "user"}))
        assert abs(metrics.total(GROUP_COST) - metrics.total(COST + "_sum")) < 1e-6
    if WAIT in metrics.types:
        check_waits(metrics, all_shown and not spilled)
    groups = {dict(labels)["group"] for labels in metrics.of(GROUP_SWITCHES)}
    assert {"other", "kernel", "idle"} <= groups
    assert groups == {dict(labels)["group"] for labels in metrics.of(GROUP_COST)}
    assert len(groups) <= TOP + 3
    of_groups = sum(sample.name.startswith("tvtraced_group_") for sample in metrics.samples)
    # Of each name: two metrics by kind and from, and the wait.
    assert of_groups <= (TOP + 3) * (2 * 4 * 2 + 1)
    assert len(metrics.samples) - of_groups <= 290


def check_growth(earlier, later):
    """No counter falls; a series of a group may go when its name falls out of the busiest."""
    before, now = earlier.counters(), later.counters()
    for sample, value in before.items():
        if "group" in dict(sample.labels):
            assert now.get(sample, value) >= value
        else:
            assert now[sample] >= value
    assert set(later.types) == set(earlier.types)

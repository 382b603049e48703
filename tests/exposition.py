# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Prometheus' text format 0.0.4, read by its specification and nothing more liberal than that."""

import collections
import re

Sample = collections.namedtuple("Sample", "name labels value")
Metric = collections.namedtuple("Metric", "name type help samples")

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}


def unescape(text):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def parse_labels(text):
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match, f"bad labels: {text}"
        assert match[1] not in labels and not match[1].startswith("__"), text
        labels[match[1]] = unescape(match[2])
        at = match.end()
    return labels


def parse_sample(line):
    match = SAMPLE.fullmatch(line)
    assert match, f"no sample: {line!r}"
    assert NUMBER.fullmatch(match[3]), f"no plain number: {line!r}"
    # Integers stay exact.
    value = float(match[3]) if "." in match[3] else int(match[3])
    return Sample(match[1], parse_labels(match[2] or ""), value)


def parse(content):
    """Metrics by name. Fails on everything that a strict reader would not take."""
    text = content.decode("utf-8")
    assert text.endswith("\n") and "\r" not in text
    metrics, current, series = {}, None, set()
    # Not splitlines(): that would also split at what is no line end here.
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, help_text = line[len("# HELP "):].split(" ", 1)
            assert name not in metrics, f"a second HELP of {name}"
            current = metrics[name] = Metric(name, None, help_text, [])
        elif line.startswith("# TYPE "):
            name, kind = line[len("# TYPE "):].split(" ")
            assert name == current.name and not current.type and not current.samples, line
            assert kind in SUFFIXES, line
            current = metrics[name] = current._replace(type=kind)
        elif not line.startswith("#"):
            sample = parse_sample(line)
            assert sample.name in [current.name + end for end in SUFFIXES[current.type]], line
            identity = (sample.name, *sorted(sample.labels.items()))
            assert identity not in series, f"twice: {line}"
            series.add(identity)
            current.samples.append(sample)
    return metrics


def counters(metrics):
    """What must never fall: {(name, labels): value}."""
    values = {}
    for metric in metrics.values():
        for sample in metric.samples:
            if metric.type != "gauge":
                values[(sample.name, *sorted(sample.labels.items()))] = sample.value
    return values


def value(metrics, name, **labels):
    found = [sample.value for sample in metrics[name].samples if sample.labels == labels]
    assert len(found) == 1, f"{name} {labels}: {found}"
    return found[0]

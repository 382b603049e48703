# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Is the measured cost true? The mean cost of a cross-mm switch minus that of a same-mm switch, as
tvtraced measures it, against the difference in ns per switch that the workload itself sees.
"""

import json
import statistics

from added import spread


def cell(publication, kind):
    for entry in publication["cost_by_from"]:
        if entry["kind"] == kind and entry["from"] == "user":
            return entry
    raise KeyError(kind)


def measured(lines):
    """What tvtraced measured in one round: mean and median cost by kind, in ns."""
    first, final = json.loads(lines[0]), json.loads(lines[-1])
    result = {}
    for kind in ("thread", "process"):
        begin, end = cell(first, kind), cell(final, kind)
        count = end["count"] - begin["count"]
        result[kind] = {"mean": (end["sum_ns"] - begin["sum_ns"]) / count,
                        "median": end["p50_ns"], "count": count}
    return result


def difference(by_kind):
    return by_kind["process"] - by_kind["thread"]


def result(measurement):
    """Medians over the rounds of everything that is compared, in ns."""
    rounds = measurement.rounds
    costs = [measured(r.output) for r in rounds]
    final = json.loads(rounds[-1].output[-1])
    summary = {"rounds": len(rounds), "cost_source": final["cost_source"],
               "cost_bias_ns": final["cost_bias_ns"],
               "switches_per_round": statistics.median(
                   c["thread"]["count"] + c["process"]["count"] for c in costs)}
    for kind in ("thread", "process"):
        summary[f"{kind}_mean_ns"] = statistics.median(c[kind]["mean"] for c in costs)
        summary[f"{kind}_median_ns"] = statistics.median(c[kind]["median"] for c in costs)
    differences = {
        "measured_mean": [difference({k: c[k]["mean"] for k in c}) for c in costs],
        "measured_median": [difference({k: c[k]["median"] for k in c}) for c in costs],
    }
    for statistic in ("mean", "median", "minimum"):
        differences[f"workload_without_{statistic}"] = [
            r.without("process", statistic) - r.without("thread", statistic) for r in rounds]
        differences[f"workload_with_{statistic}"] = [
            difference({k: getattr(r.during[k], statistic) for k in r.during}) for r in rounds]
    summary["difference_ns"] = {name: statistics.median(v) for name, v in differences.items()}
    summary["spread_ns"] = {name: spread(v) for name, v in differences.items()}
    return summary

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The results as Markdown, and how far each target is met or missed."""

from workload import KINDS

MIB = 1 << 20
MAX_TIMES_LIMIT = 1.25  # of two empty programs with a clock read in each
MAX_CPU_NS_PER_RECORD = 20
MAX_DIFFERENCE_PERCENT = 15
MAX_RSS_BYTES = 32 * MIB
MAX_PAUSE_MS = 10
MAX_CAPTURE_BYTES = 16
MAX_TOP_PERCENT = 5
KIND_TITLES = {"thread": "same mm", "process": "cross mm"}


def table(head, rows, text_columns=1):
    """A Markdown table; the columns after the first text_columns are numbers."""
    rule = ["---"] * text_columns + ["---:"] * (len(head) - text_columns)
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |"
                     for row in (head, rule, *rows))


def with_spread(value, spread):
    return f"{value:.0f}" if spread is None else f"{value:.0f} ± {spread:.0f}"


def added_cells(entry):
    return [with_spread(entry[f"added_{statistic}_ns"][kind],
                        entry[f"spread_{statistic}_ns"][kind])
            for kind in KINDS for statistic in ("minimum", "median")]


def added_table(results):
    measured = sorted((e for e in results["added"] if e["rounds"]),
                      key=lambda entry: entry["added_minimum_ns"]["thread"])
    rows = [[e["name"], e["gives"], *added_cells(e), e["rounds"]] for e in measured]
    missing = {e["name"]: e["unavailable"] for e in results["added"] if not e["rounds"]}
    for name, reason in {**missing, **results["not_run"]}.items():
        rows.append([name, f"not available: {reason}", *[""] * 4, 0])
    base = results["baseline"]
    text = ", ".join(f"{KIND_TITLES[k]} {base[k]['minimum_ns']:.0f} ns (minimum), "
                     f"{base[k]['median_ns']:.0f} ns (median)" for k in KINDS)
    head = ["tracer", "gives", "same mm, min", "same mm, median", "cross mm, min",
            "cross mm, median", "rounds"]
    return (f"### Nanoseconds added to one switch\n\nWithout a tracer one switch takes: {text}. "
            "Cells: windows with the tracer minus those just before and after, median of the "
            "rounds ± half their interquartile range.\n\n" + table(head, rows, 2))


def accuracy_table(results):
    a = results["accuracy"]
    names = {
        "measured_mean": "tvtraced, mean",
        "measured_median": "tvtraced, p50 (its buckets are 6 % wide)",
        "workload_without_mean": "workload without tvtraced, mean",
        "workload_without_median": "workload without tvtraced, median of windows",
        "workload_without_minimum": "workload without tvtraced, minimum of windows",
        "workload_with_mean": "workload with tvtraced, mean",
        "workload_with_median": "workload with tvtraced, median of windows",
        "workload_with_minimum": "workload with tvtraced, minimum of windows",
    }
    rows = [[title, with_spread(a["difference_ns"][name], a["spread_ns"][name])]
            for name, title in names.items()]
    return ("### Accuracy\n\n"
            f"Cost source {a['cost_source']}, bias {a['cost_bias_ns']} ns. Measured means: "
            f"thread {a['thread_mean_ns']:.0f} ns, process {a['process_mean_ns']:.0f} ns "
            f"({a['rounds']} rounds of {a['switches_per_round']:.0f} switches).\n\n"
            + table(["process − thread as seen by", "ns per switch"], rows))


def outside_table(results):
    o = results["outside"]
    names = {
        "inside": "inside the cost interval",
        "outside": "after it, until the next `sched_switch`",
        "sum": "both",
        "workload": "what the workload loses, median of windows",
    }
    rows = [[title, with_spread(o["loss_ns"][name], o["spread_ns"][name]),
             f"{o['loss_ns'][name] / o['loss_ns']['workload'] * 100:.0f}"]
            for name, title in names.items()]
    return ("### Where a cross-mm switch loses its time\n\n"
            "Mean of a cross-mm switch minus mean of a same-mm switch, by programs of the "
            f"benchmark, no tvtraced attached ({o['rounds']} rounds; {o['outliers_percent']:.2f} % "
            "of the spans left out, as longer than 5 µs).\n\n"
            + table(["lost", "ns per switch", "% of the workload's"], rows))


def distribution_rows(name, found):
    """Of a tracer that tells each wait, or how many were how long."""
    if "unavailable" in found:
        return [[name, f"not available: {found['unavailable']}", "", ""]]
    which = f"waits from {found['above_us']} µs on" if "above_us" in found else "waits"
    rows = [[f"{name}: number of {which}", *(f"{n:,}" for n in found["count"]), ""],
            *([f"{name}: quantile {q}, below", *(f"{v:,} µs" for v in values), ""]
              for q, values in found["quantiles_us"].items()),
            [f"{name}: largest difference of the distributions", "", "",
             f"{found['difference_points']:.1f} points"]]
    if "difference_of_long_points" in found:
        rows.append([f"{name}: the same from 32 µs on", "", "",
                     f"{found['difference_of_long_points']:.1f} points"])
    return rows


def waits_table(results):
    w = results["waits"]
    rows = distribution_rows("runqlat", w["runqlat"])
    rows += distribution_rows("runqslower", w["runqslower"])
    p = w["perf"]
    if "unavailable" in p:
        rows.append(["perf sched", f"not available: {p['unavailable']}", "", ""])
    else:
        rows.append(["perf sched latency: number of waits", *(f"{n:,}" for n in p["count"]), ""])
        rows.append(["perf sched latency: mean", *(f"{v / 1e3:,.1f} µs" for v in p["mean_ns"]),
                     f"{(p['ratio_median'] - 1) * 100:+.1f} %"])
    return (f"### Waits beside other tracers\n\nBoth at the same time, on {w['tasks']} tasks that "
            f"run for 3 ms and sleep for 0.7 ms ({w['seconds']} s, median of {w['rounds']}).\n\n"
            + table(["beside", "tvtraced", "the other one", "difference"], rows))


def microseconds(ns):
    return "-" if ns is None else f"{ns / 1e3:,.1f}"


def creations_table(results):
    c = results["creations"]
    rows = []
    for source in c["sources"]:
        for case in source["cases"]:
            own = case["creates"] != "vfork"  # its caller waits for the child, which naps
            rows.append([
                source["source"], f"{case['creates']}, {case['mib']} MiB",
                microseconds(case["own_ns"]) if own else "-",
                f"{case['added_ns'] / 1e3:+,.1f}" if own else "-",
                microseconds(case["own_mean_ns"]) if own else "-",
                microseconds(case["said_mean_ns"]),
                f"{case['resident_bytes'] / MIB:,.0f}" if case["resident_bytes"] else "-"])
    biases = ", ".join(f"{s['source']} {s['bias_ns']} ns" for s in c["sources"] if s["bias_ns"])
    missing = "".join(f" {name} is not there: {why}." for name, why in c["unavailable"].items())
    return ("### Creating threads and processes\n\nIn µs, median of "
            f"{c['rounds']} rounds, in which all take turns. What a source misses by its own "
            f"calibration: {biases}.{missing}\n\n"
            + table(["source", "created, resident", "own clock, median",
                     "of that added", "own clock, mean", "tvtraced, mean", "MiB it says"], rows, 2))


def tlb_table(results):
    rows = [[number, f"{share:.3f}"] for number, share in results["tlb"].items()]
    return ("### What switches do to the TLB\n\nProcesses that take turns on one CPU.\n\n"
            + table(["processes", "% of cross-mm switches that flushed"], rows, 0))


def not_installed(results):
    absent = results["not_installed"]
    return (f"Left out because not installed: {'; '.join(absent['tracers'])}. To add them: "
            f"`apt-get install {' '.join(absent['packages'])}`")


def load_table(results):
    rows = [[step["load"], f"{step['switches_per_s']:,.0f}", step["spilled"],
             f"{step['cpu_ns_per_record']:.1f}", f"{step['cpu_percent']:.1f}",
             f"{step['ring']['high_water_bytes'] / step['ring']['bytes'] * 100:.0f}"]
            for step in results["load"]]
    head = ["load", "switches/s", "spilled", "daemon CPU ns per record", "daemon CPU %",
            "ring high water %"]
    return "### The daemon under load (default ring; of each load the median run)\n\n" + table(head, rows)


def idle_table(results):
    rows = [[f"`{run['options']}`", f"{run['own_switches_per_s']:.1f}",
             f"{run['host_switches_per_s']:.0f}", f"{run['cpu_percent']:.3f}",
             f"{run['rss_bytes'] / MIB:.1f}", f"{run['rss_anon_bytes'] / MIB:.1f}"]
            for run in results["idle"]]
    head = ["options", "own switches/s", "host switches/s", "CPU %", "RSS MiB", "anonymous MiB"]
    ring = results["idle"][-1]["ring"]
    return (f"### Idle ({results['idle'][0]['seconds']:.0f} s each; rings: {ring['count']} × "
            f"{ring['bytes'] / MIB:g} MiB)\n\n" + table(head, rows))


def clients_table(results):
    c = results["clients"]
    rows = [["thread groups, threads in one snapshot", f"{c['groups']:,}, {c['threads']:,}"],
            ["size of its reply", f"{c['bytes'] / MIB:.1f} MiB"],
            ["until all of it is there, median (longest)",
             f"{c['seconds_median'] * 1e3:.0f} ms ({c['seconds_maximum'] * 1e3:.0f} ms)"],
            ["a capture of its last second, until it is written (size)",
             f"{c['captures']['seconds_median'] * 1e3:.0f} ms "
             f"({c['captures']['bytes'] / MIB:.1f} MiB)"],
            ["longest pause between two looks at the rings, with captures (without)",
             f"{c['probe']['longest_pause_ns'] / 1e6:.1f} ms "
             f"({c['captures']['longest_pause_before_ns'] / 1e6:.1f} ms)"],
            ["switches seen, spilled", f"{c['seen']:,}, {c['spilled']:,}"],
            ["daemon CPU without clients", f"{c['daemon_alone_cpu_percent']:.1f} %"]]
    for level, run in c["top"].items():
        rows.append([f"`tvtrace top`, {level}: its CPU, the daemon's",
                     f"{run['cpu_percent']:.1f} %, {run['daemon_cpu_percent']:.1f} %"])
    return (f"### Clients of a crowded host (each thread wakes every {c['period_ms'] / 1e3:.0f} s)\n\n"
            + table(["", ""], rows))


def captures_table(results):
    c = results["captures"]["recorder"]
    rows = [[name, f"{run['switches']:,}", f"{run['seconds']:.2f} s",
             f"{run['switches'] / run['seconds']:,.0f}", f"{run['bytes_per_switch']:.1f}",
             f"{run['daemon_cpu_ns_per_switch']:.0f} ns ({run['daemon_cpu_percent']:.0f} % of a CPU)",
             f"{run['spilled']:,}"] for name, run in results["captures"]["captures"].items()]
    return ("### Captures\n\n"
            f"The flight recorder takes {c['on_ns_per_record'] - c['off_ns_per_record']:.1f} ns of "
            f"each record: {c['on_ns_per_record']:.1f} ns with it, {c['off_ns_per_record']:.1f} ns "
            f"without (median of ratios {c['ratio_median']:.2f}).\n\n"
            + table(["capture", "switches", "until it is written", "switches/s", "bytes/switch",
                     "the daemon's CPU per switch", "spilled"], rows))


def verdict(target, limit, value, unit):
    """One row: value should not exceed limit."""
    return {"target": target, "limit": limit, "value": value, "unit": unit, "met": value <= limit}


def added_verdicts(results):
    measured = {e["name"]: e for e in results.get("added", []) if e["rounds"]}
    ours, clocks = measured.get("tvtraced"), measured.get("two clock reads")
    if not ours:
        return
    for kind in KINDS if clocks else ():
        value, floor = (e["added_minimum_ns"][kind] for e in (ours, clocks))
        rule = f"{MAX_TIMES_LIMIT} × two clock reads; it is {value / floor:.2f} ×"
        yield verdict(f"added to a switch, {KIND_TITLES[kind]} ({rule})", MAX_TIMES_LIMIT * floor,
                      value, "ns")
    for role, title in (("peer", "peer"), ("counter", "tool that only counts")):
        others = {name: e["added_minimum_ns"]["thread"] for name, e in measured.items()
                  if e["role"] == role}
        if others:
            least = min(others, key=others.get)
            yield verdict(f"added to a switch, same mm, below every {title} (least: {least})",
                          others[least], ours["added_minimum_ns"]["thread"], "ns")


def difference_verdict(what, measured, true):
    return verdict(f"process − thread against what the workload sees: {what}",
                   MAX_DIFFERENCE_PERCENT, abs(measured / true - 1) * 100, "%")


def verdicts(results):
    rows = list(added_verdicts(results))
    if "accuracy" in results:
        differences = results["accuracy"]["difference_ns"]
        rows.append(difference_verdict("tvtraced's mean", differences["measured_mean"],
                                       differences["workload_without_median"]))
    if "outside" in results:
        loss = results["outside"]["loss_ns"]
        rows.append(difference_verdict("inside the cost interval alone", loss["inside"],
                                       loss["workload"]))
        rows.append(difference_verdict("inside and outside", loss["sum"], loss["workload"]))
    if "load" in results:
        rows.append(verdict("daemon CPU per record", MAX_CPU_NS_PER_RECORD,
                            results["load"][0]["cpu_ns_per_record"], "ns"))
    if "idle" in results:
        ring = results["idle"][-1]["ring"]
        rows.append(verdict("resident memory, idle, rings included",
                            (MAX_RSS_BYTES + ring["count"] * ring["bytes"]) / MIB,
                            max(run["rss_bytes"] for run in results["idle"]) / MIB, "MiB"))
    if "clients" in results:
        c = results["clients"]
        rows.append(verdict("longest pause between two looks at the rings", MAX_PAUSE_MS,
                            c["probe"]["longest_pause_ns"] / 1e6, "ms"))
        rows.append(verdict("CPU of `tvtrace top`", MAX_TOP_PERCENT,
                            max(run["cpu_percent"] for run in c["top"].values()), "%"))
    if "captures" in results:
        rows.append(verdict("bytes of a switch in a compressed capture", MAX_CAPTURE_BYTES,
                            results["captures"]["captures"]["last, -z"]["bytes_per_switch"],
                            "bytes"))
    return rows


def distance(row):
    """How far from the limit, as text."""
    if row["unit"] == "%":
        by = f"{abs(row['value'] - row['limit']):.1f} points"
    else:
        by = f"{abs(row['value'] / row['limit'] - 1) * 100:.0f} %"
    return f"{'met' if row['met'] else 'MISSED'} by {by}"


def verdict_table(rows):
    cells = [[row["target"], f"≤ {row['limit']:.1f} {row['unit']}",
              f"{row['value']:.1f} {row['unit']}", distance(row)] for row in rows]
    return "### Targets\n\n" + table(["target", "limit", "measured", "verdict"], cells)


def highest_rate(results):
    clean = [step for step in results["load"] if not step["spilled"]]
    if not clean:
        return "Every load spilled."
    best = max(clean, key=lambda step: step["switches_per_s"])
    return f"Highest rate without spill: {best['switches_per_s']:,.0f} switches/s ({best['load']})."


def markdown(results):
    m = results["machine"]
    parts = [f"## Benchmark\n\nLinux {m['kernel']}, {m['cpus']} CPUs ({m['processor']}, "
             f"{'with' if m['pcid'] else 'no'} PCID), {m['date']}; {results['seconds']:.0f} s."]
    if "added" in results:
        parts.append(added_table(results))
        if results["not_installed"]["tracers"]:
            parts.append(not_installed(results))
    if "accuracy" in results:
        parts.append(accuracy_table(results))
    if "outside" in results:
        parts.append(outside_table(results))
    if "waits" in results:
        parts.append(waits_table(results))
    if "creations" in results:
        parts.append(creations_table(results))
    if "tlb" in results:
        parts.append(tlb_table(results))
    if "load" in results:
        parts += [load_table(results), highest_rate(results)]
    if "idle" in results:
        parts.append(idle_table(results))
    if "clients" in results:
        parts.append(clients_table(results))
    if "captures" in results:
        parts.append(captures_table(results))
    parts += [f"Not measured: {name}: {reason}" for name, reason in results["failed"].items()]
    if results["verdicts"]:
        parts.append(verdict_table(results["verdicts"]))
    return "\n\n".join(parts)

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
What must be true of every publication (the identities of doc/architecture.md), computed
anew from the published numbers. The daemon's own residuals are looked at, too, never relied on.
"""

import itertools

from links import skipped_runs
from workloads import GUEST

KINDS = ("thread", "process", "kthread", "idle")
FROMS = ("user", "kthread", "idle")
REASONS = ("voluntary", "preempted")
AFTER = ("woken", "preempted", "start", "unknown")  # what a wait followed
LABELS = sorted(itertools.product(KINDS, FROMS, REASONS))

COST_SUM_KEYS = ("count", "sum_ns")
PID_MAX = 1 << 22


def labels(publication):
    """{(kind, from, reason): count}; all 24 must be there, once."""
    counts = {(s["kind"], s["from"], s["reason"]): s["count"] for s in publication["switches"]}
    assert sorted(counts) == LABELS and len(publication["switches"]) == len(LABELS)
    return counts


def total(counts, kind=None, from_=None, reason=None):
    """The sum over the labels that match."""
    wanted = (kind, from_, reason)
    return sum(n for label, n in counts.items()
               if all(w in (None, l) for w, l in zip(wanted, label)))


def costs(publication):
    by_kind = {cost["kind"]: cost for cost in publication["cost"]}
    assert tuple(by_kind) == KINDS
    return by_kind


def cells(publication):
    by_cell = {(c["kind"], c["from"]): c for c in publication["cost_by_from"]}
    assert sorted(by_cell) == sorted(itertools.product(KINDS, FROMS))
    return by_cell


def check_in_and_out(entered, left, publication, since=None):
    """
    A task that does not run was entered as often as left. Only where a switch is invisible it may
    lack one in: the next task's part of a switch that the kernel alone counted.
    """
    unseen = publication["accounting"]["unseen"] - (since["accounting"]["unseen"] if since else 0)
    assert 0 <= left - entered <= unseen


def group(publication, tgid):
    """The group with that id: only what lives is listed, so there is one."""
    found = [g for g in publication["groups"] if g["tgid"] == tgid]
    assert len(found) == 1, f"{len(found)} groups {tgid}"
    return found[0]


def thread(publication, tid):
    found = [t for t in publication["threads"] if t["tid"] == tid]
    assert len(found) == 1, f"{len(found)} threads {tid}"
    return found[0]


def charged(publication):
    """Everything that switches were charged to: the groups, and the rest."""
    return [*publication["groups"], publication["other"]]


def bucket_bounds(le_ns):
    """Lowest and highest value of the bucket with this upper bound, None being the overflow."""
    if le_ns is None:
        return 1 << 30, (1 << 64) - 1
    if le_ns < 16:
        return le_ns, le_ns
    # 16 steps in each power of two.
    step = 1 << (le_ns.bit_length() - 5)
    assert (le_ns + 1) % step == 0, f"{le_ns} is no bucket's bound"
    return le_ns + 1 - step, le_ns


def check_quantile(cost, quantile):
    rank = max(1, -(-cost["count"] * quantile // 100))
    below = 0
    for bucket in cost["buckets"]:
        below += bucket["count"]
        if below >= rank:
            low, high = bucket_bounds(bucket["le_ns"])
            low, high = max(low, cost["min_ns"]), min(high, cost["max_ns"])
            assert low <= cost[f"p{quantile}_ns"] <= high
            return


def check_cost(cost):
    """One histogram against its own totals."""
    bounds = [bucket_bounds(bucket["le_ns"]) for bucket in cost["buckets"]]
    counts = [bucket["count"] for bucket in cost["buckets"]]
    assert bounds == sorted(set(bounds)) and all(counts)
    assert sum(counts) == cost["count"]
    if not cost["count"]:
        assert not any(cost[key] for key in ("sum_ns", "min_ns", "max_ns", "p50_ns", "p99_ns"))
        return
    assert sum(n * low for n, (low, _) in zip(counts, bounds)) <= cost["sum_ns"]
    assert sum(n * high for n, (_, high) in zip(counts, bounds)) >= cost["sum_ns"]
    assert bounds[0][0] <= cost["min_ns"] <= bounds[0][1]
    assert bounds[-1][0] <= cost["max_ns"] <= bounds[-1][1]
    for quantile in (50, 90, 99):
        check_quantile(cost, quantile)


def check_costs(publication):
    """Identity 3, for the whole, each kind and each cell."""
    counts, by_kind, by_cell = labels(publication), costs(publication), cells(publication)
    unmeasured = publication["accounting"]["unmeasured"]
    assert (sum(cost["count"] for cost in by_kind.values())
            == publication["accounting"]["seen"] - unmeasured)
    for kind, cost in by_kind.items():
        check_cost(cost)
        assert 0 <= total(counts, kind) - cost["count"] <= unmeasured
        for key in COST_SUM_KEYS:
            assert cost[key] == sum(by_cell[kind, from_][key] for from_ in FROMS)
    for (kind, from_), cell in by_cell.items():
        assert 0 <= total(counts, kind, from_) - cell["count"] <= unmeasured


def check_groups(publication):
    """Identity 5, by kind and by reason; what was spilled is missing there and nowhere else."""
    counts, by_kind, by_cell = labels(publication), costs(publication), cells(publication)
    accounting, everything = publication["accounting"], charged(publication)
    missing = 0
    for kind in KINDS:
        of_kind = sum(c["switches"][kind] for c in everything)
        assert 0 <= total(counts, kind) - of_kind <= accounting["spilled"]
        missing += total(counts, kind) - of_kind
        from_user = sum(c["from_user"][kind] for c in everything)
        assert 0 <= total(counts, kind, "user") - from_user <= accounting["spilled"]
        cost_ns = sum(c["cost_ns"][kind] for c in everything)
        from_user_ns = sum(c["from_user_cost_ns"][kind] for c in everything)
        if accounting["spilled"]:
            assert cost_ns <= by_kind[kind]["sum_ns"]
            assert from_user_ns <= by_cell[kind, "user"]["sum_ns"]
        else:
            assert cost_ns == by_kind[kind]["sum_ns"]
            assert from_user_ns == by_cell[kind, "user"]["sum_ns"]
    assert missing == accounting["spilled"]
    missing = 0
    for reason in REASONS:
        of_reason = sum(c[reason] for c in everything)
        assert 0 <= total(counts, reason=reason) - of_reason <= accounting["spilled"]
        missing += total(counts, reason=reason) - of_reason
    assert missing == accounting["spilled"]


def check_waits(publication):
    """Each switch into a task ends one wait, wherever it is counted."""
    if publication["wait"] is None:
        assert publication["wait_by_after"] is None
        return
    counts, split = labels(publication), publication["wait_by_after"]
    assert tuple(wait["kind"] for wait in publication["wait"]) == KINDS
    for wait in publication["wait"]:
        kind = wait["kind"]
        check_cost(wait)
        assert wait["count"] == (0 if kind == "idle" else total(counts, kind))
        for key in COST_SUM_KEYS:
            assert wait[key] == sum(w[key] for w in split if w["kind"] == kind)
    for from_, kind in itertools.product(FROMS, KINDS[:3]):
        assert total(counts, kind, from_) == sum(
            w["count"] for w in split if (w["kind"], w["from"]) == (kind, from_))
    spilled, everything = publication["accounting"]["spilled"], charged(publication)
    for after, (key, in_split) in itertools.product(
            AFTER, (("waits", "count"), ("wait_ns", "sum_ns"))):
        of_groups = sum(c[key][after] for c in everything)
        of_all = sum(w[in_split] for w in split if w["after"] == after)
        # What was spilled lost what it followed.
        if spilled:
            assert of_groups <= of_all
        else:
            assert of_groups == of_all


def check_ended(publication):
    """What has ended is told by program, each once, and is a part of `other`."""
    ended, other = publication["ended"], publication["other"]
    assert len({e["id"] for e in ended}) == len(ended)
    programs = {(e["comm"], e["cgroup"], e["application"]["kind"]) for e in ended}
    assert len(programs) == len(ended)
    for kind in KINDS:
        for key in ("switches", "cost_ns", "from_user", "from_user_cost_ns"):
            assert sum(e[key][kind] for e in ended) <= other[key][kind]
    for reason in REASONS:
        assert sum(e[reason] for e in ended) <= other[reason]
    assert all(1 <= e["groups"] <= e["threads"] for e in ended)


def check_threads(publication):
    """
    What is listed lives: no id stands there twice, each thread has its group, none has more than
    that, and what cannot be is not.
    """
    by_tgid = {}
    for t in publication["threads"]:
        assert 0 <= t["tid"] <= PID_MAX
        by_tgid.setdefault(t["tgid"], []).append(t)
    ids = [t["tid"] for t in publication["threads"]]
    assert len(set(ids)) == len(ids)
    groups = {g["tgid"]: g for g in publication["groups"]}
    assert len(groups) == len(publication["groups"])
    assert groups.keys() == by_tgid.keys()
    for tgid, threads in by_tgid.items():
        assert groups[tgid]["threads"] == len(threads)
        for kind in KINDS:
            assert sum(t["in"][kind] for t in threads) <= groups[tgid]["switches"][kind]
            assert (sum(t["from_user"][kind] for t in threads)
                    <= groups[tgid]["from_user"][kind] <= groups[tgid]["switches"][kind])
        for reason in REASONS:
            assert sum(t["out"][reason] for t in threads) <= groups[tgid][reason]


def check_publication(publication):
    """Identities 1, 2, 3, 5 and 8."""
    accounting = publication["accounting"]
    assert set(accounting["residuals"].values()) == {0}
    assert sum(labels(publication).values()) == accounting["seen"]
    assert accounting["received"] + accounting["spilled"] == accounting["seen"]
    assert total(labels(publication), "idle", "idle") == 0
    check_costs(publication)
    check_groups(publication)
    check_waits(publication)
    check_ended(publication)
    check_threads(publication)


def check_growth(earlier, later):
    """Counts are cumulative: none ever falls."""
    for key in ("seen", "received", "spilled", "unmeasured", "task_events_lost"):
        assert earlier["accounting"][key] <= later["accounting"][key]
    before, now = labels(earlier), labels(later)
    assert all(before[label] <= now[label] for label in LABELS)
    before, now = costs(earlier), costs(later)
    assert all(before[k][key] <= now[k][key] for k in KINDS for key in COST_SUM_KEYS)
    groups = {(g["tgid"], g["start_ns"]): g for g in later["groups"]}
    for g in [*earlier["groups"], earlier["other"]]:
        now = groups.get((g["tgid"], g["start_ns"])) if "tgid" in g else later["other"]
        if now:
            assert all(g["switches"][kind] <= now["switches"][kind] for kind in KINDS)
            assert all(g[key][kind] <= now[key][kind] for kind in KINDS
                       for key in ("cost_ns", "from_user", "from_user_cost_ns"))
            assert all(g[reason] <= now[reason] for reason in REASONS)
            assert all(g[key][after] <= now[key][after] for after in AFTER
                       for key in ("waits", "wait_ns"))
    assert earlier["time_ns"] < later["time_ns"]
    assert later["interval_ns"] == later["time_ns"] - earlier["time_ns"]
    assert later["uptime_ns"] - earlier["uptime_ns"] == later["interval_ns"]


def check_all(publications):
    """Everything that can be said of the publications of one run."""
    assert [p["final"] for p in publications[:-1]].count(True) == 0
    for publication in publications:
        check_publication(publication)
    for earlier, later in zip(publications, publications[1:]):
        check_growth(earlier, later)


def check_kernel_count(tracer):
    """
    Identity 4: seen + unseen is what the kernel counted. How much it had counted when tvtraced
    started nobody knows, but it was one and the same number, and each publication, lying between
    two readings of the kernel's count, bounds it from both sides.
    """
    publications, arrivals = tracer.publications, tracer.arrivals
    lows, highs = [tracer.start.switches], []
    for i, publication in enumerate(publications):
        if publication["final"]:
            continue  # the kernel's own count goes on while the last records are fetched
        accounting = publication["accounting"]
        counted = accounting["seen"] + accounting["unseen"]
        highs.append(arrivals[i].switches - counted)
        # Certainly before: what had arrived when the publication before it was made.
        earlier = [a for a in arrivals[:i] if a.time_ns < publications[i - 1]["time_ns"]]
        if earlier:
            lows.append(earlier[-1].switches - counted)
    assert max(lows) <= min(highs)
    return min(highs) - max(lows)


def check_unseen(tracer):
    """
    On the development machine, and as far as is known on no other, switches out of PID-1 threads
    are invisible to every tracepoint. So whatever the kernel alone counted was such a switch:
    together with those that were seen there are no more of them than the kernel counted for these
    threads. (A gap follows each switch into one, and is longer when another runs next.)
    """
    if GUEST:
        assert all(p["accounting"]["unseen"] == 0 for p in tracer.publications)
        return
    for publication, arrival in zip(tracer.publications, tracer.arrivals):
        pid_1 = [g for g in publication["groups"] if g["tgid"] == 1]
        unseen = publication["accounting"]["unseen"]
        seen = sum(g[reason] for g in pid_1 for reason in REASONS)
        most = sum(arrival.pid_1.values()) - sum(tracer.start.pid_1.values())
        assert 0 <= unseen + seen <= most
        if not publication["accounting"]["spilled"] and unseen:
            assert sum(sum(g["switches"].values()) for g in pid_1) > 0


def check_task_events(traced):
    """None was lost, but by runs that the kernel skipped; returns how many."""
    before = skipped_runs()
    lost = traced.fresh()["accounting"]["task_events_lost"]
    assert before <= lost <= skipped_runs()
    return lost

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a thread group belongs to, in real cgroups of either version, and what is charged to it."""

import os
import time

import pytest

import cgroups
import identities
import prom
from control import Client
from links import skipped_runs
from tracer import PATIENCE_S
from workloads import CPU, GUEST, PROGRAMS, SLOWNESS

ID = "3f4a1bc2d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80"
UID = "7fda01c4_0ece_403d_88b4_c371d66d132a"
SERVICE = "system.slice/tvt-web.service"
UNIT = "tvt-web.service"

# Where systemd and the engines put processes, and what these belong to then.
PLACES = {
    SERVICE: ("unit", UNIT),
    SERVICE + "/workers": ("unit", UNIT),
    "system.slice/system-tvt\\x2dgetty.slice/tvt-getty@tty1.service": (
        "unit", "tvt-getty@tty1.service"),
    "user.slice/user-1000.slice/session-3.scope": ("unit", "session-3.scope"),
    "user.slice/user-1000.slice/user@1000.service/init.scope": ("unit", "user@1000.service"),
    "user.slice/user-1000.slice/user@1000.service/app.slice/app-foo\\x2dbar-12.scope": (
        "unit", "app-foo\\\\x2dbar-12.scope"),
    f"system.slice/docker-{ID}.scope": ("container", ID[:12]),
    f"docker/{ID[::-1]}": ("container", ID[::-1][:12]),
    f"machine.slice/libpod-{ID}.scope/container": ("container", ID[:12]),
    f"machine.slice/libpod-conmon-{ID}.scope": ("container", ID[:12]),
    f"system.slice/tvt-quadlet.service/libpod-payload-{ID}": ("unit", "tvt-quadlet.service"),
    f"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UID}.slice/"
    f"cri-containerd-{ID}.scope": ("container", ID[:12]),
    f"kubepods/besteffort/pod{UID.replace('_', '-')}/crio-{ID}": ("container", ID[:12]),
    f"kubepods/besteffort/pod{UID.replace('_', '-')}": ("container", "pod7fda01c4-0ece"),
    f"system.slice/containerd.service/kubepods-besteffort-pod{UID}.slice:cri-containerd:{ID}": (
        "container", ID[:12]),
    "lxc.payload.tvt/system.slice/nginx.service": ("container", "tvt"),
    "tvt-batch/night": ("cgroup", "/tvt-batch/night"),
    'tvt "quo\'te" \\ \udcff\x01': ("cgroup", '/tvt "quo\'te" \\\\ \\xff\\x01'),
}


@pytest.fixture(params=cgroups.available())
def places(request):
    with cgroups.cgroups_of(request.param) as made:
        yield made


@pytest.fixture
def workload_in(places, workload):
    """A workload that goes into its cgroup and then executes, as a service does."""
    def start(path, program, *arguments):
        return workload("/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', places.make(path),
                        PROGRAMS / program, *arguments)
    return start


def shown(path):
    """A cgroup as the JSON has it."""
    text = os.fsencode("/" + path).replace(b"\\", b"\\\\").replace(b"\x01", b"\\x01")
    return text.replace(b"\xff", b"\\xff").decode()


def application(group):
    return group["application"]["kind"], group["application"]["name"]


def until(traced, condition):
    """The first publication of which that is true: details are read a little at a time."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition(publication := traced.fresh()):
        assert time.monotonic() < deadline, "it does not come"
    return publication


def into(metrics, group):
    return metrics.total(prom.GROUP_SWITCHES, group=group)


def wait_for_metrics(textfile, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition(metrics := prom.Metrics(textfile.read_bytes())):
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)
    return metrics


def published_anew(textfile):
    """What a publication says that began after the call: the second one to come."""
    for _ in range(2):
        last = textfile.stat().st_mtime_ns
        deadline = time.monotonic() + PATIENCE_S
        while textfile.stat().st_mtime_ns == last:
            assert time.monotonic() < deadline, "nothing is published"
            time.sleep(0.01)
    return prom.Metrics(textfile.read_bytes())


def test_groups_are_recognised_by_their_cgroups(tracer, workload_in):
    """Those that were there before, and those that came later."""
    half = len(PLACES) // 2
    programs = {path: workload_in(path, "pair", "process", "futex", CPU, 100)
                for path in list(PLACES)[:half]}
    traced = tracer()
    programs.update({path: workload_in(path, "pair", "process", "futex", CPU, 100)
                     for path in list(PLACES)[half:]})
    for program in programs.values():
        program.go()
    pids = {pid: path for path, program in programs.items()
            for pid in {program.line["pid"], *(task["tgid"] for task in program.tasks)}}
    publication = until(traced, lambda p: all(
        identities.group(p, pid)["cgroup"] == shown(path) for pid, path in pids.items()))
    for pid, path in pids.items():
        assert application(identities.group(publication, pid)) == PLACES[path]
    traced.stop()
    identities.check_all(traced.publications)


def test_kernel_and_idle_are_themselves(tracer):
    for group in tracer().fresh()["groups"]:
        if group["tgid"] == 0:
            assert application(group) == ("comm", "idle")
        elif 2 in (group["tgid"], group["ppid"]):
            assert application(group) == ("comm", "kernel")
        else:
            assert group["application"]["name"] not in ("kernel", "idle", "")


@pytest.mark.alone
@pytest.mark.parametrize("label, name", [
    ("comm", "pair"), ("unit", UNIT), ("cgroup", "/" + SERVICE)])
def test_the_textfile_groups_as_asked(tracer, workload_in, textfile, label, name):
    program = workload_in(SERVICE, "pair", "process", "futex", CPU, 5000)
    traced = tracer("--textfile", textfile, "--group-by", label)
    program.go()
    publication = until(traced, lambda p: name in textfile.read_text(encoding="utf-8"))
    traced.fresh()
    metrics = prom.Metrics(textfile.read_bytes())
    prom.check(metrics)
    # Both are at rest: all that was charged to them, in one series of that name.
    groups = [g for g in publication["groups"] if UNIT in g["application"]["name"]]
    charged = sum(sum(g["switches"].values()) for g in groups)
    assert len(groups) == 3 and charged > 10000
    assert into(metrics, name) == charged
    others = {"pair", UNIT, "/" + SERVICE} - {name}
    assert not any(into(metrics, other) for other in others)
    for metric in (prom.GROUP_SWITCHES, prom.GROUP_COST):
        assert {"comm": "the program (comm)", "unit": "systemd unit", "cgroup": "path of the cgroup"
                }[label] in metrics.help[metric]


@pytest.mark.alone
def test_without_the_option_it_is_comm(tracer, workload_in, textfile):
    program = workload_in(SERVICE, "pair", "process", "futex", CPU, 5000)
    traced = tracer("--textfile", textfile)
    program.go()
    until(traced, lambda p: into(prom.Metrics(textfile.read_bytes()), "pair") > 10000)


@pytest.mark.alone
def test_it_needs_no_other_output(tracer, workload_in, textfile):
    """No JSON, no client: applications are known all the same."""
    traced = tracer("--textfile", textfile, "--group-by", "unit", json_output=False)
    workload_in(SERVICE, "pair", "process", "futex", CPU, 200000 // SLOWNESS).go()
    # Those that were published before its cgroup had been read stay where it was before.
    wait_for_metrics(textfile, lambda m: into(m, UNIT) > 5000)
    traced.stop()


@pytest.mark.alone
def test_hostile_cgroups_are_labels(tracer, workload_in, textfile):
    """Whatever a directory can be called; the strict reader takes the file."""
    names = ['tvt "quo\'te"', "tvt back\\slash\\", "tvt \udcff\udcfe", "tvt \x1b[31m", 'tvt{a="b"} 1',
             "tvt" + "x" * 250 + "/" + "y" * 250 + "/" + "z" * 250]
    programs = [workload_in(name, "pair", "thread", "futex", CPU, 500) for name in names]
    traced = tracer("--textfile", textfile, "--group-by", "cgroup")
    for program in programs:
        program.go()
    expected = {"/" + name.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\")
                .replace(b"\xff", b"\\xff").replace(b"\xfe", b"\\xfe").replace(b"\x1b", b"\\x1b")
                .decode() for name in names}

    def all_there(_):
        metrics = prom.Metrics(textfile.read_bytes())
        groups = {dict(labels)["group"] for labels in metrics.of(prom.GROUP_SWITCHES)}
        return expected <= groups
    until(traced, all_there)
    prom.check(prom.Metrics(textfile.read_bytes()))


@pytest.mark.alone
def test_a_move_is_followed(tracer, workload, places, textfile):
    """By a process that runs on and executes nothing: what it did before stays where it was."""
    program = workload("names", "6d6f7665")
    pid, = program.tids
    places.move(program.line["pid"], "tvt-batch")
    places.move(pid, SERVICE)
    traced = tracer("--textfile", textfile, "--group-by", "unit")
    program.go()
    until(traced, lambda p: into(prom.Metrics(textfile.read_bytes()), UNIT) > 20)
    places.move(pid, f"docker/{ID}")
    moved = until(traced, lambda p: application(identities.group(p, pid)) ==
                  ("container", ID[:12]))
    before = into(prom.Metrics(textfile.read_bytes()), UNIT)
    last = until(traced, lambda p: into(prom.Metrics(textfile.read_bytes()), ID[:12]) > 20)
    metrics = prom.Metrics(textfile.read_bytes())
    # What was not published yet when it moved went with it.
    assert into(metrics, UNIT) == before
    assert identities.group(moved, pid)["start_ns"] == identities.group(last, pid)["start_ns"]
    prom.check(metrics)
    traced.stop()
    identities.check_all(traced.publications)


def test_a_move_is_noticed_at_once(tracer, workload, places):
    """By the next publication."""
    program = workload("names", "6d6f7665")
    pid, = program.tids
    traced = tracer()
    for path in [*list(PLACES)[:4], *list(PLACES)[-4:], *list(PLACES)[:4]]:
        places.move(pid, path)
        assert application(identities.group(traced.fresh(), pid)) == PLACES[path]


@pytest.mark.alone
def test_short_lives_belong_to_their_parents(tracer, workload_in, textfile):
    """Processes that end before anybody could ask for their cgroup."""
    lives = 3000 // SLOWNESS
    program = workload_in(SERVICE, "storm", "process", lives)
    traced = tracer("--textfile", textfile, "--group-by", "unit")
    program.go()
    until(traced, lambda p: into(prom.Metrics(textfile.read_bytes()), UNIT) >= lives)
    traced.fresh()
    metrics = prom.Metrics(textfile.read_bytes())
    prom.check(metrics)
    assert not into(metrics, "storm")
    traced.stop()
    identities.check_all(traced.publications)


def wait_until_known(*programs):
    """The daemon has read the cgroups of all that runs in SERVICE: their children inherit them."""
    pids = {pid for program in programs
            for pid in (program.line["pid"], *(task["tgid"] for task in program.tasks))}
    deadline = time.monotonic() + PATIENCE_S
    with Client() as client:
        while not pids <= {group["tgid"] for group in client.snapshot("group_names")["group_names"]
                           if application(group) == ("unit", UNIT)}:
            assert time.monotonic() < deadline, "their cgroups are not read"
            time.sleep(0.05)


@pytest.mark.alone
def test_a_crowd_does_not_stop_the_rings(tracer, workload_in, textfile):
    """A thousand processes that are new at once, while others switch as fast as they can."""
    traced = tracer("--textfile", textfile, "--group-by", "unit", json_output=False)
    pair = workload_in(SERVICE, "pair", "process", "futex", CPU, 500000 // SLOWNESS)
    storm = workload_in(SERVICE, "storm", "process", 1000 // SLOWNESS)
    wait_until_known(pair, storm)
    # What they did before stays where it was published.
    known = published_anew(textfile)
    pair.send_line()
    crowd = [workload_in(f"{SERVICE}/{i}", "names", *["78"] * (250 // SLOWNESS)) for i in range(4)]
    storm.go()
    pair.next_line()
    # What was spilled is in no group.
    metrics = wait_for_metrics(
        textfile, lambda m: (into(m, UNIT) + m.value("tvtraced_switches_spilled_total")
                             > 1000000 // SLOWNESS))
    for name in "pair", "storm":
        assert into(metrics, name) == into(known, name)
    assert metrics.value("tvtraced_task_events_lost_total") <= skipped_runs()
    prom.check(metrics)
    # A guest's CPUs stand still whenever its host has other work, and then rings are full.
    if not GUEST:
        assert metrics.value("tvtraced_switches_spilled_total") == 0
        # The daemon is called when a quarter of a ring is full.
        assert (metrics.value("tvtraced_ring_high_water_bytes")
                < metrics.value("tvtraced_ring_size_bytes") / 2)
    for program in crowd:
        program.end()
    traced.stop()

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What publications say about the creation of tasks."""

MIB = 1 << 20
# The kind of what the workload `create` creates.
KINDS = {"thread": "thread", "fork": "process", "vfork": "vm_process"}


def timing(publication, kind):
    return next(c for c in publication["creations"] if c["kind"] == kind)


def created_by(publication, pid):
    return next(g["created"] for g in publication["groups"] if g["tgid"] == pid)

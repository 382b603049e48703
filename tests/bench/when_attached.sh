#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The command that perf, trace-cmd and bpftrace start once they are attached.
echo "tracer is attached"
exec sleep 600

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Debian packages that tvtraced needs, and their installation. Sourced by tools/run and tools/check.

# shellcheck disable=SC2034 # used by those that source this
BUILD_PACKAGES=(
	bpftool clang gcc libbpf-dev libc6-dev libelf-dev libjson-c-dev libncurses-dev libprotobuf-c-dev
	llvm make pkg-config protobuf-c-compiler zlib1g-dev
)
# shellcheck disable=SC2034
TEST_PACKAGES=(
	bpftrace chromium clang-format clang-tidy cppcheck groff-base libclang-rt-dev libcmocka-dev linux-perf procps prometheus
	prometheus-node-exporter protobuf-compiler pyflakes3 python3-protobuf python3-pytest shellcheck strace stress-ng tmux trace-cmd
	util-linux valgrind
)
# The tests in guests; what goes into the guests is only unpacked (tests/vm).
# shellcheck disable=SC2034
VM_PACKAGES=(cpio gcc-aarch64-linux-gnu qemu-system-arm qemu-system-x86)
# The tracers that `make bench` compares; it leaves out those that are missing, and installs none.
# shellcheck disable=SC2034
COVERAGE_PACKAGES=(gcovr)
# shellcheck disable=SC2034
BENCH_PACKAGES=(bpfcc-tools bpftrace libbpf-tools linux-perf trace-cmd)

POLICY=/usr/sbin/policy-rc.d

missing_packages() {
	local package

	for package in "$@"; do
		dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# Installs those packages that are not there yet, from the configured mirrors. Packages that bring
# a service do not start it: no machine gets a new server from a test.
install_packages() {
	local missing

	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "$0: not root, cannot install: ${missing[*]}" >&2
		return 1
	fi
	(
		if [ ! -e "$POLICY" ]; then
			trap 'rm -f "$POLICY"' EXIT
			printf '#!/bin/sh\nexit 101\n' >"$POLICY"
			chmod 755 "$POLICY"
		fi
		export DEBIAN_FRONTEND=noninteractive
		apt-get update
		apt-get install --yes --no-install-recommends "${missing[@]}"
	) >&2
}

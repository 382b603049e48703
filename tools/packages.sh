# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# The Debian packages that tvtraced needs, and a function that installs them. Sourced by tools/run
# and tools/check.

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
# The programs that tests/systems traces; those of its second list stand apart, as only
# `make systems SYSTEMS_ARGS=--more` wants them.
# shellcheck disable=SC2034
SYSTEM_PACKAGES=(
	apache2-bin apache2-utils chromium erlang-base golang-go nginx nodejs postgresql procps redis-server util-linux
)
# shellcheck disable=SC2034
MORE_SYSTEM_PACKAGES=(
	ffmpeg gunicorn haproxy lighttpd make mariadb-server memcached openjdk-17-jdk-headless
	openssh-server php8.2-fpm puma rsync squid uwsgi-plugin-python3 vsftpd xz-utils
)
# Packages for the tests in virtual machines. Packages that go into the machines are not listed:
# they are only unpacked (tests/vm).
# shellcheck disable=SC2034
VM_PACKAGES=(cpio gcc-aarch64-linux-gnu qemu-system-arm qemu-system-x86)
# shellcheck disable=SC2034
COVERAGE_PACKAGES=(gcovr)
# The tracers that `make bench` compares. It installs none of them, and skips those that are
# missing.
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

# Installs the packages that are missing, from the configured mirrors. A policy-rc.d keeps new
# services from being started, so that a test never starts a server on the machine.
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

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Sourced by tools/run and tools/check: the Debian packages that they need.
# shellcheck disable=SC2034

BUILD_PACKAGES=(make gcc libc6-dev pkg-config clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev
	libjson-c-dev libncurses-dev)
TEST_PACKAGES=(libcmocka-dev python3 python3-pytest stress-ng linux-perf prometheus
	prometheus-node-exporter valgrind tmux shellcheck clang-format clang-tidy cppcheck
	libasan8 libubsan1 iproute2 util-linux mount procps)

# install_packages NAME...: installs those that are missing, starting no service.
install_packages() {
	local missing=() name policy=/usr/sbin/policy-rc.d made_policy=

	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -q '^installed$' ||
			missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "${0##*/}: not root, and packages are missing: ${missing[*]}; run it with sudo" >&2
		return 1
	fi
	if ! command -v apt-get >/dev/null; then
		echo "${0##*/}: this is not Debian; install by hand: ${missing[*]}" >&2
		return 1
	fi
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made_policy=1
	fi
	echo "installing ${missing[*]}" >&2
	local status=0 log
	log=$(mktemp)
	{ apt-get update && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null || status=$?
	[ -z "$made_policy" ] || rm -f "$policy"
	if [ "$status" != 0 ]; then
		tail -n 20 "$log" >&2
		echo "${0##*/}: cannot install ${missing[*]}; see above" >&2
	fi
	rm -f "$log"
	return "$status"
}

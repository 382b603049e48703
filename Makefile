# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make, make check, make check-vm [KERNEL=...], make bench, make lint, make install; V=1 shows the
# commands.
# SANITIZE=1 builds with ASan and UBSan into build/asan.
# ARCH=arm64 cross-builds into build/arm64, against the packages of that architecture that are
# installed or, with SYSROOT=DIR, unpacked there (tests/vm/sysroot.py).
# CLANG=... BUILD=build/... builds with another compiler for the BPF programs, into its own folder.

VERSION := 0.1.0
PREFIX ?= /usr/local
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config

NATIVE := $(shell uname -m)
ARCH ?= $(NATIVE)
# By uname's names.
TARGET := $(patsubst amd64,x86_64,$(patsubst arm64,aarch64,$(ARCH)))
BPF_ARCH := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(TARGET)))

# Where the builds with and without sanitizers both go.
OUTPUT := build
ifneq ($(TARGET),$(NATIVE))
ifeq ($(filter x86_64 aarch64,$(TARGET)),)
$(error ARCH=$(ARCH) is not known; x86_64 (amd64) and arm64 (aarch64) are)
endif
OUTPUT := build/$(patsubst aarch64,arm64,$(TARGET))
ifeq ($(origin CC),default)
CC := $(TARGET)-linux-gnu-gcc
endif
# Nothing of the build machine's own architecture may be found.
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TARGET)-linux-gnu/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
	$(PKG_CONFIG)
SYSROOT_FLAGS := $(if $(SYSROOT),--sysroot=$(SYSROOT))
endif

ifdef SANITIZE
BUILD := $(OUTPUT)/asan
SANITIZE_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
BUILD := $(OUTPUT)
endif

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Werror
LIBS := libbpf json-c ncursesw
CFLAGS ?= -O2 -g
TV_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DTVTRACED_VERSION='"$(VERSION)"' $(WARNINGS) -iquote include -iquote user \
	-isystem $(BUILD) $(SYSROOT_FLAGS) $(shell $(PKG_CONFIG) --cflags $(LIBS)) $(SANITIZE_FLAGS)
TV_LIBS := $(SYSROOT_FLAGS) $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm -pthread
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 $(SYSROOT_FLAGS) -D__TARGET_ARCH_$(BPF_ARCH) \
	$(filter-out -Wpedantic,$(WARNINGS)) -Wno-unused-parameter -iquote include -iquote bpf -iquote vmlinux

USER_OBJS := $(patsubst user/%.c,$(BUILD)/user/%.o,$(wildcard user/*.c))
# maps.bpf.o first: the linker of libbpf before 1.2 mixes up maps that are declared before they
# are defined.
BPF_OBJS := $(BUILD)/bpf/maps.bpf.o \
	$(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(filter-out bpf/maps.bpf.c,$(wildcard bpf/*.bpf.c)))
SKELETON := $(BUILD)/tvtraced.skel.h
LIB_OBJS := $(filter-out %/main.o,$(USER_OBJS))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
WORKLOADS := $(patsubst tests/workload/%.c,$(OUTPUT)/tests/%,$(wildcard tests/workload/*.c))
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,build/bench/%,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c))) \
	$(patsubst tests/bench/%.bpf.c,build/bench/%.bpf.o,$(wildcard tests/bench/*.bpf.c))

.PHONY: all
all: $(BUILD)/tvtraced

$(BUILD)/tvtraced: $(USER_OBJS)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANITIZE_FLAGS) $(LDFLAGS) -o $@ $^ $(TV_LIBS)

$(USER_OBJS): $(BUILD)/user/%.o: user/%.c $(SKELETON) Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(TV_CFLAGS) -MMD -MP -c -o $@ $<

$(BPF_OBJS): $(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c Makefile
	@mkdir -p $(@D)
	$(call say,BPF,$@)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tvtraced.bpf.o: $(BPF_OBJS)
	$(call say,BPFLINK,$@)$(BPFTOOL) gen object $@ $^

# Written aside and moved, so that a failing bpftool leaves no half header behind.
$(SKELETON): $(BUILD)/tvtraced.bpf.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name tvtraced_bpf >$@.tmp && mv $@.tmp $@

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIB_OBJS)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(TV_CFLAGS) -MMD -MP -o $@ $< $(LIB_OBJS) -lcmocka $(TV_LIBS)

$(WORKLOADS): $(OUTPUT)/tests/%: tests/workload/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(SYSROOT_FLAGS) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -iquote include -MMD -MP \
		-pthread -o $@ $<

build/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -iquote include -MMD -MP -pthread -o $@ $< -lbpf

build/bench/%.bpf.o: tests/bench/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$@)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

.PHONY: tests workloads
tests: $(UNIT_TESTS) workloads
workloads: $(WORKLOADS)

.PHONY: check
check:
	tools/check

# The tests in guests (tests/vm/rows.py); KERNEL names some rows.
.PHONY: check-vm
check-vm: all workloads
	sysroot=$$(tests/vm/sysroot.py) && \
		$(MAKE) --no-print-directory ARCH=arm64 SYSROOT="$$sysroot" all workloads
	/usr/bin/python3 tests/vm/matrix.py $(VM_ARGS) $(KERNEL)

.PHONY: bench
bench: all $(BENCH_PROGRAMS)
	/usr/bin/python3 tests/bench/bench.py $(BENCH_ARGS)

C_FILES := $(wildcard bpf/*.[ch] user/*.[ch] include/*.h tests/unit/*.[ch] tests/workload/*.[ch] tests/bench/*.[ch])
SHELL_FILES := tools/run tools/check $(wildcard tools/*.sh) .ci/run

.PHONY: lint
lint: $(SKELETON)
	$(call say,LINT,clang-format)clang-format --dry-run --Werror $(C_FILES)
	$(call say,LINT,clang-tidy)clang-tidy --quiet --warnings-as-errors="*" $(wildcard user/*.c) -- $(TV_CFLAGS) \
		-Wno-gnu-zero-variadic-macro-arguments 2>/dev/null
	$(call say,LINT,cppcheck)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,performance,portability -Iinclude -Iuser user tests/workload
	$(call say,LINT,shellcheck)shellcheck -x $(SHELL_FILES)

.PHONY: install
install: all
	install -D -m 0755 $(BUILD)/tvtraced $(DESTDIR)$(PREFIX)/sbin/tvtraced

.PHONY: clean
clean:
	rm -rf build

-include $(USER_OBJS:.o=.d) $(BPF_OBJS:.o=.d) $(wildcard $(BUILD)/tests/unit/*.d $(OUTPUT)/tests/*.d build/bench/*.d)
.DELETE_ON_ERROR:

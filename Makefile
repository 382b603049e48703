# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make, make check, make check-quick, make coverage, make check-vm [KERNEL=...], make fuzz [FUZZ_SECONDS=...], make bench, make lint,
# make systems, make picture, make install; V=1 shows the commands.
# SANITIZE=1 builds with ASan and UBSan into build/asan, SANITIZE=thread with TSan into build/tsan.
# ARCH=arm64 cross-builds into build/arm64, against the packages of that architecture that are
# installed or, with SYSROOT=DIR, unpacked there (tests/vm/sysroot.py).
# CLANG=... BUILD=build/... builds with another compiler for the BPF programs, into its own folder.

# The version is from git's tags (v0.1.0, or v0.1.0-5-g12ab34c after five more commits), or the
# default here if there are no tags.
VERSION := $(or $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' 2>/dev/null)),0.1.0)
PREFIX ?= /usr/local
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
PROTOC_C ?= protoc-c
PKG_CONFIG ?= pkg-config

NATIVE := $(shell uname -m)
ARCH ?= $(NATIVE)
# TARGET is the architecture by uname's name.
TARGET := $(patsubst amd64,x86_64,$(patsubst arm64,aarch64,$(ARCH)))
BPF_ARCH := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(TARGET)))

# The directory of all builds for one architecture, with and without sanitizers.
OUTPUT := build
ifneq ($(TARGET),$(NATIVE))
ifeq ($(filter x86_64 aarch64,$(TARGET)),)
$(error ARCH=$(ARCH) is not known; x86_64 (amd64) and arm64 (aarch64) are)
endif
OUTPUT := build/$(patsubst aarch64,arm64,$(TARGET))
ifeq ($(origin CC),default)
CC := $(TARGET)-linux-gnu-gcc
endif
# Keep pkg-config from finding packages of the build machine's own architecture.
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TARGET)-linux-gnu/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
	$(PKG_CONFIG)
SYSROOT_FLAGS := $(if $(SYSROOT),--sysroot=$(SYSROOT))
endif

ifeq ($(SANITIZE),thread)
BUILD := $(OUTPUT)/tsan
SANITIZE_FLAGS := -fsanitize=thread -fno-omit-frame-pointer
else ifdef SANITIZE
BUILD := $(OUTPUT)/asan
SANITIZE_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifdef COVERAGE
BUILD := $(OUTPUT)/coverage
SANITIZE_FLAGS := --coverage -fprofile-update=atomic
else
BUILD := $(OUTPUT)
endif

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Werror
# Warnings for the two programs only: in BPF programs and tests, these find code that is intended.
STRICT := -Wconversion -Wsign-conversion -Wmissing-prototypes
LIBS := libbpf libelf json-c ncursesw libprotobuf-c zlib
CFLAGS ?= -O2 -g
TV_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -iquote include -iquote $(BUILD)/generated -isystem $(BUILD) \
	$(SYSROOT_FLAGS) $(shell $(PKG_CONFIG) --cflags $(LIBS)) $(SANITIZE_FLAGS)
# Overwritten return addresses and overrun buffers end the program, its addresses are random, and what
# the linker resolves at start is read-only from then on. Levels of _FORTIFY_SOURCE that a compiler
# does not know count as the highest that it knows; it needs optimization, and sanitizers do more.
HARDENING := -fstack-protector-strong -fPIE $(if $(SANITIZE_FLAGS)$(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
HARDENED_LINK := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack
TV_LIBS := $(SYSROOT_FLAGS) $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm -pthread
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 $(SYSROOT_FLAGS) -D__TARGET_ARCH_$(BPF_ARCH) \
	$(filter-out -Wpedantic,$(WARNINGS)) -Wno-unused-parameter -iquote include -iquote bpf -iquote vmlinux

# The include paths let the daemon include all of user/, the client only user/common of it, and
# user/common only itself. The path of the latter two is a folder with a link to user/common.
# tests/rooms.py checks the finer rules.
COMMON_PATH := $(OUTPUT)/reach
DAEMON_PATHS := -iquote user
CLIENT_PATHS := -iquote tools -iquote $(COMMON_PATH)

objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
COMMON_OBJS := $(call objects,user/common/*.c)
DAEMON_OBJS := $(filter-out $(COMMON_OBJS),$(call objects,user/*.c user/*/*.c))
CLIENT_OBJS := $(call objects,tools/*/*.c)
# maps.bpf.o is first, because the linker of libbpf before 1.2 mixes up maps that are declared
# before they are defined.
BPF_OBJS := $(BUILD)/bpf/maps.bpf.o \
	$(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(filter-out bpf/maps.bpf.c,$(wildcard bpf/*.bpf.c)))
SKELETON := $(BUILD)/tvtraced.skel.h
LIB_OBJS := $(filter-out %/main.o,$(DAEMON_OBJS) $(COMMON_OBJS)) $(BUILD)/trace.pb-c.o
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
WORKLOADS := $(patsubst tests/workload/%.c,$(OUTPUT)/tests/%,$(wildcard tests/workload/*.c))
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,build/bench/%,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c))) \
	$(patsubst tests/bench/%.bpf.c,build/bench/%.bpf.o,$(wildcard tests/bench/*.bpf.c))

.PHONY: all
all: $(BUILD)/tvtraced $(BUILD)/tvtrace compile_commands.json

# Written only when the version changes, so that nothing is rebuilt without need.
VERSION_H := $(BUILD)/generated/version.h
$(VERSION_H): FORCE
	@mkdir -p $(@D)
	@echo '#define TVTRACED_VERSION "$(VERSION)"' | cmp -s - $@ || \
		echo '#define TVTRACED_VERSION "$(VERSION)"' >$@

.PHONY: FORCE
FORCE:

$(BUILD)/tvtrace: $(CLIENT_OBJS) $(COMMON_OBJS) $(BUILD)/trace.pb-c.o
$(BUILD)/tvtraced: $(DAEMON_OBJS) $(COMMON_OBJS) $(BUILD)/trace.pb-c.o
$(BUILD)/tvtrace $(BUILD)/tvtraced:
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANITIZE_FLAGS) $(HARDENED_LINK) $(LDFLAGS) -o $@ $^ $(TV_LIBS)

$(COMMON_PATH)/common:
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR)/user/common $@

$(COMMON_OBJS): PATHS := -iquote $(COMMON_PATH)
$(DAEMON_OBJS): PATHS := $(DAEMON_PATHS)
$(CLIENT_OBJS): PATHS := $(CLIENT_PATHS)
$(DAEMON_OBJS): $(SKELETON)
$(COMMON_OBJS) $(DAEMON_OBJS) $(CLIENT_OBJS): $(BUILD)/%.o: %.c $(BUILD)/trace.pb-c.h Makefile | $(COMMON_PATH)/common $(VERSION_H)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(HARDENING) $(TV_CFLAGS) $(STRICT) $(PATHS) -MMD -MP -c -o $@ $<

# The compilation database, for editors and clangd.
compile_command = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(CC) $(TV_CFLAGS) $(STRICT) $(2) -c $(1)"}
define newline


endef
comma := ,
join_lines = $(subst } {,}$(comma)$(newline){,$(strip $(1)))
compile_commands.json: Makefile user $(wildcard user/*/) $(wildcard tools/*/)
	$(file >$@,[$(call join_lines,$(foreach o,$(COMMON_OBJS),$(call compile_command,$(o:$(BUILD)/%.o=%.c),-iquote $(COMMON_PATH))) \
		$(foreach o,$(DAEMON_OBJS),$(call compile_command,$(o:$(BUILD)/%.o=%.c),$(DAEMON_PATHS))) \
		$(foreach o,$(CLIENT_OBJS),$(call compile_command,$(o:$(BUILD)/%.o=%.c),$(CLIENT_PATHS))))])
	@touch $@

# C code for the trace format.
$(BUILD)/trace.pb-c.c $(BUILD)/trace.pb-c.h &: include/trace.proto
	@mkdir -p $(@D)
	$(call say,PROTOC,$(BUILD)/trace.pb-c.c)$(PROTOC_C) --proto_path=include --c_out=$(BUILD) $<

$(BUILD)/trace.pb-c.o: $(BUILD)/trace.pb-c.c Makefile
	$(call say,CC,$@)$(CC) $(CFLAGS) $(HARDENING) $(filter-out -Wpedantic,$(TV_CFLAGS)) -c -o $@ $<

$(BPF_OBJS): $(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c Makefile
	@mkdir -p $(@D)
	$(call say,BPF,$@)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tvtraced.bpf.o: $(BPF_OBJS)
	$(call say,BPFLINK,$@)$(BPFTOOL) gen object $@ $^

# Written to a temporary file and renamed, so that a failing bpftool leaves no partial header
# behind.
$(SKELETON): $(BUILD)/tvtraced.bpf.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name tvtraced_bpf >$@.tmp && mv $@.tmp $@

# The objects that a unit test is linked with, by its folder.
UNIT_OBJS_common := $(COMMON_OBJS)
UNIT_OBJS_daemon := $(LIB_OBJS)
UNIT_OBJS_client := $(filter-out %/tvtrace.o,$(CLIENT_OBJS)) $(COMMON_OBJS) $(BUILD)/trace.pb-c.o
define unit_tests
$(BUILD)/tests/unit/$(1)/%: tests/unit/$(1)/%.c $$(UNIT_OBJS_$(1))
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)$$(CC) $$(CFLAGS) $$(TV_CFLAGS) $(2) -iquote tests/unit -MMD -MP -o $$@ $$< \
		$$(UNIT_OBJS_$(1)) -lcmocka $$(TV_LIBS)
endef
$(eval $(call unit_tests,common,-iquote $(COMMON_PATH)))
$(eval $(call unit_tests,daemon,$(DAEMON_PATHS)))
$(eval $(call unit_tests,client,$(CLIENT_PATHS)))

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

# A check between edits, which takes some minutes: build, lint, unit tests, and the system tests
# that cover the most.
QUICK_TESTS := labels lifecycle exec cli errors documents man textfile view_rows report
.PHONY: check-quick
check-quick: all tests lint
	@for t in $(UNIT_TESTS); do echo "$$t"; CMOCKA_MESSAGE_OUTPUT=stdout $$t >build/unit.out 2>&1 || { cat build/unit.out; exit 1; }; done
	/usr/bin/python3 -m pytest -q $(QUICK_TESTS:%=tests/system/test_%.py)

# Reports which lines the unit tests and the system tests run (needs gcovr).
.PHONY: coverage
coverage:
	$(MAKE) --no-print-directory COVERAGE=1 all tests
	find build/coverage -name '*.gcda' -delete
	@for t in $(patsubst %.c,build/coverage/%,$(wildcard tests/unit/*/test_*.c)); do $$t >/dev/null 2>&1 || echo "$$t failed"; done
	-TVTRACED=build/coverage/tvtraced /usr/bin/python3 -m pytest -q tests -m 'not uninstrumented and not alone and not systems'
	gcovr --root . --object-directory build/coverage --filter user/ --filter tools/ --sort-uncovered \
		--print-summary -o build/coverage.txt
	@tail -3 build/coverage.txt

# Runs the tests in virtual machines (tests/vm/rows.py); KERNEL selects rows by name.
.PHONY: check-vm
check-vm: all workloads
	sysroot=$$(tests/vm/sysroot.py) && \
		$(MAKE) --no-print-directory ARCH=arm64 SYSROOT="$$sysroot" all workloads
	/usr/bin/python3 tests/vm/matrix.py $(VM_ARGS) $(KERNEL)

# Fuzzes the parsers of untrusted input: runs the corpus first, and then for FUZZ_SECONDS mutations
# of it by libFuzzer. Findings are in build/fuzz; an input that failed should be added to the
# corpus.
FUZZ_SECONDS ?= 20
FUZZ_FLAGS := -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
# The sources that each target exercises, which are compiled with instrumentation. All other
# objects are those of the programs.
FUZZED_request := user/control/request user/common/text
FUZZED_trace := $(basename $(wildcard tools/report/*.c)) user/common/text
FUZZ_OBJS := $(sort $(LIB_OBJS) $(filter-out %/tvtrace.o,$(CLIENT_OBJS)))

.SECONDEXPANSION:
build/fuzz/%: tests/fuzz/%.c $$(addsuffix .c,$$(FUZZED_$$*)) $(FUZZ_OBJS)
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)$(CLANG) -g $(filter-out -Wpedantic,$(TV_CFLAGS)) $(DAEMON_PATHS) -iquote tools $(FUZZ_FLAGS) -MMD -MP -o $@ \
		$(filter %.c,$^) $(filter-out $(patsubst %,$(BUILD)/%.o,$(FUZZED_$*)),$(FUZZ_OBJS)) $(TV_LIBS)

.PHONY: fuzz fuzz-request fuzz-trace
fuzz: fuzz-request fuzz-trace
fuzz-request: FUZZ_INPUT := -max_len=4200 -dict=tests/fuzz/request.dict
fuzz-trace: FUZZ_INPUT := -max_len=16384
fuzz-request fuzz-trace: fuzz-%: build/fuzz/%
	@mkdir -p build/fuzz/corpus/$*
	build/fuzz/$* -timeout=5 tests/fuzz/corpus/$*/*
	build/fuzz/$* -timeout=5 $(FUZZ_INPUT) -max_total_time=$(FUZZ_SECONDS) \
		-artifact_prefix=build/fuzz/$*- -print_final_stats=1 build/fuzz/corpus/$* tests/fuzz/corpus/$*

.PHONY: bench
bench: all workloads $(BENCH_PROGRAMS)
	/usr/bin/python3 tests/bench/bench.py $(BENCH_ARGS)

# Runs real programs of packages under small loads, and prints what tvtraced says of them. With
# SYSTEMS_ARGS=--more also those by which the rule of `tvtrace advise` is proved.
.PHONY: systems
systems: all workloads
	/usr/bin/python3 tests/systems/table.py $(SYSTEMS_ARGS)

# Makes the picture of `tvtrace top` in README.md.
.PHONY: picture
picture: all workloads
	/usr/bin/python3 tests/picture.py >build/top.svg && mv build/top.svg packaging/top.svg

C_FILES := $(wildcard bpf/*.[ch] user/*.[ch] user/*/*.[ch] tools/*/*.[ch] include/*.h tests/unit/*.h tests/unit/*/*.[ch] tests/workload/*.[ch] tests/bench/*.[ch] \
	tests/fuzz/*.[ch])
SHELL_FILES := tools/run tools/check packaging/completions/tvtrace $(wildcard tools/*.sh tests/*/*.sh) tests/vm/init .ci/run
PYTHON_FILES := $(wildcard tests/*.py tests/*/*.py tests/*/*/*.py)

# clang-tidy takes longest, so it runs file by file, in parallel with make --jobs.
TIDY := $(patsubst %.c,build/lint/%.tidy,$(wildcard user/*.c user/*/*.c tools/*/*.c tests/unit/*/*.c tests/fuzz/*.c tests/workload/*.c))
# Many tests consist of lists of strings, some of them long, and clang-tidy does not know that a
# failed cmocka assertion does not return.
build/lint/tests/%.tidy: TIDY_FLAGS := --checks=-bugprone-suspicious-missing-comma,-bugprone-macro-parentheses,-bugprone-not-null-terminated-result,-clang-analyzer-core.*,-clang-analyzer-security.FloatLoopCounter,-bugprone-sizeof-expression
build/lint/tests/%.tidy: TIDY_CFLAGS := -Wno-string-concatenation
$(TIDY): build/lint/%.tidy: %.c .clang-tidy $(SKELETON) $(VERSION_H) $(BUILD)/trace.pb-c.h $(wildcard include/*.h user/*.h user/*/*.h tools/*/*.h)
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy --quiet $(TIDY_FLAGS) --warnings-as-errors="*" $< -- $(TV_CFLAGS) $(DAEMON_PATHS) -iquote tools -iquote tests/unit \
		-Wno-gnu-zero-variadic-macro-arguments $(TIDY_CFLAGS) 2>/dev/null
	@touch $@

.PHONY: lint
lint: $(TIDY)
	$(call say,LINT,clang-format)clang-format --dry-run --Werror $(C_FILES)
	$(call say,LINT,cppcheck)cppcheck -j $(shell nproc) --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,performance,portability -Iinclude -Iuser -Itools user tools tests/workload
	$(call say,LINT,pyflakes)/usr/bin/python3 -m pyflakes $(PYTHON_FILES)
	$(call say,LINT,rooms)/usr/bin/python3 tests/rooms.py
	$(call say,LINT,shellcheck)shellcheck -x $(SHELL_FILES)

.PHONY: install
install: all
	install -D -m 0755 $(BUILD)/tvtraced $(DESTDIR)$(PREFIX)/sbin/tvtraced
	install -D -m 0755 $(BUILD)/tvtrace $(DESTDIR)$(PREFIX)/bin/tvtrace
	install -D -m 0644 packaging/completions/tvtrace \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tvtrace
	install -D -m 0644 packaging/man/tvtraced.8 $(DESTDIR)$(PREFIX)/share/man/man8/tvtraced.8
	install -D -m 0644 packaging/man/tvtrace.1 $(DESTDIR)$(PREFIX)/share/man/man1/tvtrace.1
	@[ -n "$(DESTDIR)" ] || getent group tvtrace >/dev/null || groupadd --system tvtrace

.PHONY: clean
clean:
	rm -rf build compile_commands.json

-include $(patsubst %.o,%.d,$(COMMON_OBJS) $(DAEMON_OBJS) $(CLIENT_OBJS)) $(BPF_OBJS:.o=.d) $(wildcard $(BUILD)/tests/unit/*/*.d $(OUTPUT)/tests/*.d build/bench/*.d)
.DELETE_ON_ERROR:

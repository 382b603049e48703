// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Cgroup paths as systemd and the container engines make them, and as nobody should. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/application.h"
#include "unit.h"

#define ID "3f4a1bc2d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80"
#define ID_2 "b7d1e2c3f4a5968778695a4b3c2d1e0fb7d1e2c3f4a5968778695a4b3c2d1e0f"
#define UID "7fda01c4-0ece-403d-88b4-c371d66d132a"
#define UID_ "7fda01c4_0ece_403d_88b4_c371d66d132a"
#define USER "/user.slice/user-1000.slice/user@1000.service"
#define BURSTABLE "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice"

static const struct expected {
	const char *cgroup;
	enum application_kind kind;
	const char *name;
} table[] = {
	/* The system's units. */
	{"/init.scope", APPLICATION_UNIT, "init.scope"},
	{"/system.slice/nginx.service", APPLICATION_UNIT, "nginx.service"},
	{"/system.slice/system-getty.slice/getty@tty1.service", APPLICATION_UNIT,
	 "getty@tty1.service"},
	{"/system.slice/system-postgresql.slice/postgresql@15-main.service", APPLICATION_UNIT,
	 "postgresql@15-main.service"},
	{"/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service", APPLICATION_UNIT,
	 "serial-getty@ttyS0.service"},
	{"/system.slice/system-systemd\\x2dfsck.slice/systemd-fsck@dev-disk-by\\x2duuid.service",
	 APPLICATION_UNIT, "systemd-fsck@dev-disk-by\\x2duuid.service"},
	{"/system.slice/mnt-sshfs.mount", APPLICATION_UNIT, "mnt-sshfs.mount"},
	{"/system.slice/dbus.socket", APPLICATION_UNIT, "dbus.socket"},
	{"/system.slice/run-r1f2.scope", APPLICATION_UNIT, "run-r1f2.scope"},
	{"/batch.slice/batch-night.slice/job.service", APPLICATION_UNIT, "job.service"},
	{"/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator", APPLICATION_UNIT,
	 "machine-qemu\\x2d1\\x2dweb.scope"},
	/* Put behind "_", lest the kernel has a file of that name. */
	{"/system.slice/_cpu.service", APPLICATION_UNIT, "cpu.service"},
	/* Below a unit is what it was delegated. */
	{"/system.slice/systemd-udevd.service/udev", APPLICATION_UNIT, "systemd-udevd.service"},
	{"/system.slice/agent.service/system.slice/inner.service", APPLICATION_UNIT,
	 "agent.service"},
	{"/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service",
	 APPLICATION_UNIT, "systemd-nspawn@web.service"},
	/* Below what is no slice, an init system of somebody else's may have units of the same
	   name. */
	{"/sandbox/1/system.slice/nginx.service", APPLICATION_CGROUP,
	 "/sandbox/1/system.slice/nginx.service"},
	{"/sandbox/init.scope", APPLICATION_CGROUP, "/sandbox/init.scope"},
	{"/system.slice/box/system.slice/nginx.service", APPLICATION_CGROUP,
	 "/system.slice/box/system.slice/nginx.service"},
	{USER "/box/nginx.service", APPLICATION_UNIT, "user@1000.service"},
	/* Likewise what is seen from another cgroup namespace than it was said to be. */
	{"/../../system.slice/nginx.service", APPLICATION_CGROUP,
	 "/../../system.slice/nginx.service"},
	{"/../lxc/101", APPLICATION_CGROUP, "/../lxc/101"},
	/* Users: sessions, managers, and what those start. */
	{"/user.slice/user-1000.slice/session-3.scope", APPLICATION_UNIT, "session-3.scope"},
	{"/user.slice/user-42.slice/session-c1.scope", APPLICATION_UNIT, "session-c1.scope"},
	{USER, APPLICATION_UNIT, "user@1000.service"},
	{USER "/init.scope", APPLICATION_UNIT, "user@1000.service"},
	{USER "/app.slice/app-foo.scope", APPLICATION_UNIT, "app-foo.scope"},
	{USER "/app.slice/app-gnome-firefox\\x2desr-2210.scope", APPLICATION_UNIT,
	 "app-gnome-firefox\\x2desr-2210.scope"},
	{USER "/session.slice/org.gnome.Shell@wayland.service", APPLICATION_UNIT,
	 "org.gnome.Shell@wayland.service"},
	{USER "/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1f.scope", APPLICATION_UNIT,
	 "vte-spawn-1f.scope"},
	{USER "/dbus.service", APPLICATION_UNIT, "dbus.service"},
	{USER "/dbus.service/init.scope", APPLICATION_UNIT, "dbus.service"},

	/* docker: systemd and cgroupfs driver, rootless, in docker, with its own systemd. */
	{"/system.slice/docker-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/docker/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/system.slice/docker.service/docker/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{USER "/user.slice/docker-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/docker/" ID "/docker/" ID_2, APPLICATION_CONTAINER, "b7d1e2c3f4a5"},
	{"/system.slice/docker-" ID ".scope/init.scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/docker/" ID "/system.slice/nginx.service", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/../docker-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	/* Engines' own units are none of their containers. */
	{"/system.slice/docker.service", APPLICATION_UNIT, "docker.service"},
	{"/system.slice/containerd.service", APPLICATION_UNIT, "containerd.service"},
	/* podman. */
	{"/machine.slice/libpod-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/machine.slice/libpod-" ID ".scope/container", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/machine.slice/libpod-conmon-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/machine.slice/machine-libpod_pod_" ID_2 ".slice/libpod-" ID ".scope",
	 APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/libpod_parent/libpod-" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{USER "/user.slice/libpod-" ID ".scope/container", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	/* A quadlet's container is its service; in a session it is on its own. */
	{"/system.slice/web.service/libpod-payload-" ID, APPLICATION_UNIT, "web.service"},
	{"/system.slice/web.service/runtime", APPLICATION_UNIT, "web.service"},
	{USER "/app.slice/web.service/libpod-payload-" ID, APPLICATION_UNIT, "web.service"},
	{"/user.slice/user-0.slice/session-3.scope/libpod-payload-" ID, APPLICATION_CONTAINER,
	 "3f4a1bc2d5e6"},
	{"/docker/" ID_2 "/system.slice/web.service/libpod-payload-" ID, APPLICATION_CONTAINER,
	 "3f4a1bc2d5e6"},
	/* Kubernetes with containerd, cri-o and docker, by both drivers. */
	{BURSTABLE "/cri-containerd-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{BURSTABLE "/crio-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{BURSTABLE "/crio-" ID ".scope/container", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{BURSTABLE "/crio-conmon-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{BURSTABLE "/docker-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/system.slice/crio-conmon-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/kubepods/burstable/pod" UID "/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/kubepods/besteffort/pod" UID "/crio-" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/kubepods/pod" UID "/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/system.slice/containerd.service/kubepods-besteffort-pod" UID_
	 ".slice:cri-containerd:" ID,
	 APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/docker/" ID_2 "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	 "kubelet-kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	 APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	/* In the pod and no container. */
	{BURSTABLE, APPLICATION_CONTAINER, "pod7fda01c4-0ece"},
	{"/kubepods.slice/kubepods-pod" UID_ ".slice", APPLICATION_CONTAINER, "pod7fda01c4-0ece"},
	{"/kubepods/burstable/pod" UID, APPLICATION_CONTAINER, "pod7fda01c4-0ece"},
	{"/kubepods/burstable/pod187bff14cccb94f179e943eacce55bb3", APPLICATION_CONTAINER,
	 "pod187bff14cccb"},
	/* containerd by nerdctl and ctr; Amazon ECS; LXC. */
	{"/system.slice/nerdctl-" ID ".scope", APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/default/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/ecs/0f1e2d3c4b5a/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/lxc.payload.web/system.slice/nginx.service", APPLICATION_CONTAINER, "web"},
	{"/lxc.monitor.web", APPLICATION_CONTAINER, "web"},
	{"/lxc/101/ns/system.slice/nginx.service", APPLICATION_CONTAINER, "101"},
	{"/lxc/web/init.scope", APPLICATION_CONTAINER, "web"},
	{"/lxc/web", APPLICATION_CONTAINER, "web"},
	{"/lxc.monitor/101", APPLICATION_CONTAINER, "101"},
	{"/lxc/101/docker/" ID, APPLICATION_CONTAINER, "3f4a1bc2d5e6"},
	{"/lxc", APPLICATION_CGROUP, "/lxc"},
	{"/a/lxc/web", APPLICATION_CGROUP, "/a/lxc/web"},

	/* Neither. */
	{"/", APPLICATION_COMM, "prog"},
	{"//", APPLICATION_COMM, "prog"},
	{"", APPLICATION_COMM, "prog"},
	{NULL, APPLICATION_COMM, "prog"},
	{"/batch", APPLICATION_CGROUP, "/batch"},
	{"/batch/night", APPLICATION_CGROUP, "/batch/night"},
	{"/user.slice", APPLICATION_CGROUP, "/user.slice"},
	{"/docker", APPLICATION_CGROUP, "/docker"},
	{"/docker/buildkit/t4967jvf8rbufklrhkicskyes", APPLICATION_CGROUP,
	 "/docker/buildkit/t4967jvf8rbufklrhkicskyes"},
	{"/..", APPLICATION_CGROUP, "/.."},
	{"/kubepods.slice/kubepods-burstable.slice", APPLICATION_CGROUP,
	 "/kubepods.slice/kubepods-burstable.slice"},
	/* Nearly. */
	{"/.service", APPLICATION_CGROUP, "/.service"},
	{"/_.service", APPLICATION_CGROUP, "/_.service"},
	{"/nginx.services", APPLICATION_CGROUP, "/nginx.services"},
	{"/two words.service", APPLICATION_CGROUP, "/two words.service"},
	{"/new\nline.service", APPLICATION_CGROUP, "/new\nline.service"},
	{"/\xff.service", APPLICATION_CGROUP, "/\xff.service"},
	{"/a" ID, APPLICATION_CGROUP, "/a" ID},
	{"/" ID "0", APPLICATION_CGROUP, "/" ID "0"},
	{"/x" ID "x", APPLICATION_CGROUP, "/x" ID "x"},
	{"/3F4A1BC2D5E6F708192A3B4C5D6E7F8091A2B3C4D5E6F708192A3B4C5D6E7F80", APPLICATION_CGROUP,
	 "/3F4A1BC2D5E6F708192A3B4C5D6E7F8091A2B3C4D5E6F708192A3B4C5D6E7F80"},
	{"/system.slice/docker-3f4a1bc2d5e6.scope", APPLICATION_UNIT, "docker-3f4a1bc2d5e6.scope"},
	{"/pod7f-da-01-c4-0e-ce-40-3d-88-b4-c3-71-d6-6d-13-2a", APPLICATION_CGROUP,
	 "/pod7f-da-01-c4-0e-ce-40-3d-88-b4-c3-71-d6-6d-13-2a"},
	{"/pod187bff14cccb94f179e943eacce55bb", APPLICATION_CGROUP,
	 "/pod187bff14cccb94f179e943eacce55bb"},
	{"/lxc.payload.", APPLICATION_CGROUP, "/lxc.payload."},
};

static void check(const struct expected *e)
{
	char name[APPLICATION_LEN];
	enum application_kind kind = application_of(name, sizeof(name), e->cgroup, "prog", false);

	if (kind != e->kind || strcmp(name, e->name) != 0)
		fail_msg("%s: %s %s, not %s %s", e->cgroup, application_kind_names[kind], name,
			 application_kind_names[e->kind], e->name);
}

static void paths_are_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		check(&table[i]);
}

static void a_unit_name_is_at_most_255_characters_long(void **state)
{
	char unit[300], path[400], name[APPLICATION_LEN];

	(void)state;
	memset(unit, 'a', sizeof(unit));
	strcpy(unit + 255 - strlen(".service"), ".service");
	snprintf(path, sizeof(path), "/system.slice/%s", unit);
	assert_int_equal(application_of(name, sizeof(name), path, "prog", false), APPLICATION_UNIT);
	assert_string_equal(name, unit);
	memset(unit, 'a', sizeof(unit));
	strcpy(unit + 256 - strlen(".service"), ".service");
	snprintf(path, sizeof(path), "/system.slice/%s", unit);
	assert_int_equal(application_of(name, sizeof(name), path, "prog", false),
			 APPLICATION_CGROUP);
	assert_string_equal(name, path);
}

static void the_kernel_is_itself_wherever_its_threads_are(void **state)
{
	char name[APPLICATION_LEN];

	(void)state;
	assert_int_equal(application_of(name, sizeof(name), "/", "kworker/0:1", true),
			 APPLICATION_COMM);
	assert_string_equal(name, "kernel");
	application_of(name, sizeof(name), "/system.slice/docker-" ID ".scope", "vhost-1", true);
	assert_string_equal(name, "kernel");
}

static void a_program_cannot_pose_as_the_kernel(void **state)
{
	char name[APPLICATION_LEN];

	(void)state;
	application_of(name, sizeof(name), "/", "kernel", false);
	assert_string_equal(name, "kernel_");
	application_of(name, sizeof(name), NULL, "idle", false);
	assert_string_equal(name, "idle_");
	application_of(name, sizeof(name), "/lxc.payload.kernel", "prog", false);
	assert_string_equal(name, "kernel_");
	application_of(name, sizeof(name), "/", "", false);
	assert_string_equal(name, "");
}

/* What it writes is what it may: never more than size, always terminated. */
static void check_bounds(const char *cgroup, const char *comm)
{
	char whole[APPLICATION_LEN], cut[64];
	enum application_kind kind = application_of(whole, sizeof(whole), cgroup, comm, false);

	assert_true(kind < NR_APPLICATION_KINDS);
	for (size_t size = 1; size < 40; size++) {
		memset(cut, '!', sizeof(cut));
		assert_int_equal(application_of(cut, size, cgroup, comm, false), kind);
		assert_true(strlen(cut) < size);
		assert_int_equal(cut[size], '!');
		assert_memory_equal(cut, whole, strlen(cut));
	}
}

/* Parts that mean something, and any bytes, put together at random. */
static void random_path(char *path, size_t size, uint64_t *random)
{
	static const char *const parts[] = {
		"/",
		"/",
		"/",
		".slice",
		".service",
		".scope",
		"docker-",
		ID,
		"pod",
		UID,
		UID_,
		"user@",
		"crio-",
		":cri-containerd:",
		"lxc.payload.",
		"libpod-",
		"payload-",
		"init.scope",
		"user@1000.service",
		"_",
		"..",
		"-pod",
		"abcdef012345",
		"-",
		"x",
	};
	size_t used = 0, pieces = next_random(random) % 30;

	path[0] = '\0';
	for (size_t i = 0; i < pieces; i++) {
		uint64_t draw = next_random(random);
		size_t part = draw % (ARRAY_SIZE(parts) + 3);

		if (part < ARRAY_SIZE(parts))
			used += (size_t)snprintf(path + used, size - used, "%s", parts[part]);
		else
			for (size_t n = draw >> 32 & 63; n && used + 1 < size; n--)
				path[used++] = (char)(1 + next_random(random) % 255);
		assert_true(used < size);
		path[used] = '\0';
	}
}

static void any_bytes_do_no_harm(void **state)
{
	char path[4096], comm[16];
	uint64_t random = 20;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		random_path(path, sizeof(path), &random);
		snprintf(comm, sizeof(comm), "%s", path);
		check_bounds(path, comm);
	}
}

static void very_long_paths_do_no_harm(void **state)
{
	static const char *const units[] = {"/",	"a",	      "f",    "/a",
					    "/x.slice", "/x.service", "/" ID, "\xff"};
	size_t size = 1 << 20;
	char *path = malloc(size + 1);

	(void)state;
	assert_non_null(path);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t len = strlen(units[i]);

		for (size_t at = 0; at < size; at++)
			path[at] = units[i][at % len];
		path[size] = '\0';
		check_bounds(path, "prog");
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_recognised),
		cmocka_unit_test(a_unit_name_is_at_most_255_characters_long),
		cmocka_unit_test(the_kernel_is_itself_wherever_its_threads_are),
		cmocka_unit_test(a_program_cannot_pose_as_the_kernel),
		cmocka_unit_test(any_bytes_do_no_harm),
		cmocka_unit_test(very_long_paths_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

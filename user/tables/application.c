// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/names.h"
#include "tables/application.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

enum {
	ID_DIGITS = 64,	 /* of a container ID */
	UID_DIGITS = 32, /* of a pod's UID: a UUID, or the hash of a static pod's file */
	UID_LEN = 36,	 /* with separators */
	UNIT_MAX = 255,	 /* systemd.unit(5) */
};

const char *const application_kind_names[NR_APPLICATION_KINDS] = {
	[APPLICATION_UNIT] = "unit",
	[APPLICATION_CONTAINER] = "container",
	[APPLICATION_CGROUP] = "cgroup",
	[APPLICATION_COMM] = "comm",
};

/* A piece of a path; it is not NUL-terminated. */
struct piece {
	const char *at;
	size_t len;
};

static bool begins_with(struct piece p, const char *s)
{
	size_t n = strlen(s);

	return p.len >= n && !memcmp(p.at, s, n);
}

static bool ends_with(struct piece p, const char *s)
{
	size_t n = strlen(s);

	return p.len >= n && !memcmp(p.at + p.len - n, s, n);
}

static bool equals(struct piece p, const char *s)
{
	return p.len == strlen(s) && begins_with(p, s);
}

/* Container engines write IDs in lower case. */
static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static size_t id_at_end(struct piece p, const char *before)
{
	size_t n = 0;

	(void)before;
	while (n < p.len && is_hex(p.at[p.len - 1 - n]))
		n++;
	return n == ID_DIGITS ? n : 0;
}

/*
 * Returns the length of the UID that p ends with, or 0. A UID is recognised by its number of
 * digits, whether or not there are separators.
 */
static size_t uid_at_end(struct piece p, const char *before)
{
	size_t n = 0, digits = 0;

	(void)before;
	while (n < p.len && n < UID_LEN && digits < UID_DIGITS) {
		char c = p.at[p.len - 1 - n++];

		if (is_hex(c))
			digits++;
		else if (c != '-' && c != '_')
			return 0;
	}
	return digits == UID_DIGITS ? n : 0;
}

static size_t rest_at_end(struct piece p, const char *before)
{
	return p.len > strlen(before) ? p.len - strlen(before) : 0;
}

static void name_id(char *name, size_t size, struct piece id)
{
	snprintf(name, size, "%.*s", CONTAINER_ID_LEN, id.at);
}

/*
 * Writes "-" for each separator. Names of slices have "_" instead, because "-" in them leads to the
 * parent slice.
 */
static void name_pod(char *name, size_t size, struct piece uid)
{
	int digits = 0;
	size_t used;

	used = (size_t)snprintf(name, size, "pod");
	for (size_t i = 0; digits < CONTAINER_ID_LEN && used + 1 < size; i++) {
		bool hex = is_hex(uid.at[i]);

		name[used++] = hex ? uid.at[i] : '-';
		digits += hex;
	}
	if (used < size)
		name[used] = '\0';
}

static void name_whole(char *name, size_t size, struct piece whole)
{
	snprintf(name, size, "%.*s", (int)whole.len, whole.at);
}

/*
 * How container engines name the cgroups that they make: the text before and behind the part that
 * tells one container from another. The names follow the cgroupsPath of the OCI runtime. With the
 * systemd driver that is slice:prefix:id, and the scope is prefix-id.scope (runc, docs/systemd.md);
 * if engine and runtime disagree on the driver, slice:prefix:id itself becomes a directory. With
 * the cgroupfs driver cgroupsPath is a path, the same in both versions of cgroups.
 */
static const struct container_form {
	const char *before;
	const char *behind;
	size_t (*at_end)(struct piece p, const char *before); /* length of the part; 0: none */
	void (*name)(char *name, size_t size, struct piece part);
	bool continues; /* other text may precede `before` */
	bool of_a_unit; /* a service around it was made for it alone */
} container_forms[] = {
	/* docker, containerd and the kubelet with the cgroupfs driver: .../<parent>/<id> */
	{"", "", id_at_end, name_id, false, false},
	/* docker run, with the systemd driver */
	{"docker-", ".scope", id_at_end, name_id, false, false},
	/* containerd for the kubelet; nerdctl */
	{"cri-containerd-", ".scope", id_at_end, name_id, false, false},
	{"nerdctl-", ".scope", id_at_end, name_id, false, false},
	{":cri-containerd:", "", id_at_end, name_id, true, false},
	/* cri-o, and the monitor that it starts for each container: crio.conf(5), conmon_cgroup */
	{"crio-", ".scope", id_at_end, name_id, false, false},
	{"crio-", "", id_at_end, name_id, false, false},
	{"crio-conmon-", ".scope", id_at_end, name_id, false, false},
	{"crio-conmon-", "", id_at_end, name_id, false, false},
	{":crio:", "", id_at_end, name_id, true, false},
	/* podman run: either driver, and the monitor; --cgroups=split within a unit (quadlets) */
	{"libpod-", ".scope", id_at_end, name_id, false, false},
	{"libpod-", "", id_at_end, name_id, false, false},
	{"libpod-conmon-", ".scope", id_at_end, name_id, false, false},
	{"libpod-payload-", "", id_at_end, name_id, false, true},
	/* the kubelet's pods: kubepods/burstable/pod<uid>, kubepods-burstable-pod<uid>.slice */
	{"pod", "", uid_at_end, name_pod, false, false},
	{"-pod", ".slice", uid_at_end, name_pod, true, false},
	/* LXC 4 and later: what runs in it, and its monitor (lxc.container.conf(5)) */
	{"lxc.payload.", "", rest_at_end, name_whole, false, false},
	{"lxc.monitor.", "", rest_at_end, name_whole, false, false},
};

/*
 * Before LXC 4, and in Proxmox VE, a directory of one of these names at the root contains one
 * directory for each container.
 */
static const char *const container_parents[] = {"lxc", "lxc.monitor"};
static const struct container_form child_form = {"", "", NULL, name_whole, false, false};

/*
 * Returns whether the component p has form f. If so, stores the part of p that names the container
 * in *part.
 */
static bool has_form(const struct container_form *f, struct piece p, struct piece *part)
{
	struct piece head;
	size_t n;

	if (!ends_with(p, f->behind))
		return false;
	p.len -= strlen(f->behind);
	n = f->at_end(p, f->before);
	head = (struct piece){p.at, p.len - n};
	*part = (struct piece){p.at + head.len, n};
	return n && (f->continues ? ends_with(head, f->before) : equals(head, f->before));
}

static const struct container_form *find_form(struct piece p, struct piece *part)
{
	for (size_t i = 0; i < LENGTH(container_forms); i++)
		if (has_form(&container_forms[i], p, part))
			return &container_forms[i];
	return NULL;
}

/*
 * The types of units that contain processes, by systemd.unit(5); slices contain only other units. A
 * mount unit contains the server of a FUSE file system; a socket or swap unit contains the commands
 * that it runs.
 */
static const char *const unit_types[] = {".service", ".scope", ".mount", ".socket", ".swap"};

/* The characters that systemd.unit(5) allows in a name, and the "@" of templates. */
static const char unit_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:-_.\\@";

/* Returns the unit whose cgroup this component is; length 0: it is none. */
static struct piece unit_of(struct piece p)
{
	static const struct piece none = {NULL, 0};

	/*
	 * systemd puts "_" before a name that the kernel could take for one of its own files
	 * ("cpu.service").
	 */
	if (begins_with(p, "_"))
		p = (struct piece){p.at + 1, p.len - 1};
	if (p.len > UNIT_MAX)
		return none;
	for (size_t i = 0; i < p.len; i++)
		if (!memchr(unit_characters, p.at[i], sizeof(unit_characters) - 1))
			return none;
	for (size_t i = 0; i < LENGTH(unit_types); i++)
		if (p.len > strlen(unit_types[i]) && ends_with(p, unit_types[i]))
			return p;
	return none;
}

/* What the components of a path tell, from the root down to the cgroup. */
struct found {
	struct piece unit;		   /* length 0: none */
	bool manager;			   /* the unit is a user's service manager */
	const struct container_form *form; /* of the innermost container; NULL: none */
	struct piece container;
	bool foreign; /* the components below are not the host's */
};

/*
 * Looks at the next component of a path. The outermost unit counts, because it was started on the
 * host and everything below was delegated to it; but below a user's service manager, the unit that
 * the manager started counts.
 */
static void look_at(struct found *f, struct piece component)
{
	const struct container_form *form;
	struct piece part, unit;

	form = find_form(component, &part);
	if (form) {
		f->form = form;
		f->container = part;
		return;
	}
	if (f->form || f->foreign || (f->unit.len && !f->manager))
		return;
	unit = unit_of(component);
	if (!unit.len) {
		f->foreign = !ends_with(component, ".slice");
		return;
	}
	/* init.scope contains the manager's own processes, for which the manager's unit counts. */
	if (f->manager && equals(unit, "init.scope"))
		f->manager = false;
	else {
		f->manager =
			!f->manager && begins_with(unit, "user@") && ends_with(unit, ".service");
		f->unit = unit;
	}
}

/*
 * Returns the first component of the rest of a path and moves *path behind it; length 0: the path
 * has ended.
 */
static struct piece next_component(const char **path)
{
	struct piece p;

	*path += strspn(*path, "/");
	p = (struct piece){*path, strcspn(*path, "/")};
	*path += p.len;
	return p;
}

static unsigned int levels_up;

void application_set_root(unsigned int levels)
{
	levels_up = levels;
}

unsigned int application_levels_up(const char *cgroup)
{
	unsigned int n = 0;

	while (equals(next_component(&cgroup), ".."))
		n++;
	return n;
}

static bool is_container_parent(struct piece component)
{
	for (size_t i = 0; i < LENGTH(container_parents); i++)
		if (equals(component, container_parents[i]))
			return true;
	return false;
}

static struct found find(const char *cgroup)
{
	unsigned int up = application_levels_up(cgroup);
	struct found f = {.foreign = up != levels_up};
	struct piece first, p;

	for (unsigned int i = 0; i < up; i++)
		next_component(&cgroup);
	first = next_component(&cgroup);
	if (first.len)
		look_at(&f, first);
	p = next_component(&cgroup);
	if (p.len && up == levels_up && is_container_parent(first)) {
		f.form = &child_form;
		f.container = p;
	}
	for (; p.len; p = next_component(&cgroup))
		look_at(&f, p);
	if (f.form && f.form->of_a_unit && ends_with(f.unit, ".service") && !f.manager)
		f.form = NULL;
	return f;
}

static enum application_kind name_it(char *name, size_t size, const char *cgroup, const char *comm)
{
	struct found f = find(cgroup);

	if (f.form) {
		f.form->name(name, size, f.container);
		return APPLICATION_CONTAINER;
	}
	if (f.unit.len) {
		name_whole(name, size, f.unit);
		return APPLICATION_UNIT;
	}
	if (cgroup[strspn(cgroup, "/")]) {
		snprintf(name, size, "%s", cgroup);
		return APPLICATION_CGROUP;
	}
	snprintf(name, size, "%s", comm);
	return APPLICATION_COMM;
}

enum application_kind application_of(char *name, size_t size, const char *cgroup, const char *comm,
				     bool kernel)
{
	enum application_kind kind;
	size_t len;

	if (kernel) {
		snprintf(name, size, "%s", NAME_KERNEL);
		return APPLICATION_COMM;
	}
	kind = name_it(name, size, cgroup ? cgroup : "", comm);
	len = strlen(name);
	/* A program or a container may have one of these reserved names. */
	if (!strcmp(name, NAME_KERNEL) || !strcmp(name, NAME_IDLE))
		snprintf(name + len, size - len, "_");
	return kind;
}

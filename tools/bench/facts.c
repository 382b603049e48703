// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/bench.h"
#include "common/array.h"
#include "common/text.h"

enum { LINE = 8192, MOST_CACHES = 8 };

static void put(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

/* The first line of a file, printable and without its end; "": there is none. */
static const char *first_line(const char *path, char line[LINE])
{
	FILE *f = fopen(path, "re");

	line[0] = '\0';
	if (f) {
		if (!fgets(line, LINE, f))
			line[0] = '\0';
		fclose(f);
	}
	line[strcspn(line, "\n")] = '\0';
	return text_disarm(line);
}

/* What stands behind the colon of the first line that begins so; "": none. */
static void field_of_cpuinfo(const char *key, char value[LINE])
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[LINE];

	value[0] = '\0';
	while (f && !value[0] && fgets(line, sizeof(line), f)) {
		const char *colon = strchr(line, ':');

		if (colon && !strncmp(line, key, strlen(key)))
			snprintf(value, LINE, "%s", colon + 1 + strspn(colon + 1, " "));
	}
	if (f)
		fclose(f);
	value[strcspn(value, "\n")] = '\0';
	text_disarm(value);
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

/* Such as "L1d 32K, L1i 32K, L2 512K, L3 32768K". */
static void put_caches(struct json_object *o)
{
	char text[BENCH_TEXT] = "", path[96], level[LINE], type[LINE], size[LINE];
	size_t len = 0;

	for (int i = 0; i < MOST_CACHES && len < sizeof(text); i++) {
		static const char form[] = "/sys/devices/system/cpu/cpu0/cache/index%d/%s";

		snprintf(path, sizeof(path), form, i, "level");
		first_line(path, level);
		snprintf(path, sizeof(path), form, i, "type");
		first_line(path, type);
		snprintf(path, sizeof(path), form, i, "size");
		if (!first_line(path, size)[0])
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%sL%.2s%s %.12s",
					len ? ", " : "", level,
					type[0] == 'D'	 ? "d"
					: type[0] == 'I' ? "i"
							 : "",
					size);
	}
	put(o, "caches", text[0] ? text : "not known");
}

static void put_file(struct json_object *o, const char *key, const char *path)
{
	char line[LINE];

	put(o, key, first_line(path, line)[0] ? line : "not known");
}

struct json_object *bench_facts(void)
{
	struct json_object *o = json_object_new_object();
	struct utsname name;
	char model[LINE], flags[LINE];

	field_of_cpuinfo("model name", model);
	field_of_cpuinfo("flags", flags);
	if (!uname(&name)) {
		put(o, "kernel", name.release);
		put(o, "architecture", name.machine);
	}
	put(o, "cpu", model[0] ? model : "not known");
	json_object_object_add(o, "cpus", json_object_new_int((int)sysconf(_SC_NPROCESSORS_ONLN)));
	put_caches(o);
	put(o, "pcid", !flags[0] ? "not known" : has_word(flags, "pcid") ? "yes" : "no");
	put_file(o, "page_table_isolation", "/sys/devices/system/cpu/vulnerabilities/meltdown");
	put_file(o, "spectre_v2", "/sys/devices/system/cpu/vulnerabilities/spectre_v2");
	put(o, "virtualised",
	    !flags[0]			    ? "not known"
	    : has_word(flags, "hypervisor") ? "yes"
					    : "no");
	put_file(o, "huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled");
	return o;
}

void bench_each_fact(const struct bench *b, void (*tell)(const char *key, const char *text))
{
	struct json_object_iterator at = json_object_iter_begin(b->facts);
	struct json_object_iterator end = json_object_iter_end(b->facts);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		tell(json_object_iter_peek_name(&at),
		     json_object_get_string(json_object_iter_peek_value(&at)));
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is about the whole host: TLB outcomes, and whether all counts add up. */
#include <inttypes.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/array.h"
#include "common/names.h"
#include "stage/acts.h"
#include "verify/check.h"

enum { YIELD_NS = 15000000, LEAST_SWITCHES = 100 };

static u64 outcomes_of(const struct evidence *e, int outcome)
{
	struct json_object *list = read_member(e->reply, "tlb");

	for (size_t i = 0; i < read_length(list); i++)
		if (!strcmp(read_text(read_item(list, i), "kind"), kind_names[KIND_PROCESS]))
			return read_number(read_item(list, i), tlb_names[outcome]);
	return 0;
}

/* Each change of the address space loads page tables: with a flush, or with what is kept. */
static int rotate(struct verify *v, struct finding *f)
{
	const struct play play = {.relation = RELATION_PROCESS,
				  .nr_actors = 2,
				  .real_time = true,
				  .cpu = v->cpu,
				  .n = YIELD_NS,
				  .act = act_yield};
	struct played p;
	u64 n[NR_TLB_OUTCOMES], made = 0;
	int status = play_it(v, &play, &p, f);

	if (!status && p.ok) {
		for (int i = 0; i < STAGE_MOST_ACTORS; i++)
			made += played_out(&p, i);
		for (int k = 0; k < NR_TLB_OUTCOMES; k++)
			n[k] = outcomes_of(&p.after, k) - outcomes_of(&p.before, k);
		find(f,
		     made >= LEAST_SWITCHES && n[TLB_FLUSH] + n[TLB_REUSE] >= made - made / 10
			     ? VERDICT_PASS
			     : VERDICT_FAIL,
		     "%" PRIu64 " switches of two processes; the host's process switches: %" PRIu64
		     " flush, %" PRIu64 " reuse, %" PRIu64 " none",
		     made, n[TLB_FLUSH], n[TLB_REUSE], n[TLB_NONE]);
	}
	played_release(&p);
	return status;
}

/* It switches nothing on itself: if it were killed meanwhile, that would stay on. */
static int tlb(struct verify *v, struct finding *f)
{
	if (!read_bool(read_member(v->first->reply, "host"), "tlb_counting"))
		return find(f, VERDICT_SKIP, "not counted now: `tvtrace tlb on' begins to");
	return rotate(v, f);
}

static u64 labels_of(const struct evidence *e)
{
	struct json_object *list = read_member(e->reply, "switches");
	u64 n = 0;

	for (size_t i = 0; i < read_length(list); i++)
		n += read_number(read_item(list, i), "count");
	return n;
}

/* The identities, and the kernel's own count of all switches since the first check. */
static int accounting(struct verify *v, struct finding *f)
{
	static const char *const residuals[] = {"labels", "records", "costs", "groups", "waits"};
	struct json_object *first, *last, *residual;
	const char *missing;
	struct evidence e;
	u64 seen, counted, least, most;
	int status = evidence_take(&e, v->session, NULL, &missing);

	if (status || !e.reply)
		return status;
	first = read_member(v->first->reply, "accounting");
	last = read_member(e.reply, "accounting");
	residual = read_member(last, "residuals");
	seen = read_number(last, "seen") - read_number(first, "seen");
	counted = seen + read_number(last, "unseen") - read_number(first, "unseen");
	least = e.ctxt_before - v->first->ctxt_after;
	most = e.ctxt_after - v->first->ctxt_before;
	find(f, VERDICT_PASS, "%" PRIu64 " switches of the host meanwhile, all identities hold",
	     seen);
	for (size_t i = 0; i < ARRAY_SIZE(residuals); i++)
		if (json_object_get_int64(read_member(residual, residuals[i])))
			find(f, VERDICT_FAIL, "%s do not add up: %s misses by %s", residuals[i],
			     residuals[i],
			     json_object_to_json_string(read_member(residual, residuals[i])));
	if (!residual || labels_of(&e) != read_number(last, "seen") ||
	    read_number(last, "received") + read_number(last, "spilled") !=
		    read_number(last, "seen"))
		find(f, VERDICT_FAIL,
		     "%" PRIu64 " switches have a label, and %" PRIu64 " were seen", labels_of(&e),
		     read_number(last, "seen"));
	else if (read_member(last, "unseen") && (counted < least || counted > most))
		find(f, VERDICT_FAIL,
		     "%" PRIu64
		     " switches were seen or known to be unseen, but the kernel counted %" PRIu64
		     " to %" PRIu64,
		     counted, least, most);
	evidence_release(&e);
	return CLIENT_OK;
}

const struct check host_checks[] = {
	{"TLB outcomes", tlb},
	{"accounting", accounting},
};
const size_t nr_host_checks = ARRAY_SIZE(host_checks);

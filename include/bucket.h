/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Log-linear buckets for a cost in nanoseconds: 16 equal steps in every power of two, as in
 * HdrHistogram. A bucket is at most 1/16 of its lower bound wide, so any value in it stands for
 * all of them with a relative error of at most 1/16.
 *
 * Buckets 0..15 hold exactly the values 0..15. The octave [2^e, 2^(e+1)), 4 <= e <= 29, is
 * buckets 16*(e-3) .. 16*(e-3)+15. The last bucket holds everything from 2^30 ns (1.07 s) up.
 *
 * Fixed-width types u32/u64 must be defined by the includer (record.h or vmlinux.h).
 */
#ifndef TVTRACED_BUCKET_H
#define TVTRACED_BUCKET_H

enum {
	BUCKET_SUB_BITS = 4,
	BUCKET_SUBS = 1 << BUCKET_SUB_BITS,
	BUCKET_MAX_EXP = 30,
	NR_OCTAVES = BUCKET_MAX_EXP - BUCKET_SUB_BITS + 1,
	BUCKET_OVERFLOW = NR_OCTAVES * BUCKET_SUBS,
	NR_BUCKETS = BUCKET_OVERFLOW + 1,
};

/*
 * Returns the position of the highest set bit of v, which must not be 0. BPF has no instruction for
 * this.
 */
static inline u32 bucket_log2(u32 v)
{
#ifdef __bpf__
	u32 r = 0, s;

	s = (v > 0xffff) << 4;
	v >>= s;
	r |= s;
	s = (v > 0xff) << 3;
	v >>= s;
	r |= s;
	s = (v > 0xf) << 2;
	v >>= s;
	r |= s;
	s = (v > 0x3) << 1;
	v >>= s;
	r |= s;
	return r | (v >> 1);
#else
	return 31 - (u32)__builtin_clz(v);
#endif
}

/* Returns the bucket of a value in ns: 0 .. NR_BUCKETS - 1. */
static inline u32 bucket_index(u32 ns)
{
	u32 exp;

	if (ns < BUCKET_SUBS)
		return ns;
	if (ns >> BUCKET_MAX_EXP)
		return BUCKET_OVERFLOW;
	exp = bucket_log2(ns);
	/*
	 * ns >> (exp - 4) is 16..31: the step in the octave, plus 16 for buckets 0..15, which
	 * precede the first octave.
	 */
	return (exp - BUCKET_SUB_BITS) * BUCKET_SUBS + (ns >> (exp - BUCKET_SUB_BITS));
}

/* Returns the lowest value of a bucket, in ns. Its highest value is bucket_low(b + 1) - 1. */
static inline u64 bucket_low(u32 bucket)
{
	u32 octave = bucket / BUCKET_SUBS;

	if (octave < 1)
		return bucket;
	return (u64)(BUCKET_SUBS + bucket % BUCKET_SUBS) << (octave - 1);
}

#endif

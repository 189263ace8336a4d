/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/split.h"

#include <math.h>
#include <stdbool.h>

/* 2^(i/8), correctly rounded; times a power of two they are the exact edges of all bins. */
static const double steps[STM_SPLIT_PER_OCTAVE] = {
    1,
    1.0905077326652577,
    1.189207115002721,
    1.2968395546510096,
    1.4142135623730951,
    1.5422108254079407,
    1.681792830507429,
    1.8340080864093424,
};
enum { ONE = -STM_SPLIT_LOWEST * STM_SPLIT_PER_OCTAVE }; /* the bin that begins at 1 */
enum { NEAR = 3 }; /* bins on both sides of a threshold that are in doubt */
enum { FEW = 16 }; /* fewer values are no population */

/* Thresholds between 1/2 and 8 are looked at; down to 1/8 when 1 is in the middle of a population, as it is
 * when a large offset makes all values small. Haze makes small values too, and those are no population. */
enum { LOW = ONE - STM_SPLIT_PER_OCTAVE, LOWEST = ONE - 3 * STM_SPLIT_PER_OCTAVE };
enum { HIGH = ONE + 3 * STM_SPLIT_PER_OCTAVE };

static int bin_of(double value)
{
    int exponent, step = STM_SPLIT_PER_OCTAVE - 1;
    if (!(value >= ldexp(1, STM_SPLIT_LOWEST))) return 0;
    if (value >= ldexp(1, STM_SPLIT_HIGHEST)) return STM_SPLIT_BINS - 1;
    const double mantissa = 2 * frexp(value, &exponent);
    while (steps[step] > mantissa)
        step--;
    return (exponent - 1 - STM_SPLIT_LOWEST) * STM_SPLIT_PER_OCTAVE + step;
}

void stm_split_add(struct stm_split *split, double value)
{
    if (isnan(value)) return;
    split->n++;
    split->bin[bin_of(value)]++;
}

static uint64_t count(const struct stm_split *split, int from, int to)
{
    uint64_t n = 0;
    for (int i = from; i < to; i++)
        n += split->bin[i];
    return n;
}

static uint64_t doubt(const struct stm_split *split, int at)
{
    return count(split, at - NEAR, at + NEAR);
}

static uint64_t smaller_side(const struct stm_split *split, int at)
{
    const uint64_t below = count(split, 0, at), above = split->n - below;
    return below < above ? below : above;
}

static bool has_sides(const struct stm_split *split, int at)
{
    const uint64_t side = smaller_side(split, at);
    return side >= FEW && side >= split->n / 500;
}

/* Share of the smaller side that a threshold leaves in doubt; large when there are no two sides. */
static double cost(const struct stm_split *split, int at)
{
    return has_sides(split, at) ? (double)doubt(split, at) / (double)smaller_side(split, at) : HUGE_VAL;
}

/* Whether chance (so many deviations of it) could have made a threshold look worse than one of cost `least`.
 */
static bool as_good(const struct stm_split *split, int at, double least, double deviations)
{
    const double expected = least * (double)smaller_side(split, at);
    return has_sides(split, at) && (double)doubt(split, at) <= expected + deviations * sqrt(expected + 1);
}

static const double most_cost = 0.25; /* what leaves a quarter of the smaller side in doubt is no gap */

static bool cuts_population(const struct stm_split *split, int at)
{
    return doubt(split, at) >= FEW && (double)doubt(split, at) > most_cost * (double)smaller_side(split, at);
}

/* Between two populations: 1 when it is as good as the best (which, being the best of many, is always a
 * little too good), else the middle of the thresholds around the best. 0 when there is no gap. */
static int find_gap(const struct stm_split *split)
{
    const int low = cuts_population(split, ONE) ? LOWEST : LOW;
    int best = ONE;
    for (int at = low; at <= HIGH; at++)
        if (cost(split, at) < cost(split, best)) best = at;
    const double least = cost(split, best);
    if (least > most_cost) return 0;
    if (as_good(split, ONE, least, 4)) return ONE;
    int from = best, to = best;
    while (from > low && as_good(split, from - 1, least, 2))
        from--;
    while (to < HIGH && as_good(split, to + 1, least, 2))
        to++;
    return (from + to) / 2;
}

static uint64_t at_least(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A single population lies on one side of the threshold: that of its greater part. */
static int find_side(const struct stm_split *split)
{
    if (doubt(split, ONE) <= at_least(split->n / 50, 4)) return ONE;
    const int step = count(split, 0, ONE) > split->n / 2 ? 1 : -1;
    for (int at = ONE; at >= LOWEST && at <= HIGH; at += step)
        if (doubt(split, at) <= at_least(split->n / 100, 4)) return at;
    return ONE;
}

struct stm_cut stm_split_cut(const struct stm_split *split)
{
    const int gap = find_gap(split), at = gap ? gap : find_side(split);
    const enum stm_cut_reason reason = at == ONE ? STM_CUT_ONE : gap ? STM_CUT_GAP : STM_CUT_POPULATION;
    const int octave = at / STM_SPLIT_PER_OCTAVE + STM_SPLIT_LOWEST;
    return (struct stm_cut){ldexp(steps[at % STM_SPLIT_PER_OCTAVE], octave), reason, doubt(split, at)};
}

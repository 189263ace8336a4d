/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/dilution.h"

#include "images/random.h"

/* A chamber with 0.9 uL (nine squares) counted by eye, and an imager that sees 4 uL but loses overlapping
 * cells. */
static const struct stm_dilution_counter example_counters[] = {
    {"Hemocytometer", 0.0009, 0, 0.04},
    {"Imager", 0.004, 0.12, 0.01},
    {0},
};

const struct stm_dilution_recipe stm_dilution_example = {.seed = 20391,
                                                         .stock = 1.2e6,
                                                         .pipette_cv = 0.008,
                                                         .tube_cv = 0.02,
                                                         .fractions = 5,
                                                         .tubes = 3,
                                                         .observations = 3,
                                                         .counters = example_counters};

enum { MAX_TUBES = 512 };

struct tube {
    int extraction, replicate;
    double target, measured, concentration;
};

static double near_one(struct stm_random *random, double cv)
{
    return cv > 0 ? stm_random_spread(random, cv) : 1;
}

static int fill(struct tube *tube, const struct stm_dilution_recipe *r, struct stm_random *random)
{
    int n = 0;
    for (int f = 0; f < r->fractions; f++)
        for (int i = 0; i < r->tubes && n < MAX_TUBES; i++, n++) {
            const double target = 0.1 + 0.8 * f / (r->fractions - 1);
            const double measured = target * near_one(random, r->pipette_cv);
            tube[n] = (struct tube){n + 1, i + 1, target, measured, measured * r->stock};
            tube[n].concentration *= near_one(random, r->tube_cv);
        }
    return n;
}

/* The order of counting: Fisher and Yates. */
static void shuffle(int *order, int n, struct stm_random *random)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        const int j = stm_random_below(random, i + 1), other = order[j];
        order[j] = order[i];
        order[i] = other;
    }
}

static double count(const struct tube *tube, const struct stm_dilution_recipe *r,
                    const struct stm_dilution_counter *counter, struct stm_random *random)
{
    const double c = tube->concentration, seen = c * (1 - counter->loss * c / r->stock);
    const double spread = near_one(random, counter->spread_cv);
    return stm_random_poisson(random, seen * counter->volume_ml * spread);
}

static void put_tube(struct stm_string *out, const struct tube *tube, int number,
                     const struct stm_dilution_recipe *r, const struct stm_dilution_counter *counter,
                     struct stm_random *random)
{
    for (int i = 0; i < r->observations; i++) {
        const double cells = count(tube, r, counter, random);
        stm_string_addf(
            out, "%s,%.4g,%.5f,%d,%d,%.0f,%.0f,NA,%d,Synthetic MSC,Total Cell Concentration,1,%.0f,%d,%d,1\n",
            counter->name, tube->target, tube->measured, number + 1, i + 1, cells / counter->volume_ml, cells,
            (number * r->observations + i) * 40, r->stock, tube->extraction, tube->replicate);
    }
}

void stm_dilution_csv(struct stm_string *out, const struct stm_dilution_recipe *recipe)
{
    static const uint64_t TUBES = 1, ORDER = 2, COUNTS = 3;
    struct tube tube[MAX_TUBES];
    int order[MAX_TUBES];
    struct stm_random random = stm_random_from(stm_seed(recipe->seed, TUBES));
    const int n = fill(tube, recipe, &random);
    random = stm_random_from(stm_seed(recipe->seed, ORDER));
    shuffle(order, n, &random);
    stm_string_add(out,
                   "counting_method,target_dilution_fraction,measured_dilution_fraction,random_sample_number,"
                   "rep_obsv,cell_conc,raw_count,percent_viable_cells,time_elapsed,cell_type,"
                   "concentration_type,stock_solution,starting_soln_conc,stock_extraction,replicate_sample,"
                   "analyst\n");
    for (const struct stm_dilution_counter *c = recipe->counters; c->name; c++) {
        random = stm_random_from(stm_seed_text(stm_seed(recipe->seed, COUNTS), c->name));
        for (int i = 0; i < n; i++)
            put_tube(out, &tube[order[i]], i, recipe, c, &random);
    }
}

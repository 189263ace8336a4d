/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/synth_truth.h"

#include <math.h>

static const char counts[] = "nuclei,live,dead,viability_percent,nuclei_counted,live_counted,dead_counted,"
                             "viability_counted_percent,debris,foreground_percent\n";

void stm_truth_tables_start(struct stm_truth_tables *t)
{
    stm_string_add(&t->objects,
                   "image,x,y,class,plate,well,site,object,area,clump,counted,x0,y0,x1,y1,major_px,minor_px,"
                   "brightness,defocus_px\n");
    stm_string_addf(&t->sites, "image,plate,well,site,%s", counts);
    stm_string_addf(&t->wells, "plate,well,sites,%s", counts);
}

void stm_truth_tables_free(struct stm_truth_tables *t)
{
    stm_string_free(&t->objects);
    stm_string_free(&t->sites);
    stm_string_free(&t->wells);
}

static void add_number(struct stm_string *s, double value, int decimals, char end)
{
    char text[64];
    stm_string_addf(s, "%s%c", stm_text_number(text, sizeof text, value, decimals), end);
}

static void add_object(struct stm_string *s, const struct stm_truth_site *at,
                       const struct stm_truth_object *o, int number)
{
    stm_string_addf(s, "%s,", at->image);
    add_number(s, o->x, 2, ',');
    add_number(s, o->y, 2, ',');
    stm_string_addf(s, "%s,%s,%s,%d,%d,%d,%d,%d,%d,%d,%d,%d,", stm_class_name(o->class), at->plate, at->well,
                    at->site, number, o->area, o->clump, o->counted, o->x0, o->y0, o->x1, o->y1);
    add_number(s, o->major, 2, ',');
    add_number(s, o->minor, 2, ',');
    add_number(s, o->brightness, 1, ',');
    add_number(s, o->defocus, 2, '\n');
}

static void add_counts(struct stm_string *s, const struct stm_truth_count *c)
{
    for (int i = 0; i < 2; i++) {
        const int n = c->live[i] + c->dead[i];
        stm_string_addf(s, "%d,%d,%d,", n, c->live[i], c->dead[i]);
        add_number(s, n ? 100.0 * c->live[i] / n : NAN, 3, ',');
    }
    stm_string_addf(s, "%d,", c->debris);
    add_number(s, 100 * c->foreground / c->sites, 4, '\n');
}

static struct stm_truth_count count(const struct stm_truth *truth)
{
    struct stm_truth_count c = {
        .sites = 1, .debris = truth->n - truth->n_cells, .foreground = truth->foreground};
    for (int i = 0; i < truth->n_cells; i++) {
        int *const n = truth->objects[i].class == STM_CLASS_DEAD ? c.dead : c.live;
        n[0]++;
        n[1] += truth->objects[i].counted;
    }
    return c;
}

static void sum(struct stm_truth_count *to, const struct stm_truth_count *c)
{
    for (int i = 0; i < 2; i++) {
        to->live[i] += c->live[i];
        to->dead[i] += c->dead[i];
    }
    to->sites += c->sites;
    to->debris += c->debris;
    to->foreground += c->foreground;
}

void stm_truth_tables_site(struct stm_truth_tables *t, const struct stm_truth_site *at,
                           const struct stm_field *field, struct stm_truth_count *well)
{
    const struct stm_truth_count c = count(&field->truth);
    for (int i = 0; i < field->truth.n; i++)
        add_object(&t->objects, at, &field->truth.objects[i], i + 1);
    stm_string_addf(&t->sites, "%s,%s,%s,%d,", at->image, at->plate, at->well, at->site);
    add_counts(&t->sites, &c);
    sum(well, &c);
}

void stm_truth_tables_well(struct stm_truth_tables *t, const char *plate, const char *well,
                           const struct stm_truth_count *c)
{
    stm_string_addf(&t->wells, "%s,%s,%d,", plate, well, c->sites);
    add_counts(&t->wells, c);
}

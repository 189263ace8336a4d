/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stages/features/form.h"

#include <math.h>

/* Elongation at which the score is one half, over 1. */
static const double half_way = 1.5, pi = 3.14159265358979323846;

void stm_form_fill(double value[STM_FORM_COLUMNS], double area, double radius, double major, double minor,
                   double pixel_um)
{
    const double elongation = radius > 0 ? fmax(1, area / (pi * radius * radius)) : NAN;
    const double axes = minor > 0 ? major / minor : elongation * elongation;
    const double e = fmax(0, sqrt(elongation * axes) - 1);
    value[STM_FORM_ELONGATION] = elongation;
    value[STM_FORM_WIDTH] = 2 * radius * pixel_um;
    value[STM_FORM_LENGTH] = elongation * value[STM_FORM_WIDTH];
    value[STM_FORM_SCORE] = e * e / (e * e + half_way * half_way);
}

/* A value as it will be printed: decisions use that. */
static double rounded(double v, double scale)
{
    return floor(v * scale + 0.5) / scale;
}

enum stm_class stm_form_class(const struct stm_form_limits *k, double score, double area_um2)
{
    if (rounded(score, 1e4) >= k->spindle_score) return STM_CLASS_SPINDLE;
    return rounded(area_um2, 100) >= k->flat_um2 ? STM_CLASS_FLAT : STM_CLASS_POLYGONAL;
}

void stm_form_add(struct stm_form_sums *sum, enum stm_class class, double degrees, double score)
{
    sum->n[class]++;
    if (class == STM_CLASS_ROUNDED || isnan(score)) return;
    sum->c += score * cos(degrees * pi / 90);
    sum->s += score * sin(degrees * pi / 90);
    sum->weight += score;
}

void stm_form_site(double v[STM_FORM_SITE_COLUMNS], const struct stm_form_sums *sum)
{
    v[STM_FORM_SPINDLE] = sum->n[STM_CLASS_SPINDLE];
    v[STM_FORM_POLYGONAL] = sum->n[STM_CLASS_POLYGONAL];
    v[STM_FORM_FLAT] = sum->n[STM_CLASS_FLAT];
    v[STM_FORM_ROUNDED] = sum->n[STM_CLASS_ROUNDED];
    v[STM_FORM_CELLS] = v[STM_FORM_SPINDLE] + v[STM_FORM_POLYGONAL] + v[STM_FORM_FLAT] + v[STM_FORM_ROUNDED];
    if (!(sum->weight > 0)) return;
    v[STM_FORM_ALIGNMENT] = sqrt(sum->c * sum->c + sum->s * sum->s) / sum->weight;
    v[STM_FORM_DIRECTION] = atan2(sum->s, sum->c) * 90 / pi;
}

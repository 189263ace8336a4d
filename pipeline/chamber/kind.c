/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/chamber/kind.h"

#include <math.h>

const char *const stm_kind_columns[STM_KIND_COLUMNS] = {
    "Cell_Diameter",
    "Cell_AxisRatio",
    "Cell_Mean",
    "Cell_Contrast",
    "Cell_Peak",
    "Cell_Dip",
    "Cell_Core",
    "Cell_Rim",
    "Cell_Blur",
    "Cell_Headroom",
    "Cell_Steepness",
    "Cell_Dye",
    "Cell_Cut",
    NULL,
    NULL,
    NULL,
    "Cell_InClump",
    "Cell_OnLines",
    "Cell_OnCross",
};

/* Lights from -1 to 4.12 in steps of a hundredth. A field with 20 objects knows its own usual cell. Phase
 * contrast: the usual cell is brighter than the ground all over, by a fifth or more. */
enum { LIGHT_STEPS = 100, ENOUGH = 20 };
static const double bright_all_over = 0.2;

static int light_bin(double light)
{
    const double at = (light + 1) * LIGHT_STEPS;
    return at < 0 ? 0 : at >= STM_USUAL_LIGHTS ? STM_USUAL_LIGHTS - 1 : (int)at;
}

static int fine_bin(double value)
{
    const double at = value * STM_USUAL_FINE;
    return !(at > 0) ? 0 : at >= STM_USUAL_FINE ? STM_USUAL_FINE - 1 : (int)at;
}

void stm_usual_add(struct stm_usual_sums *sums, const struct stm_kind_input *in)
{
    const double *const v = in->value, d = v[STM_KIND_DIAMETER];
    const int bin = (int)(2 * d);
    if (v[STM_KIND_CUT] > 0 || v[STM_KIND_AXES] < 0.5 || !(d > 0)) return;
    const uint64_t weight = (uint64_t)(d * d * v[STM_KIND_CONTRAST] * 100 + 0.5);
    sums->diameter[bin < STM_USUAL_DIAMETERS ? bin : STM_USUAL_DIAMETERS - 1] += weight;
    sums->mean[light_bin(v[STM_KIND_MEAN])] += weight;
    sums->peak[light_bin(v[STM_KIND_PEAK])] += weight;
    sums->contrast[fine_bin(v[STM_KIND_CONTRAST])] += weight;
    sums->steepness[fine_bin(v[STM_KIND_STEEPNESS])] += weight;
    sums->blur[fine_bin(v[STM_KIND_BLUR] / d)] += weight;
    sums->n++;
}

/* Where `tenths` of ten of the weight are reached. */
static double tenths_of(const uint64_t *bin, int n, int tenths)
{
    uint64_t all = 0, sum = 0;
    for (int i = 0; i < n; i++)
        all += bin[i];
    for (int i = 0; all && i < n; i++)
        if ((sum += bin[i]) * 10 >= all * (uint64_t)tenths) return i + 0.5;
    return NAN;
}

static double median_of(const uint64_t *bin, int n)
{
    return tenths_of(bin, n, 5);
}

struct stm_usual stm_usual_of(const struct stm_usual_sums *sums, const struct stm_kind_rules *rules)
{
    struct stm_usual u = {.diameter = median_of(sums->diameter, STM_USUAL_DIAMETERS) / 2,
                          .mean = median_of(sums->mean, STM_USUAL_LIGHTS) / LIGHT_STEPS - 1,
                          .peak = median_of(sums->peak, STM_USUAL_LIGHTS) / LIGHT_STEPS - 1,
                          .contrast = median_of(sums->contrast, STM_USUAL_FINE) / STM_USUAL_FINE,
                          .steepness = median_of(sums->steepness, STM_USUAL_FINE) / STM_USUAL_FINE,
                          .lens = tenths_of(sums->peak, STM_USUAL_LIGHTS, 9) / LIGHT_STEPS - 1,
                          .blur = median_of(sums->blur, STM_USUAL_FINE) / STM_USUAL_FINE,
                          .enough = sums->n >= ENOUGH};
    u.mode = u.mean > bright_all_over ? STM_JUDGED_PHASE
             : sums->colour           ? STM_JUDGED_DYE
             : u.lens >= rules->lens  ? STM_JUDGED_LENS
                                      : STM_JUDGED_NOT;
    return u;
}

struct stm_usual stm_usual_lent(const struct stm_usual *usual, bool colour)
{
    struct stm_usual u = *usual;
    if (u.mode == STM_JUDGED_PHASE) return u;
    if (colour) u.mode = STM_JUDGED_DYE;
    if (!colour && u.mode == STM_JUDGED_DYE) u.mode = STM_JUDGED_NOT;
    return u;
}

static double longer(const struct stm_kind_input *in)
{
    const double w = in->value[STM_KIND_WIDTH], h = in->value[STM_KIND_HEIGHT];
    const int edges = (int)in->value[STM_KIND_EDGES];
    return edges == 1 ? h : edges == 2 ? w : w > h ? w : h;
}

/* Of what the edge cuts, the extent along the edge is the diameter when half of it or more is seen. */
static double diameter_of(const struct stm_kind_input *in)
{
    const double d = in->value[STM_KIND_DIAMETER];
    return (int)in->value[STM_KIND_EDGES] && longer(in) > d ? longer(in) : d;
}

static double part_seen(const struct stm_kind_input *in)
{
    const double w = in->value[STM_KIND_WIDTH], h = in->value[STM_KIND_HEIGHT];
    const int edges = (int)in->value[STM_KIND_EDGES];
    if (!edges) return 1;
    return edges == 1 ? w / h : edges == 2 ? h / w : w < h ? w / h : h / w;
}

bool stm_kind_centre_inside(const struct stm_kind_input *in)
{
    return part_seen(in) >= 0.5;
}

/* Dark all around and bright in the middle: no debris does that, so that it may be smaller. */
static bool is_lens(const struct stm_kind_input *in)
{
    return in->value[STM_KIND_PEAK] >= 0.2 && in->value[STM_KIND_DIP] < -0.2;
}

static bool fits(const struct stm_kind_input *in, const struct stm_usual *usual,
                 const struct stm_kind_rules *r, double pixel_um)
{
    const double d = diameter_of(in), um = d * pixel_um;
    const double part = (int)in->value[STM_KIND_EDGES] ? r->least_cut_part
                        : is_lens(in)                  ? r->least_lens_part
                                                       : r->least_part;
    const double least = r->least_um > 0 && um > 0 ? um / r->least_um : d / (part * usual->diameter);
    const double most =
        r->greatest_um > 0 && um > 0 ? um / r->greatest_um : d / (r->greatest_part * usual->diameter);
    return least >= 1 && most <= 1 && in->value[STM_KIND_AXES] >= r->least_axes &&
           part_seen(in) >= r->least_seen;
}

/* Blurred all over, as dust far out of focus is: the light hardly differs, or hardly changes from pixel to
 * pixel, on its own or against the usual cell. */
static bool is_haze(const struct stm_kind_input *in, const struct stm_usual *usual,
                    const struct stm_kind_rules *r)
{
    const double contrast = in->value[STM_KIND_CONTRAST], steepness = in->value[STM_KIND_STEEPNESS];
    return steepness < r->least_steepness || contrast < r->least_contrast ||
           steepness < 1.4 * r->least_strength * usual->steepness ||
           contrast < r->least_strength * usual->contrast;
}

/* Where lines cross, and where the edge of the picture cuts them, some of their light stays: it has the size
 * of a cell but not its contrast. Lines that wide are seen at high magnification only. */
static bool is_of_lines(const struct stm_kind_input *in, const struct stm_usual *usual,
                        const struct stm_kind_rules *r)
{
    const double *const v = in->value;
    const bool on_cross = v[STM_KIND_ON_LINES] >= 0.8 && v[STM_KIND_ON_CROSS] >= 0.5,
               cut_off = v[STM_KIND_ON_LINES] >= 0.95 && v[STM_KIND_CUT] > 0;
    return (on_cross || cut_off) && v[STM_KIND_CORE] > -0.12 &&
           v[STM_KIND_CONTRAST] < r->least_on_lines * usual->contrast;
}

static enum stm_class in_phase_contrast(const struct stm_kind_input *in, const struct stm_usual *usual)
{
    const double *const v = in->value;
    if (v[STM_KIND_MEAN] > 0)
        return v[STM_KIND_PEAK] >= 0.5 * usual->peak ? STM_CLASS_LIVE : STM_CLASS_DEBRIS;
    /* dark, round, of the size of a cell, and much darker than the ground */
    const bool body = v[STM_KIND_AXES] > 0.75 && v[STM_KIND_DIAMETER] > 0.75 * usual->diameter &&
                      v[STM_KIND_DIAMETER] < 1.4 * usual->diameter && v[STM_KIND_CORE] < -0.2;
    return body ? STM_CLASS_DEAD : STM_CLASS_DEBRIS;
}

static enum stm_class by_dye(const struct stm_kind_input *in, const struct stm_kind_rules *r)
{
    const double dye = in->value[STM_KIND_DYE];
    return dye >= r->dye ? STM_CLASS_DEAD : dye >= r->dye_doubt ? STM_CLASS_AMBIGUOUS : STM_CLASS_LIVE;
}

/* A live cell gathers light in its middle, a dead one absorbs it there. Blur takes the bright middle first;
 * that the middle is not as dark as that of a dead cell, and no darker than its own rim, it takes last.
 * Weights: from cells whose class is known, synthetic ones at blurs of 0.6 to 4 px and those of a chamber in
 * focus, the rule with the fewest errors at every blur. Peaks are counted to 0.6, or to what the camera can
 * still tell. */
double stm_kind_lens(const struct stm_kind_input *in)
{
    const double *const v = in->value, room = v[STM_KIND_HEADROOM];
    const double most = room < 0.6 && room > 0.06 ? room : 0.6,
                 peak = v[STM_KIND_PEAK] < most ? v[STM_KIND_PEAK] / most * 0.6 : 0.6;
    return v[STM_KIND_CORE] - 0.7 * v[STM_KIND_RIM] + 0.3 * peak;
}

/* Dead cells reach -0.12 at any blur. The sharper the picture, the further live ones are above that, and the
 * more reflections there are on dead ones: a quarter of how far middles stand out, of 0.85 at most. */
double stm_kind_border(double lens)
{
    return -0.12 + 0.25 * (lens < 0 ? 0 : lens > 0.85 ? 0.85 : lens);
}

static enum stm_class by_lens(const struct stm_kind_input *in, const struct stm_usual *usual,
                              const struct stm_kind_rules *r)
{
    const double above = stm_kind_lens(in) - stm_kind_border(usual->lens);
    if (in->value[STM_KIND_BLUR] > r->blur_doubt * in->value[STM_KIND_DIAMETER]) return STM_CLASS_AMBIGUOUS;
    return above >= r->lens_doubt   ? STM_CLASS_LIVE
           : above < -r->lens_doubt ? STM_CLASS_DEAD
                                    : STM_CLASS_AMBIGUOUS;
}

enum stm_class stm_kind_of(const struct stm_kind_input *in, const struct stm_usual *usual,
                           const struct stm_kind_rules *rules, double pixel_um)
{
    if (!fits(in, usual, rules, pixel_um) || is_haze(in, usual, rules) || is_of_lines(in, usual, rules))
        return STM_CLASS_DEBRIS;
    switch (usual->mode) {
    case STM_JUDGED_PHASE:
        return in_phase_contrast(in, usual);
    case STM_JUDGED_DYE:
        return by_dye(in, rules);
    case STM_JUDGED_LENS:
        return by_lens(in, usual, rules);
    case STM_JUDGED_NOT:
        break;
    }
    return STM_CLASS_AMBIGUOUS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/chamber/geometry.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Rulings as engraved: improved Neubauer has 1 mm squares divided by 4 in the corners and by 20 in the
 * middle; Fuchs-Rosenthal 16 squares of 1 mm divided by 4; Thoma the middle square alone; Buerker 9 squares
 * of 1 mm divided by 4 by double lines 50 um apart (0.2 mm between pairs). */
#define CORNER                                                                                               \
    {                                                                                                        \
        "corner", 1000, 250                                                                                  \
    }
#define CENTRE                                                                                               \
    {                                                                                                        \
        "centre", 1000, 50                                                                                   \
    }
#define LARGE                                                                                                \
    {                                                                                                        \
        "large", 1000, 250                                                                                   \
    }
#define GROUP                                                                                                \
    {                                                                                                        \
        "group", 200, 50                                                                                     \
    }
#define SMALL                                                                                                \
    {                                                                                                        \
        "small", 250, 250                                                                                    \
    }
const struct stm_counting_chamber stm_counting_chambers[] = {
    {"neubauer_improved",
     100,
     {250, 50, 0},
     {CORNER, CENTRE, GROUP, SMALL},
     "also disposable slides with this ruling (C-Chip, FastRead)"},
    {"neubauer",
     100,
     {250, 50, 0},
     {CORNER, SMALL},
     "the older ruling: the middle square is divided by 16 and 4"},
    {"fuchs_rosenthal", 200, {250, 0}, {LARGE, SMALL}, "16 squares of 1 mm, 0.2 mm deep"},
    {"thoma", 100, {50, 0}, {CENTRE, GROUP}, "one square of 1 mm divided into 400"},
    {"buerker", 100, {250, 50, 0}, {{0}}, "9 squares of 1 mm, double lines"},
    {"malassez", 200, {250, 50, 0}, {{0}}, "2.0 x 2.5 mm, 0.2 mm deep; rectangles of 0.25 x 0.20 mm"},
    {"none", 100, {0}, {{0}}, "a slide without lines: give the pixel size and the depth"},
    {NULL, 0, {0}, {{0}}, NULL},
};

const char *const stm_square_names[] = {"visible", "corner", "centre", "large", "group", "small", NULL};

const struct stm_named_square *stm_chamber_square(const struct stm_counting_chamber *chamber,
                                                  const char *name)
{
    for (int i = 0; i < STM_NAMED && chamber->square[i].name; i++)
        if (!strcmp(chamber->square[i].name, name)) return &chamber->square[i];
    return NULL;
}

const char *const stm_counting_chamber_names[] = {
    "neubauer_improved", "neubauer", "fuchs_rosenthal", "thoma", "buerker", "malassez", "none", NULL};

static double off_by(double ratio)
{
    return ratio > 1 ? ratio : 1 / ratio;
}

double stm_chamber_spacing(const struct stm_counting_chamber *chamber, double pitch_px, double diameter_px,
                           double usual_um)
{
    double best = 0, least = INFINITY;
    for (int i = 0; i < STM_SPACINGS && chamber->spacing_um[i] > 0; i++) {
        const double um = diameter_px * chamber->spacing_um[i] / pitch_px, off = off_by(um / usual_um);
        if (isnan(diameter_px) ? i == 0 : off < least) best = chamber->spacing_um[i], least = off;
    }
    return best;
}

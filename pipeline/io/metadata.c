/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/metadata.h"

#include "pipeline/core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void stm_metadata_begin(struct stm_metadata *metadata)
{
    memset(metadata, 0, sizeof *metadata);
    metadata->pixel_um = (double)NAN;
}

void stm_metadata_name(struct stm_metadata *metadata, int channel, const char *name)
{
    if (channel < 0 || channel >= STM_METADATA_NAMES || !name) return;
    stm_text_copy(metadata->name[channel], STM_METADATA_NAME, name);
    if (channel >= metadata->names) metadata->names = channel + 1;
}

double stm_metadata_unit_um(const char *unit)
{
    static const struct {
        const char *name;
        double um;
    } units[] = {{"um", 1},         {"\xc2\xb5m", 1},    {"\xce\xbcm", 1}, {"\xb5m", 1},
                 {"\\u00B5m", 1},   {"micron", 1},       {"microns", 1},   {"micrometer", 1},
                 {"micrometre", 1}, {"micrometers", 1},  {"nm", 1e-3},     {"nanometer", 1e-3},
                 {"mm", 1e3},       {"millimeter", 1e3}, {"cm", 1e4},      {"centimeter", 1e4},
                 {"m", 1e6},        {"pm", 1e-6},        {"inch", 25400},  {"in", 25400},
                 {"\xc3\x85", 1e-4}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (stm_text_casecmp(unit, units[i].name) == 0) return units[i].um;
    return (double)NAN;
}

/* 0.01 um is a tenth of what light resolves sampled ten times too finely; 20 um is a flatbed scanner. */
double stm_metadata_plausible_um(double um)
{
    return um >= 0.01 && um <= 20 ? um : (double)NAN;
}

double stm_metadata_resolution_um(double dots, double unit_um)
{
    static const double usual_dpi[] = {72, 96, 100, 150, 200, 300, 400, 600, 1200, 2400, 4800};
    const double per_inch = dots * 25400 / unit_um;
    for (size_t i = 0; i < sizeof usual_dpi / sizeof *usual_dpi; i++)
        if (fabs(per_inch - usual_dpi[i]) < 0.5) return (double)NAN;
    return stm_metadata_plausible_um(unit_um / dots);
}

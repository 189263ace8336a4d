/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells for the plots of report.html: some of each field, spread evenly over it, in 16-bit numbers. */
#include "pipeline/sinks/html.h"

#include <math.h>
#include <string.h>

/* Text that all cells may take together; a field keeps at least this many of them when only the main columns
 * are written. */
enum { CELLS_BUDGET = 2 << 20, ENOUGH = 200 };

static bool begins(const char *name, const char *with)
{
    return !strncmp(name, with, strlen(with));
}

/* Where an object lies says nothing about cells. */
static bool is_place(const char *name)
{
    return begins(name, "Location_") || strstr(name, "BoundingBox") || strstr(name, "Orientation");
}

/* What one asks for first: size, shape, how bright, and everything an assay measures of its own. */
static bool is_main(const char *name)
{
    static const char *const shapes[] = {"AreaShape_Area",
                                         "AreaShape_Area_um2",
                                         "AreaShape_FormFactor",
                                         "AreaShape_Eccentricity",
                                         "AreaShape_Solidity",
                                         "AreaShape_MajorAxisLength",
                                         "AreaShape_MaxFeretDiameter"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (!strcmp(name, shapes[i])) return true;
    return begins(name, "Intensity_MeanIntensity_") || begins(name, "Intensity_IntegratedIntensity_") ||
           (!begins(name, "AreaShape_") && !begins(name, "Intensity_"));
}

static void choose(struct stm_html_cells *cells, const struct stm_columns *columns, bool all)
{
    cells->n = 0;
    for (int i = 0; i < columns->n && cells->n < STM_HTML_CELL_COLUMNS; i++)
        if (!is_place(columns->column[i].name) && (all || is_main(columns->column[i].name)))
            cells->column[cells->n++] = i;
}

/* Base64 makes four bytes of three. */
static int room(const struct stm_html_cells *cells, int n_sites)
{
    return CELLS_BUDGET / (n_sites > 0 ? n_sites : 1) * 3 / 4 / (1 + 2 * cells->n);
}

void stm_html_cells_plan(struct stm_html_cells *cells, const struct stm_run_info *info)
{
    choose(cells, info->object_columns, true);
    if (room(cells, info->n_sites) < ENOUGH) choose(cells, info->object_columns, false);
    cells->limit = room(cells, info->n_sites);
    if (cells->limit < 1) cells->limit = 1;
}

/* Sign, 6 bits of exponent, 9 of mantissa: two and a half digits between 1e-9 and 1e9; 0xffff = not measured.
 * data.js has the way back. */
static unsigned pack(double value)
{
    int e;
    if (!isfinite(value)) return 0xffff;
    const double m = frexp(fabs(value), &e);
    int mantissa = (int)(m * 1024 + 0.5); /* 512 to 1024 */
    if (mantissa == 1024) mantissa = 512, e++;
    if (value == 0 || e < -30) return 0;
    if (e > 32) mantissa = 1023, e = 32;
    return (value < 0 ? 0x8000u : 0) | (unsigned)(e + 30) << 9 | (unsigned)(mantissa - 512);
}

/* The objects at even steps through the list, which is in raster order. */
static int pick(const struct stm_site_row *site, int n, int i)
{
    return (int)((int64_t)i * site->n_objects / n);
}

void stm_html_cells_put(struct stm_string *out, const struct stm_html_cells *cells,
                        const struct stm_run_info *info, const struct stm_site_row *site)
{
    const int n = site->n_objects < cells->limit ? site->n_objects : cells->limit;
    if (!n || !cells->n) return;
    struct stm_bytes bytes = {0};
    for (int i = 0; i < n; i++) {
        const struct stm_object *const o = &site->objects[pick(site, n, i)];
        const uint8_t about = (uint8_t)(o->class | (o->counted ? 0x80 : 0));
        stm_bytes_add(&bytes, &about, 1);
    }
    for (int c = 0; c < cells->n; c++)
        for (int i = 0; i < n; i++) {
            const size_t row = (size_t)pick(site, n, i) * (size_t)info->object_columns->n;
            const unsigned code = pack(site->object_values[row + (size_t)cells->column[c]]);
            const uint8_t two[] = {(uint8_t)(code & 255), (uint8_t)(code >> 8)};
            stm_bytes_add(&bytes, two, 2);
        }
    stm_string_addf(out, "<script type=\"text/plain\" id=\"cells%d\" data-n=\"%d\" data-of=\"%d\">",
                    site->image_number, n, site->n_objects);
    stm_html_base64(out, &bytes);
    stm_string_add(out, "</script>\n");
    out->failed |= bytes.failed;
    stm_bytes_free(&bytes);
}

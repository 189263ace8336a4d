/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plate maps and pictures of report.pdf. */
#include "pipeline/sinks/pdf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 11, RAMP_PIECES = 100 };

/* Viridis: equal steps look equal to everyone, and in black and white. */
static const int32_t viridis[STEPS] = {0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c,
                                       0x22a884, 0x44bf70, 0x7ad151, 0xbddf26, 0xfde725};

static int mix(int a, int b, double t)
{
    return (int)(a + (b - a) * t + 0.5);
}

static int32_t colour_at(double t)
{
    const double x = (t < 0 ? 0 : t > 1 ? 1 : t) * (STEPS - 1);
    const int i = x < STEPS - 2 ? (int)x : STEPS - 2;
    const int32_t a = viridis[i], b = viridis[i + 1];
    return mix(a >> 16, b >> 16, x - i) << 16 | mix(a >> 8 & 255, b >> 8 & 255, x - i) << 8 |
           mix(a & 255, b & 255, x - i);
}

struct map {
    const struct stm_pdf_report *report;
    const struct stm_pdf_measure *measure;
    int first, n; /* wells of the plate */
    int rows, cols;
    double min, max;
};

static void plate_size(struct map *map)
{
    static const int formats[][2] = {{2, 3}, {3, 4}, {4, 6}, {6, 8}, {8, 12}, {16, 24}, {32, 48}};
    int rows = 1, cols = 1;
    for (int i = map->first; i < map->first + map->n; i++) {
        const struct stm_pdf_well *const w = &map->report->wells[i];
        rows = w->row >= rows ? w->row + 1 : rows;
        cols = w->col >= cols ? w->col + 1 : cols;
    }
    map->rows = rows;
    map->cols = cols;
    for (size_t i = sizeof formats / sizeof *formats; i-- > 0;)
        if (formats[i][0] >= rows && formats[i][1] >= cols) {
            map->rows = formats[i][0];
            map->cols = formats[i][1];
        }
}

static void find_range(struct map *map)
{
    const struct stm_pdf_report *const r = map->report;
    map->min = INFINITY;
    map->max = -INFINITY;
    for (int i = 0; i < r->n_wells; i++) {
        const double v = r->wells[i].values[map->measure->column];
        if (!isfinite(v)) continue;
        map->min = v < map->min ? v : map->min;
        map->max = v > map->max ? v : map->max;
    }
}

static void row_name(char *out, size_t size, int row)
{
    if (row < 26)
        snprintf(out, size, "%c", 'A' + row);
    else
        snprintf(out, size, "%c%c", '@' + row / 26, 'A' + row % 26);
}

static void draw_heads(struct stm_page *page, const struct map *map, double x0, double y0, double pitch)
{
    const struct stm_pdf_font font = {
        .size = pitch < 10 ? 4 : 7, .colour = STM_PDF_GREY, .align = STM_PDF_CENTRE};
    const int step = pitch < 10 ? 2 : 1;
    char text[16];
    for (int c = 0; c < map->cols; c += step) {
        snprintf(text, sizeof text, "%d", c + 1);
        stm_pdf_text(page->pdf, x0 + (c + 0.5) * pitch, y0 - 3, 0, &font, text);
    }
    for (int r = 0; r < map->rows; r += step) {
        row_name(text, sizeof text, r);
        stm_pdf_text(page->pdf, x0 - 8, y0 + (r + 0.5) * pitch + font.size * 0.35, 0, &font, text);
    }
}

static int32_t ink_on(int32_t colour)
{
    const int light = 213 * (colour >> 16) + 715 * (colour >> 8 & 255) + 72 * (colour & 255);
    return light > 110000 ? STM_PDF_BLACK : STM_PDF_WHITE;
}

/* Three digits are enough to compare, and all that fits. */
static void draw_number(struct stm_page *page, const struct map *map, double x, double y, double value,
                        int32_t fill)
{
    const struct stm_pdf_font font = {.size = 6.5, .colour = ink_on(fill), .align = STM_PDF_CENTRE};
    const int digits = fabs(value) >= 100  ? 0
                       : fabs(value) >= 10 ? 1
                                           : 2,
              most = map->measure->about->decimals;
    char text[32];
    stm_text_number(text, sizeof text, value, digits < most ? digits : most);
    if (strlen(text) <= 5) stm_pdf_text(page->pdf, x, y + 2.3, 0, &font, text);
}

static void draw_well(struct stm_page *page, const struct map *map, const struct stm_pdf_well *w, double x,
                      double y, double r)
{
    const double value = w->values[map->measure->column];
    const int32_t fill =
        !isfinite(value) ? STM_PDF_NONE
                         : colour_at(map->max > map->min ? (value - map->min) / (map->max - map->min) : 0.5);
    const struct stm_pdf_paint paint = {fill, 0x7c878e, 0.4, fill == STM_PDF_NONE};
    stm_pdf_circle(page->pdf, x, y, r, &paint);
    if (fill != STM_PDF_NONE && r > 9) draw_number(page, map, x, y, value, fill);
    const struct stm_pdf_paint mark = {w->verdict == STM_VERDICT_WARN ? 0xe69f00 : 0xd55e00, STM_PDF_WHITE,
                                       0.4, false};
    if (w->verdict == STM_VERDICT_WARN) stm_pdf_circle(page->pdf, x + 0.7 * r, y - 0.7 * r, 0.3 * r, &mark);
    if (w->verdict > STM_VERDICT_WARN)
        stm_pdf_rect(page->pdf, x + 0.45 * r, y - r, 0.55 * r, 0.55 * r, &mark);
}

static void draw_legend(struct stm_page *page, const struct map *map)
{
    const double w = 180, piece = w / RAMP_PIECES;
    const struct stm_pdf_font font = {.size = 7, .colour = STM_PDF_GREY},
                              right = {.size = 7, .colour = STM_PDF_GREY, .align = STM_PDF_RIGHT};
    char text[64];
    for (int i = 0; i < RAMP_PIECES; i++) {
        const struct stm_pdf_paint paint = {colour_at(i / (RAMP_PIECES - 1.0)), STM_PDF_NONE, 0, false};
        stm_pdf_rect(page->pdf, page->left + i * piece, page->y, piece + 0.3, 8, &paint);
    }
    stm_text_number(text, sizeof text, map->min, map->measure->about->decimals);
    stm_pdf_text(page->pdf, page->left, page->y + 17, 0, &font, text);
    stm_text_number(text, sizeof text, map->max, map->measure->about->decimals);
    stm_pdf_text(page->pdf, page->left + w, page->y + 17, 0, &right, text);
    stm_pdf_text(page->pdf, page->left + w + 14, page->y + 7, 0, &font,
                 "dot: something to check; square: rejected or failed; dashed: no value");
    page->y += 24;
}

static void draw_map(struct stm_page *page, struct map *map)
{
    plate_size(map);
    const double across = (page->right - page->left - 20) / map->cols;
    double pitch = across < 26 ? across : 26;
    if (pitch * map->rows > 330) pitch = 330.0 / map->rows;
    if (!stm_page_need(page, map->rows * pitch + 34)) return;
    const struct stm_pdf_font name = {.size = 8, .bold = true};
    stm_pdf_text(page->pdf, page->left, page->y + 8, 0, &name, map->report->wells[map->first].plate);
    const double x0 = page->left + 18, y0 = page->y + 24;
    static const struct stm_pdf_paint place = {STM_PDF_NONE, 0xdbe1e5, 0.4, false};
    draw_heads(page, map, x0, y0, pitch);
    for (int i = 0; i < map->rows * map->cols; i++)
        stm_pdf_circle(page->pdf, x0 + (i % map->cols + 0.5) * pitch, y0 + (i / map->cols + 0.5) * pitch,
                       pitch * 0.45, &place);
    for (int i = map->first; i < map->first + map->n; i++) {
        const struct stm_pdf_well *const w = &map->report->wells[i];
        if (w->row >= 0)
            draw_well(page, map, w, x0 + (w->col + 0.5) * pitch, y0 + (w->row + 0.5) * pitch, pitch * 0.45);
    }
    page->y = y0 + map->rows * pitch + 8;
}

void stm_pdf_draw_maps(struct stm_page *page, const struct stm_pdf_report *r)
{
    if (!r->n_wells || !r->n_measures || r->wells[0].row < 0 || page->cut) return;
    struct map map = {.report = r, .measure = &r->measure[0]};
    char title[STM_COLUMN_NAME + 40];
    snprintf(title, sizeof title, "Plate map: %s", map.measure->title);
    find_range(&map);
    stm_page_heading(page, 2, title, 120);
    draw_legend(page, &map);
    int maps = 0;
    for (int i = 0; i < r->n_wells && maps < STM_PDF_MAPS; i += map.n, maps++) {
        map.first = i;
        for (map.n = 1; i + map.n < r->n_wells && !strcmp(r->wells[i + map.n].plate, r->wells[i].plate);)
            map.n++;
        draw_map(page, &map);
    }
}

/* How high a picture of this width is. */
static double height_of(const struct stm_pdf_picture *picture, double width)
{
    const uint8_t *const p =
        picture->png.data; /* 16: IHDR has width and height, big endian, of at most 65535 */
    const double w = p[18] << 8 | p[19], h = p[22] << 8 | p[23];
    return w > 0 ? width * h / w : width;
}

static int next_picture(const struct stm_pdf_report *r, int i, bool flagged)
{
    while (i < r->n_pictures && r->pictures[i].flagged != flagged)
        i++;
    return i;
}

/* Two in a row. */
static void draw_pictures(struct stm_page *page, const struct stm_pdf_report *r, bool flagged)
{
    const double gap = 12, w = (page->right - page->left - gap) / 2;
    const struct stm_pdf_font font = {.size = 7};
    for (int i = next_picture(r, 0, flagged), k; i < r->n_pictures; i = next_picture(r, k + 1, flagged)) {
        const int row[] = {i, k = next_picture(r, i + 1, flagged)};
        const double a = height_of(&r->pictures[i], w),
                     b = k < r->n_pictures ? height_of(&r->pictures[k], w) : 0;
        const double h = a > b ? a : b;
        if (!stm_page_need(page, h + 18)) return;
        for (int side = 0; side < 2 && row[side] < r->n_pictures; side++) {
            const struct stm_pdf_picture *const picture = &r->pictures[row[side]];
            const struct stm_pdf_box box = {page->left + side * (w + gap), page->y, w, h};
            stm_pdf_png(page->pdf, box, picture->png.data, picture->png.length);
            stm_pdf_text(page->pdf, box.x, box.y + h + 9, w, &font, picture->caption);
        }
        page->y += h + 18;
    }
}

void stm_pdf_draw_pictures(struct stm_page *page, const struct stm_pdf_report *r)
{
    char text[300];
    static const struct stm_pdf_font muted = {.size = 8, .colour = STM_PDF_GREY};
    if (!r->n_pictures || page->cut) return;
    stm_page_heading(page, 2, "Pictures", 200);
    snprintf(text, sizeof text,
             "%d of %d fields, spread evenly. Outlines: green live, vermillion dead, yellow ambiguous, "
             "dark blue edge of the covered area, purple debris, sky blue without class; dashed: found but "
             "not counted. All fields are in "
             "overlays/.",
             r->n_pictures - r->n_flagged_pictures, r->info->n_sites);
    stm_page_text(page, &muted, text);
    draw_pictures(page, r, false);
    if (!r->n_flagged_pictures) return;
    stm_page_heading(page, 3, "Fields with remarks, and rejected ones", 200);
    draw_pictures(page, r, true);
}

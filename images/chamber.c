/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/chamber.h"

#include "images/exact.h"

#include <math.h>
#include <string.h>

const char *const stm_grid_names[STM_GRIDS + 1] = {"none", "corner", "centre", NULL};

struct stm_grid stm_grid_at(enum stm_grid_kind kind, uint64_t optics, struct stm_random *r)
{
    static const struct {
        double pitch, border;
    } kinds[STM_GRIDS] = {{0, 0}, {250, 1000}, {50, 200}};
    struct stm_random o = stm_random_from(stm_seed_text(optics, "grid"));
    const struct stm_direction turn =
        stm_exact_direction(stm_random_between(&o, -0.006, 0.006)); /* about 2 degrees */
    struct stm_grid g = {.pitch = kinds[kind].pitch, .border = kinds[kind].border, .c = turn.c, .s = turn.s};
    const bool bright = stm_random_chance(&o, 70);
    g.core = bright ? stm_random_between(&o, 0.2, 0.32) : -stm_random_between(&o, 0.25, 0.4);
    g.flank = bright ? -0.07 : 0.08;
    g.width = stm_random_between(&o, 2.4, 4);
    g.x0 = stm_random_between(r, 0, 1000);
    g.y0 = stm_random_between(r, 0, 1000);
    return g;
}

/* A bright or dark core with flanks of the other sign. */
static double line(const struct stm_grid *g, double distance)
{
    const double d = distance / g->width;
    if (d > 4) return 0;
    return g->core * stm_exact_exp(-2 * d * d) + g->flank * stm_exact_exp(-2 * (d - 1.5) * (d - 1.5));
}

static double nearest(double u, double pitch)
{
    return fabs(u - pitch * floor(u / pitch + 0.5));
}

/* Single lines, and pairs 7 um to both sides of those on the border of a square. */
static double lines(const struct stm_grid *g, double u)
{
    const double border = nearest(u, g->border);
    const double sides = border < 40 ? line(g, fabs(border - 2.6 * g->width)) : 0;
    return line(g, nearest(u, g->pitch)) + sides;
}

double stm_grid_light(const struct stm_grid *g, double x, double y)
{
    if (g->pitch <= 0) return 1;
    const double across = lines(g, g->c * x + g->s * y + g->x0),
                 along = lines(g, g->c * y - g->s * x + g->y0);
    return 1 + (fabs(across) > fabs(along) ? across : along);
}

double stm_field_stop(double x, double y, int w, int h, double percent)
{
    if (percent <= 0) return 1;
    const double dx = x - (w - 1) / 2.0, dy = y - (h - 1) / 2.0,
                 half = sqrt((double)w * w + (double)h * h) / 2;
    const double t = ((1 - percent / 100) - sqrt(dx * dx + dy * dy) / half) / 0.05; /* a soft edge */
    return t >= 1 ? 1 : t <= 0 ? 0 : t * t * (3 - 2 * t);
}

/* 5 x 7 pixels, a bit a pixel, the highest of five on the left. */
static const struct {
    char letter;
    uint8_t rows[7];
} font[] = {
    {'0', {14, 17, 17, 17, 17, 17, 14}}, {'1', {4, 12, 4, 4, 4, 4, 14}},    {'2', {14, 17, 1, 2, 4, 8, 31}},
    {'5', {31, 16, 30, 1, 1, 17, 14}},   {'u', {0, 0, 17, 17, 17, 19, 13}}, {'m', {0, 0, 26, 21, 21, 21, 21}},
};

struct box {
    int x0, y0, x1, y1;
};

static void erase(struct stm_u32 labels, int x, int y)
{
    if (labels.px) labels.px[y * labels.stride + x] = 0;
}

static void fill(struct stm_u8 rgb, struct box b, uint8_t level, struct stm_u32 cells, struct stm_u32 debris)
{
    for (int y = b.y0 < 0 ? 0 : b.y0; y < b.y1 && y < rgb.h; y++)
        for (int x = b.x0 < 0 ? 0 : b.x0; x < b.x1 && x < rgb.w / 3; x++) {
            memset(rgb.px + y * rgb.stride + 3 * x, level, 3);
            erase(cells, x, y);
            erase(debris, x, y);
        }
}

static void letter(struct stm_u8 rgb, char c, int x, int y, int size, struct stm_u32 cells,
                   struct stm_u32 debris)
{
    for (size_t i = 0; i < sizeof font / sizeof *font; i++)
        for (int bit = 0; bit < 35 && font[i].letter == c; bit++)
            if (font[i].rows[bit / 5] >> (4 - bit % 5) & 1) {
                const int px = x + bit % 5 * size, py = y + bit / 5 * size;
                fill(rgb, (struct box){px, py, px + size, py + size}, 0, cells, debris);
            }
}

void stm_scale_bar(struct stm_u8 rgb, double pixel_um, struct stm_u32 cells, struct stm_u32 debris)
{
    static const struct {
        int um;
        const char *text;
    } lengths[] = {{1000, "1000 um"}, {500, "500 um"}, {200, "200 um"},
                   {100, "100 um"},   {50, "50 um"},   {20, "20 um"}};
    const int w = rgb.w / 3, h = rgb.h, size = h / 480 + 1;
    size_t i = 0;
    while (i < 5 && lengths[i].um / pixel_um > 0.2 * w)
        i++;
    const int length = (int)(lengths[i].um / pixel_um + 0.5), x1 = w - 10 * size, y1 = h - 10 * size;
    fill(rgb, (struct box){x1 - length, y1 - 3 * size, x1, y1}, 0, cells, debris);
    const int n = (int)strlen(lengths[i].text), left = x1 - length / 2 - 3 * size * n;
    for (int k = 0; k < n; k++)
        letter(rgb, lengths[i].text[k], left + 6 * size * k, y1 - 13 * size, size, cells, debris);
}

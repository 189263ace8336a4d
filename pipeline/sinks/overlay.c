/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum stm_colour colour;
    const char *title;
} classes[STM_CLASSES] = {
    [STM_CLASS_NONE] = {STM_SKY_BLUE, "objects"},
    [STM_CLASS_LIVE] = {STM_BLUISH_GREEN, "live"},
    [STM_CLASS_DEAD] = {STM_VERMILLION, "dead"},
    [STM_CLASS_AMBIGUOUS] = {STM_YELLOW, "ambiguous"},
    [STM_CLASS_DEBRIS] = {STM_REDDISH_PURPLE, "debris"},
    [STM_CLASS_SPINDLE] = {STM_BLUISH_GREEN, "spindle"},
    [STM_CLASS_POLYGONAL] = {STM_SKY_BLUE, "polygonal"},
    [STM_CLASS_FLAT] = {STM_VERMILLION, "flat"},
    [STM_CLASS_ROUNDED] = {STM_REDDISH_PURPLE, "rounded"},
};

enum stm_colour stm_overlay_colour(enum stm_class class)
{
    return classes[class].colour;
}

const char *stm_overlay_class_title(enum stm_class class)
{
    return classes[class].title;
}

/* The first channel in this role that has a preview, -1 when there is none. */
static int find(const struct stm_site_row *site, const struct stm_site_pixels *pixels, enum stm_role role)
{
    for (int c = 0; c < site->channels; c++)
        if (site->channel[c].role == role && pixels->preview[c].px) return c;
    return -1;
}

static int divide_up(int a, int b)
{
    return (a + b - 1) / b;
}

/* The first panel is in colour when it shows the green of a picture whose other colours are there. */
static void find_colours(struct stm_overlay *o)
{
    static const enum stm_role roles[] = {STM_ROLE_RED, STM_ROLE_GREEN, STM_ROLE_BLUE};
    for (int i = 0; i < 3; i++)
        o->colour[i] = find(o->site, o->pixels, roles[i]);
    if (!o->panels || o->channel[0] != o->colour[1] || o->colour[2] < 0) o->colour[0] = -1;
}

struct stm_overlay stm_overlay_layout(const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                                      int max_side)
{
    static const enum stm_role shown[] = {STM_ROLE_NUCLEI,      STM_ROLE_BODY,  STM_ROLE_PHASE,
                                          STM_ROLE_BRIGHTFIELD, STM_ROLE_STAIN, STM_ROLE_GREEN,
                                          STM_ROLE_LIVE,        STM_ROLE_OTHER};
    struct stm_overlay o = {.site = site, .pixels = pixels, .gap = 4, .thick = 1};
    int first = -1, nuclei = pixels->nuclei ? find(site, pixels, STM_ROLE_NUCLEI) : -1;
    if (nuclei >= 0) first = find(site, pixels, STM_ROLE_PHASE);
    if (nuclei >= 0 && first < 0) first = find(site, pixels, STM_ROLE_BRIGHTFIELD);
    for (size_t i = 0; first < 0 && i < sizeof shown / sizeof *shown; i++)
        first = find(site, pixels, shown[i]);
    const int dead = find(site, pixels, STM_ROLE_DEAD), body = find(site, pixels, STM_ROLE_BODY);
    if (first >= 0) o.channel[o.panels++] = first;
    if (nuclei >= 0 && nuclei != first) o.channel[o.panels++] = nuclei;
    if (body >= 0 && body != first) o.channel[o.panels++] = body;
    if (dead >= 0) o.channel[o.panels++] = dead;
    find_colours(&o);
    if (!o.panels) return o;
    const struct stm_cu8 view = pixels->preview[o.channel[0]];
    const int reduce = divide_up(view.w > view.h ? view.w : view.h, max_side);
    o.scale = reduce * pixels->shrink;
    o.w = divide_up(view.w, reduce);
    o.h = divide_up(view.h, reduce);
    o.text = 1 + o.w / 700;
    return o;
}

int stm_overlay_width(const struct stm_overlay *o)
{
    return o->panels * o->w + (o->panels - 1) * o->gap;
}

static uint8_t mean(struct stm_cu8 view, int x0, int y0, int reduce)
{
    const int x1 = x0 + reduce < view.w ? x0 + reduce : view.w,
              y1 = y0 + reduce < view.h ? y0 + reduce : view.h;
    int sum = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            sum += view.px[y * view.stride + x];
    return (uint8_t)(sum / ((x1 - x0) * (y1 - y0)));
}

/* One panel: the mean of each block of preview pixels, as a grey of the palette. */
static void draw_image(struct stm_canvas *canvas, int x0, const struct stm_overlay *o, struct stm_cu8 view)
{
    const int reduce = o->scale / o->pixels->shrink, w = o->w < view.w ? o->w : view.w;
    for (int y = 0; y < o->h && y * reduce < view.h; y++) {
        uint8_t *const to = canvas->px + (size_t)y * (size_t)canvas->w + x0;
        const uint8_t *const from = view.px + y * view.stride;
        if (reduce == 1)
            for (int x = 0; x < w; x++)
                to[x] = from[x] / (256 / STM_GREYS);
        else
            for (int x = 0; x < o->w && x * reduce < view.w; x++)
                to[x] = mean(view, x * reduce, y * reduce, reduce) / (256 / STM_GREYS);
    }
}

/* The channel's name in a corner, so that nobody takes one panel for the other. */
static void draw_title(struct stm_canvas *canvas, int x0, int scale, const char *title)
{
    stm_canvas_fill(canvas, x0, 0, stm_canvas_text_width(title, scale) + 6 * scale, 12 * scale, STM_BLACK);
    stm_canvas_text(canvas, x0 + 3 * scale, 2 * scale, scale, STM_WHITE, title);
}

/* One of three colours of the first panel. */
static void draw_colour(struct stm_canvas *canvas, const struct stm_overlay *o, int i)
{
    const struct stm_cu8 view = o->pixels->preview[o->colour[i]];
    const int reduce = o->scale / o->pixels->shrink;
    for (int y = 0; y < o->h && y * reduce < view.h; y++) {
        const size_t at = (size_t)y * (size_t)canvas->w;
        const uint8_t *const from = view.px + y * view.stride; /* where nothing is reduced */
        for (int x = 0; x < o->w && x * reduce < view.w; x++) {
            canvas->px[at + (size_t)x] = STM_PHOTO;
            canvas->rgb[3 * (at + (size_t)x) + (size_t)i] =
                reduce == 1 ? from[x] : mean(view, x * reduce, y * reduce, reduce);
        }
    }
}

bool stm_overlay_images(const struct stm_overlay *o, struct stm_canvas *canvas, struct stm_error *err)
{
    const bool colour = o->panels && o->colour[0] >= 0;
    if (colour && !stm_canvas_photo(canvas, err)) return false;
    for (int i = 0; colour && i < 3; i++)
        draw_colour(canvas, o, i);
    for (int p = 0; p < o->panels; p++) {
        const int x0 = p * (o->w + o->gap);
        if (p || !colour) draw_image(canvas, x0, o, o->pixels->preview[o->channel[p]]);
        if (o->panels > 1) draw_title(canvas, x0, o->text, o->site->channel[o->channel[p]].name);
    }
    return true;
}

/* Rows of object numbers at panel size around the one that is drawn, each with a border of zeros as wide as
 * an outline; row y is in slot y modulo their number. */
struct window {
    uint32_t *px;
    int slots;
    ptrdiff_t stride;
};

static uint32_t *slot(const struct window *w, int y)
{
    return w->px + y % w->slots * w->stride;
}

/* Row y of the panel from segment i on; an object keeps every panel pixel it touches, so that the smallest
 * stay visible. Returns the first segment below. */
static size_t fill_row(const struct window *window, const struct stm_overlay *o, int y,
                       const struct stm_segment *segments, size_t n, size_t i)
{
    uint32_t *const row = slot(window, y) + o->thick;
    memset(slot(window, y), 0, (size_t)window->stride * sizeof *row);
    for (; y < o->h && i < n && segments[i].y / o->scale <= y; i++) {
        const struct stm_segment s = segments[i];
        for (int x = s.x0 / o->scale; x <= (s.x1 - 1) / o->scale && x < o->w; x++)
            row[x] = s.label;
    }
    return i;
}

/* Objects that are not counted have dashed outlines: every other cell of a 4 x 4 chequerboard. */
static bool is_gap(const struct stm_object *object, int x, int y)
{
    return !object->counted && ((x >> 2) + (y >> 2)) % 2;
}

static void draw_pixel(const struct stm_overlay *o, struct stm_canvas *canvas, int x, int y, int colour)
{
    for (int p = 0; p < o->panels; p++)
        canvas->px[(size_t)y * (size_t)canvas->w + (size_t)(p * (o->w + o->gap) + x)] = (uint8_t)colour;
}

/* Row r of `rows` is thick rows below the first. */
static bool is_edge(const uint32_t *const *rows, int x, int thick)
{
    const uint32_t *at = rows[thick] + x, n = *at;
    uint32_t differs = 0;
    for (int i = 1; i <= thick; i++)
        differs |= (at[-i] ^ n) | (at[i] ^ n) | (rows[thick - i][x] ^ n) | (rows[thick + i][x] ^ n);
    return differs;
}

/* Whether none of STRETCH pixels from x on is an edge, as most are not. */
enum { STRETCH = 16 };
static bool is_plain(const uint32_t *const *rows, int x, int thick)
{
    const uint32_t *at = rows[thick] + x;
    uint32_t differs = 0;
    for (int i = 1; i <= thick; i++) {
        const uint32_t *above = rows[thick - i] + x, *below = rows[thick + i] + x;
        for (int j = 0; j < STRETCH; j++)
            differs |= (at[j - i] ^ at[j]) | (at[j + i] ^ at[j]) | (above[j] ^ at[j]) | (below[j] ^ at[j]);
    }
    return !differs;
}

/* The colour of a pixel on the outline of what has this number; -1: none. */
typedef int colour_of(const struct stm_overlay *o, uint32_t n, int x, int y);

static int object_colour(const struct stm_overlay *o, uint32_t n, int x, int y)
{
    if (n > (uint32_t)o->site->n_objects) return -1;
    const struct stm_object *const object = &o->site->objects[n - 1];
    return is_gap(object, x, y) ? -1 : (int)stm_overlay_colour(object->class);
}

static int nucleus_colour(const struct stm_overlay *o, uint32_t n, int x, int y)
{
    (void)o, (void)x, (void)y;
    return n == STM_BARE ? STM_BARE_COLOUR : STM_NUCLEUS_COLOUR;
}

static void draw_row(const struct stm_overlay *o, struct stm_canvas *canvas, const uint32_t *const *rows,
                     int y, colour_of *paint)
{
    const uint32_t *const row = rows[o->thick] + o->thick;
    for (int x = 0, end; x < o->w; x = end) {
        end = x + STRETCH < o->w ? x + STRETCH : o->w;
        if (end - x == STRETCH && is_plain(rows, x + o->thick, o->thick)) continue;
        for (; x < end; x++) {
            if (row[x] == 0 || !is_edge(rows, x + o->thick, o->thick)) continue;
            const int colour = paint(o, row[x], x, y);
            if (colour >= 0) draw_pixel(o, canvas, x, y, colour);
        }
    }
}

/* Row y of the mask, or of nothing, at panel size between two zeros; outside the image nothing is covered. */
static void cover_row(uint8_t *row, const struct stm_overlay *o, int y)
{
    const struct stm_cu8 mask = o->pixels->mask;
    const int half = o->scale / 2, v = y * o->scale + half;
    memset(row, 0, (size_t)o->w + 3);
    if (y < 0 || v >= mask.h) return;
    for (int x = 0; x <= o->w && x * o->scale + half < mask.w; x++)
        row[x + 1] = mask.px[v * mask.stride + x * o->scale + half] != 0;
}

/* Where the covered area ends. The image's own edge ends it to the right and below, where panels may cut off
 * some pixels, but not to the left and above. */
static void draw_foreground(const struct stm_overlay *o, struct stm_canvas *canvas, uint8_t *rows)
{
    const size_t stride = (size_t)o->w + 3;
    for (int y = -1; y <= 0; y++)
        cover_row(rows + (size_t)(y + 1) * stride, o, y);
    for (int y = 0; y < o->h; y++) {
        const uint8_t *const here = rows + (size_t)(y + 1) % 3 * stride + 1,
                             *const above = y ? rows + (size_t)y % 3 * stride + 1 : here,
                             *const below = rows + (size_t)(y + 2) % 3 * stride + 1;
        cover_row(rows + (size_t)(y + 2) % 3 * stride, o, y + 1);
        for (int x = 0; x < o->w; x++)
            if (here[x] && !(here[x + 1] && below[x] && (!x || here[x - 1]) && above[x]))
                draw_pixel(o, canvas, x, y, STM_BLUE);
    }
}

static bool outline(const struct stm_overlay *o, struct stm_canvas *canvas,
                    const struct stm_segment *segments, size_t n, colour_of *paint, struct stm_error *err)
{
    struct window window = {.slots = 2 * o->thick + 1, .stride = o->w + 2 * o->thick};
    window.px = calloc((size_t)window.slots * (size_t)window.stride, sizeof *window.px);
    const uint32_t **const rows = calloc((size_t)window.slots, sizeof *rows);
    size_t next = 0;
    for (int y = 0; window.px && rows && y < o->h + o->thick; y++) {
        next = fill_row(&window, o, y, segments, n, next);
        for (int i = 0; i < window.slots; i++)
            rows[i] = slot(&window, y + 1 + i);
        if (y >= o->thick) draw_row(o, canvas, (const uint32_t *const *)rows, y - o->thick, paint);
    }
    const bool ok = window.px && rows;
    free(window.px);
    free(rows);
    return ok || stm_fail(err, STM_NO_MEMORY, "no memory for outlines of %d x %d pixels", o->w, o->h);
}

static bool edge_of_cover(const struct stm_overlay *o, struct stm_canvas *canvas, struct stm_error *err)
{
    uint8_t *const rows = malloc(3 * ((size_t)o->w + 3));
    if (!rows) return stm_fail(err, STM_NO_MEMORY, "no memory for rows of %d pixels", o->w);
    draw_foreground(o, canvas, rows);
    free(rows);
    return true;
}

bool stm_overlay_outlines(const struct stm_overlay *o, struct stm_canvas *canvas, struct stm_error *err)
{
    const struct stm_site_pixels *const px = o->pixels;
    return (!px->mask.px || edge_of_cover(o, canvas, err)) &&
           (!px->cells || outline(o, canvas, px->cells, px->n_cells, object_colour, err)) &&
           outline(o, canvas, px->segments, px->n_segments, object_colour, err) &&
           (!px->nuclei || outline(o, canvas, px->nuclei, px->n_nuclei, nucleus_colour, err));
}

/* The longest of 1, 2, 5, 10 … um that takes at most a quarter of the panel; 0 when there is none. */
static double bar_um(double panel_um)
{
    static const double lengths[] = {5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (lengths[i] <= panel_um / 4) return lengths[i];
    return 0;
}

void stm_overlay_scale_bar(const struct stm_overlay *o, struct stm_canvas *canvas)
{
    const double pixel_um = o->site->pixel_um * o->scale; /* NaN when unknown: no bar then */
    const double um = pixel_um > 0 ? bar_um(pixel_um * o->w) : 0;
    if (um <= 0) return;
    char text[32];
    snprintf(text, sizeof text, "%.0f \xc2\xb5m", um);
    const int s = o->text, bar = (int)(um / pixel_um + 0.5), label = stm_canvas_text_width(text, s);
    const int w = (bar > label ? bar : label) + 8 * s, x = o->w - w - 4 * s, y = o->h - 22 * s;
    stm_canvas_fill(canvas, x, y, w, 18 * s, STM_BLACK);
    stm_canvas_text(canvas, x + (w - label) / 2, y + 3 * s, s, STM_WHITE, text);
    stm_canvas_fill(canvas, x + (w - bar) / 2, y + 13 * s, bar, 2 * s, STM_WHITE);
}

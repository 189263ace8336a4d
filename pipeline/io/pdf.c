/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/pdf.h"

#include "pipeline/core/file.h"
#include "pipeline/core/text.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 64 << 20, IHDR_END = 33 };

struct stm_pdf {
    struct stm_file *file;
    cairo_surface_t *surface;
    cairo_t *cr;
    int pages;
    double w, h;
    struct stm_error err;   /* the first failure; status STM_OK until then */
    struct stm_string text; /* reused */
};

static const double papers[][2] = {[STM_PDF_A4] = {595.276, 841.89}, [STM_PDF_LETTER] = {612, 792}};

static void fail(struct stm_pdf *pdf, enum stm_status status, const char *what)
{
    if (pdf->err.status == STM_OK) stm_fail(&pdf->err, status, "%s", what);
}

static cairo_status_t write(void *closure, const unsigned char *data, unsigned int n)
{
    struct stm_pdf *const pdf = closure;
    struct stm_error err = {0};
    if (stm_file_write(pdf->file, data, n, &err)) return CAIRO_STATUS_SUCCESS;
    if (pdf->err.status == STM_OK) pdf->err = err;
    return CAIRO_STATUS_WRITE_ERROR;
}

/* UTF-8 without control characters, in pdf->text until the next call. */
static const char *clean(struct stm_pdf *pdf, const char *text)
{
    struct stm_string *const s = &pdf->text;
    s->length = 0;
    stm_string_add_utf8(s, text ? text : "", text ? strlen(text) : 0);
    if (!s->text || s->failed) return "";
    for (size_t i = 0; i < s->length; i++)
        if ((unsigned char)s->text[i] < ' ' || s->text[i] == 0x7f) s->text[i] = ' ';
    return s->text;
}

static void describe(struct stm_pdf *pdf, const struct stm_pdf_info *info)
{
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, clean(pdf, info->title));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_SUBJECT, clean(pdf, info->subject));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "stroma " STM_VERSION);
    /* Without a date of its own cairo takes the clock's. */
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   info->created ? info->created : "");
}

bool stm_pdf_create(struct stm_pdf **out, const char *path, const struct stm_pdf_info *info,
                    struct stm_error *err)
{
    struct stm_pdf *const pdf = calloc(1, sizeof *pdf);
    *out = NULL;
    if (!pdf) return stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", path);
    if (!stm_file_create(&pdf->file, path, err)) return free(pdf), false;
    pdf->w = papers[info->paper][0];
    pdf->h = papers[info->paper][1];
    pdf->surface = cairo_pdf_surface_create_for_stream(write, pdf, pdf->w, pdf->h);
    pdf->cr = cairo_create(pdf->surface);
    describe(pdf, info);
    *out = pdf;
    if (cairo_status(pdf->cr) == CAIRO_STATUS_SUCCESS) return true;
    stm_pdf_discard(out);
    return stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", path);
}

static void end(struct stm_pdf *pdf)
{
    if (pdf->pages) cairo_show_page(pdf->cr);
    cairo_surface_finish(pdf->surface);
    const cairo_status_t drawn = cairo_status(pdf->cr), written = cairo_surface_status(pdf->surface);
    if (drawn != CAIRO_STATUS_SUCCESS) fail(pdf, STM_INTERNAL, cairo_status_to_string(drawn));
    if (written != CAIRO_STATUS_SUCCESS) fail(pdf, STM_IO, cairo_status_to_string(written));
    if (pdf->text.failed) fail(pdf, STM_NO_MEMORY, "no memory for a text");
}

static void release(struct stm_pdf **pdf)
{
    if (!*pdf) return;
    cairo_destroy((*pdf)->cr);
    cairo_surface_destroy((*pdf)->surface);
    stm_file_discard(&(*pdf)->file);
    stm_string_free(&(*pdf)->text);
    free(*pdf);
    *pdf = NULL;
}

bool stm_pdf_commit(struct stm_pdf **pdf, struct stm_error *err)
{
    end(*pdf);
    const bool good = (*pdf)->err.status == STM_OK;
    if (!good) *err = (*pdf)->err;
    const bool done = good && stm_file_commit(&(*pdf)->file, err);
    release(pdf);
    return done;
}

void stm_pdf_discard(struct stm_pdf **pdf)
{
    if (*pdf) cairo_surface_finish((*pdf)->surface); /* writes, so the file must still be there */
    release(pdf);
}

void stm_pdf_page(struct stm_pdf *pdf)
{
    if (pdf->pages++) cairo_show_page(pdf->cr);
}

int stm_pdf_pages(const struct stm_pdf *pdf)
{
    return pdf->pages;
}

double stm_pdf_width(const struct stm_pdf *pdf)
{
    return pdf->w;
}

double stm_pdf_height(const struct stm_pdf *pdf)
{
    return pdf->h;
}

static void set_colour(struct stm_pdf *pdf, int32_t colour)
{
    cairo_set_source_rgb(pdf->cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0,
                         (colour & 255) / 255.0);
}

static void set_font(struct stm_pdf *pdf, const struct stm_pdf_font *font)
{
    cairo_select_font_face(pdf->cr, font->mono ? "DejaVu Sans Mono" : "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           font->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pdf->cr, font->size);
    set_colour(pdf, font->colour);
}

static double width_of(struct stm_pdf *pdf, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(pdf->cr, text, &extents);
    return extents.x_advance;
}

double stm_pdf_text_width(struct stm_pdf *pdf, const struct stm_pdf_font *font, const char *text)
{
    set_font(pdf, font);
    return width_of(pdf, clean(pdf, text));
}

/* Where the character that holds byte `n` begins. */
static size_t character(const char *text, size_t n)
{
    while (n > 0 && (text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* The longest head of `text`, at least one character, that with `tail` behind it is not wider than `width`;
 * by halving, since widths grow with the text. */
static size_t fit(struct stm_pdf *pdf, const char *text, double width, const char *tail)
{
    struct stm_string line = {0};
    size_t least = 0, most = strlen(text);
    while (least < most) {
        size_t n = character(text, least + (most - least + 1) / 2);
        if (n <= least)
            for (n = least + 1; (text[n] & 0xc0) == 0x80;)
                n++;
        line.length = 0;
        stm_string_add_n(&line, text, n);
        stm_string_add(&line, tail);
        if (line.failed) break;
        if (width_of(pdf, line.text) <= width)
            least = n;
        else
            most = character(text, n - 1);
    }
    stm_string_free(&line);
    if (least == 0 && *text)
        for (least = 1; (text[least] & 0xc0) == 0x80;)
            least++;
    return least;
}

static void show(struct stm_pdf *pdf, double x, double y, const struct stm_pdf_font *font, const char *text,
                 double width)
{
    static const double before[] = {[STM_PDF_LEFT] = 0, [STM_PDF_CENTRE] = 0.5, [STM_PDF_RIGHT] = 1};
    cairo_move_to(pdf->cr, x - before[font->align] * width, y);
    cairo_show_text(pdf->cr, text);
    cairo_new_path(pdf->cr);
}

double stm_pdf_text(struct stm_pdf *pdf, double x, double y, double width, const struct stm_pdf_font *font,
                    const char *text)
{
    static const char dots[] = "\xe2\x80\xa6";
    set_font(pdf, font);
    const char *const whole = clean(pdf, text);
    double wide = width_of(pdf, whole);
    if (width <= 0 || wide <= width) return show(pdf, x, y, font, whole, wide), wide;
    struct stm_string cut = {0};
    stm_string_add_n(&cut, whole, fit(pdf, whole, width, dots));
    stm_string_add(&cut, dots);
    if (cut.failed) return fail(pdf, STM_NO_MEMORY, "no memory for a text"), 0;
    wide = width_of(pdf, cut.text);
    show(pdf, x, y, font, cut.text, wide);
    stm_string_free(&cut);
    return wide;
}

/* Bytes of the next line of `text`: up to the last space that fits, or as much of a long word as fits. */
static size_t next_line(struct stm_pdf *pdf, const char *text, double width)
{
    if (width_of(pdf, text) <= width) return strlen(text);
    const size_t most = fit(pdf, text, width, "");
    size_t n = most;
    while (n > 0 && text[n] != ' ')
        n--;
    return n ? n : most;
}

int stm_pdf_paragraph(struct stm_pdf *pdf, double x, double y, double width, double leading, int lines,
                      const struct stm_pdf_font *font, const char *text, bool draw)
{
    struct stm_string rest = {0}, line = {0};
    int n = 0;
    set_font(pdf, font);
    stm_string_add(&rest, clean(pdf, text));
    for (const char *p = rest.text; p && *p && (!lines || n < lines); n++) {
        const size_t length = next_line(pdf, p, width);
        const bool last = lines && n + 1 == lines;
        line.length = 0;
        stm_string_add_n(&line, p, last ? strlen(p) : length);
        if (draw && !line.failed) stm_pdf_text(pdf, x, y + n * leading, last ? width : 0, font, line.text);
        for (p += length; *p == ' ';)
            p++;
    }
    if (rest.failed || line.failed) fail(pdf, STM_NO_MEMORY, "no memory for a text");
    stm_string_free(&rest);
    stm_string_free(&line);
    return n;
}

/* Fills and strokes the current path. */
static void paint_path(struct stm_pdf *pdf, const struct stm_pdf_paint *paint)
{
    static const double dash[] = {2, 2};
    if (paint->fill != STM_PDF_NONE) {
        set_colour(pdf, paint->fill);
        cairo_fill_preserve(pdf->cr);
    }
    if (paint->stroke != STM_PDF_NONE) {
        set_colour(pdf, paint->stroke);
        cairo_set_line_width(pdf->cr, paint->width);
        cairo_set_dash(pdf->cr, dash, paint->dashed ? 2 : 0, 0);
        cairo_stroke_preserve(pdf->cr);
    }
    cairo_new_path(pdf->cr);
}

void stm_pdf_line(struct stm_pdf *pdf, double x0, double y0, double x1, double y1,
                  const struct stm_pdf_paint *paint)
{
    const double points[][2] = {{x0, y0}, {x1, y1}};
    stm_pdf_polyline(pdf, points, 2, paint);
}

void stm_pdf_rect(struct stm_pdf *pdf, double x, double y, double w, double h,
                  const struct stm_pdf_paint *paint)
{
    cairo_rectangle(pdf->cr, x, y, w, h);
    paint_path(pdf, paint);
}

void stm_pdf_circle(struct stm_pdf *pdf, double x, double y, double r, const struct stm_pdf_paint *paint)
{
    cairo_new_sub_path(pdf->cr);
    cairo_arc(pdf->cr, x, y, r, 0, 6.283185307179586);
    paint_path(pdf, paint);
}

void stm_pdf_polyline(struct stm_pdf *pdf, const double (*points)[2], int n,
                      const struct stm_pdf_paint *paint)
{
    for (int i = 0; i < n; i++)
        cairo_line_to(pdf->cr, points[i][0], points[i][1]);
    paint_path(pdf, paint);
}

/* Grey pictures with a few colours drawn over them are stored as a grey picture and a stencil for each
 * colour: a third of the bytes to be packed, and those pack several times as fast as triples of equal bytes.
 */
enum { STENCILS = 10 };
struct stencils {
    uint32_t colour[STENCILS];
    int n; /* -1: more colours than that */
};

static bool is_grey(uint32_t px)
{
    return (px >> 16 & 255) == (px & 255) && (px >> 8 & 255) == (px & 255);
}

static struct stencils list_colours(const uint32_t *px, int w, int h, int stride)
{
    struct stencils s = {.n = 0};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const uint32_t colour = px[y * stride + x] & 0xffffff;
            int i = 0;
            if (is_grey(colour)) continue;
            while (i < s.n && s.colour[i] != colour)
                i++;
            if (i == STENCILS) return (struct stencils){.n = -1};
            if (i == s.n) s.colour[s.n++] = colour;
        }
    return s;
}

static void put_stencil(struct stm_pdf *pdf, cairo_surface_t *image, uint32_t colour)
{
    const int w = cairo_image_surface_get_width(image), h = cairo_image_surface_get_height(image),
              stride = cairo_image_surface_get_stride(image) / 4;
    const uint32_t *px = (const void *)cairo_image_surface_get_data(image);
    cairo_surface_t *const mask = cairo_image_surface_create(CAIRO_FORMAT_A8, w, h);
    unsigned char *const to = cairo_image_surface_get_data(mask);
    const int step = cairo_image_surface_get_stride(mask);
    if (!to) fail(pdf, STM_NO_MEMORY, "no memory for a picture");
    for (int y = 0; to && y < h; y++)
        for (int x = 0; x < w; x++)
            to[y * step + x] = (px[y * stride + x] & 0xffffff) == colour ? 255 : 0;
    cairo_surface_mark_dirty(mask);
    cairo_set_source_rgb(pdf->cr, (colour >> 16) / 255.0, (colour >> 8 & 255) / 255.0,
                         (colour & 255) / 255.0);
    cairo_mask_surface(pdf->cr, mask, 0, 0);
    cairo_surface_destroy(mask);
}

/* What is under a stencil is as grey as what is left of it. */
static cairo_surface_t *without_colours(cairo_surface_t *image)
{
    const int w = cairo_image_surface_get_width(image), h = cairo_image_surface_get_height(image),
              stride = cairo_image_surface_get_stride(image) / 4;
    cairo_surface_t *const grey = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    uint32_t *const to = (void *)cairo_image_surface_get_data(grey);
    const uint32_t *const px = (const void *)cairo_image_surface_get_data(image);
    for (int y = 0; to && y < h; y++)
        for (int x = 0; x < w; x++)
            to[y * stride + x] = is_grey(px[y * stride + x]) ? px[y * stride + x]
                                 : x                         ? to[y * stride + x - 1]
                                                             : 0;
    cairo_surface_mark_dirty(grey);
    return grey;
}

static void paint_image(struct stm_pdf *pdf, cairo_surface_t *image)
{
    const bool plain = cairo_image_surface_get_format(image) == CAIRO_FORMAT_RGB24;
    const struct stencils s =
        plain ? list_colours((const void *)cairo_image_surface_get_data(image),
                             cairo_image_surface_get_width(image), cairo_image_surface_get_height(image),
                             cairo_image_surface_get_stride(image) / 4)
              : (struct stencils){.n = -1};
    cairo_surface_t *const grey = s.n > 0 ? without_colours(image) : cairo_surface_reference(image);
    cairo_set_source_surface(pdf->cr, grey, 0, 0);
    cairo_paint(pdf->cr);
    for (int i = 0; i < s.n; i++)
        put_stencil(pdf, image, s.colour[i]);
    cairo_surface_destroy(grey);
}

/* Takes `image` over. */
static struct stm_pdf_box put_image(struct stm_pdf *pdf, struct stm_pdf_box box, cairo_surface_t *image)
{
    const double w = cairo_image_surface_get_width(image), h = cairo_image_surface_get_height(image);
    const double across = box.w / w, down = box.h / h, scale = across < down ? across : down;
    const struct stm_pdf_box at = {box.x + (box.w - w * scale) / 2, box.y + (box.h - h * scale) / 2,
                                   w * scale, h * scale};
    cairo_save(pdf->cr);
    cairo_translate(pdf->cr, at.x, at.y);
    cairo_scale(pdf->cr, scale, scale);
    paint_image(pdf, image);
    cairo_restore(pdf->cr);
    cairo_surface_destroy(image);
    return at;
}

struct source {
    const unsigned char *bytes;
    size_t left;
};

static cairo_status_t read(void *closure, unsigned char *to, unsigned int n)
{
    struct source *const source = closure;
    if (source->left < n) return CAIRO_STATUS_READ_ERROR;
    memcpy(to, source->bytes, n);
    source->bytes += n;
    source->left -= n;
    return CAIRO_STATUS_SUCCESS;
}

static uint64_t u32be(const unsigned char *p)
{
    return (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
}

struct stm_pdf_box stm_pdf_png(struct stm_pdf *pdf, struct stm_pdf_box box, const void *png, size_t n)
{
    struct source source = {png, n};
    if (n < IHDR_END || u32be(source.bytes + 16) * u32be(source.bytes + 20) > MAX_PIXELS)
        return fail(pdf, STM_BAD_INPUT, "a picture is no PNG, or larger than 64 megapixels"), box;
    cairo_surface_t *const image = cairo_image_surface_create_from_png_stream(read, &source);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) return put_image(pdf, box, image);
    fail(pdf, STM_BAD_INPUT, "a picture is a damaged PNG");
    cairo_surface_destroy(image);
    return box;
}

struct stm_pdf_box stm_pdf_grey(struct stm_pdf *pdf, struct stm_pdf_box box, struct stm_cu8 view)
{
    cairo_surface_t *const image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, view.w, view.h);
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
        fail(pdf, STM_NO_MEMORY, "no memory for a picture");
        return cairo_surface_destroy(image), box;
    }
    const int stride = cairo_image_surface_get_stride(image) / 4;
    uint32_t *const to = (uint32_t *)(void *)cairo_image_surface_get_data(image);
    for (int y = 0; y < view.h; y++)
        for (int x = 0; x < view.w; x++)
            to[y * stride + x] = view.px[y * view.stride + x] * UINT32_C(0x010101);
    cairo_surface_mark_dirty(image);
    return put_image(pdf, box, image);
}

void stm_pdf_bookmark(struct stm_pdf *pdf, const char *title)
{
    struct stm_string link = {0};
    stm_string_addf(&link, "page=%d", pdf->pages);
    if (!link.failed)
        cairo_pdf_surface_add_outline(pdf->surface, CAIRO_PDF_OUTLINE_ROOT, clean(pdf, title), link.text,
                                      CAIRO_PDF_OUTLINE_FLAG_OPEN);
    stm_string_free(&link);
}

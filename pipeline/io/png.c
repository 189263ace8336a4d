/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/text.h"
#include "pipeline/io/format.h"
#include "pipeline/io/palette.h"

#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* libpng leaves its functions by longjmp. All calls that may do so are made by `work` functions under run(),
 * and what they change lives here, on the heap. */
struct job {
    png_structp png;
    png_infop info;
    struct stm_image *image;
    uint64_t position;
    char message[128];
    const struct stm_request *request;
    struct stm_paint *paint;
    uint8_t *rows;
};

/* --- libpng's callbacks --- */

static void on_read(png_structp png, png_bytep bytes, size_t n)
{
    struct job *job = png_get_io_ptr(png);
    if (stm_input_some(&job->image->input, job->position, bytes, n) < n)
        png_error(png, "the file ends too early: it is cut short or still being written");
    job->position += n;
}

static void on_error(png_structp png, png_const_charp message)
{
    struct job *job = png_get_error_ptr(png);
    stm_text_copy(job->message, sizeof job->message, message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

/* --- jobs --- */

static bool run(struct job *job, void (*work)(struct job *job), struct stm_error *err)
{
    if (setjmp(png_jmpbuf(job->png)))
        return stm_fail(err, STM_BAD_INPUT, "the PNG is damaged: %s", job->message);
    work(job);
    return true;
}

static void begin(struct job *job)
{
    png_set_user_limits(job->png, STM_IO_MAX_SIDE, STM_IO_MAX_SIDE);
    /* Texts and profiles are skipped: libpng would allocate whatever length they claim. */
    png_set_keep_unknown_chunks(job->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(job->png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "pHYs", 1);
    png_set_read_fn(job->png, job, on_read);
    png_read_info(job->png, job->info);
}

static void end(struct job *job)
{
    png_destroy_read_struct(&job->png, &job->info, NULL);
    free(job->rows);
    free(job);
}

static struct job *new_job(struct stm_image *image, struct stm_error *err)
{
    struct job *job = calloc(1, sizeof *job);
    if (job) {
        job->image = image;
        job->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, job, on_error, on_warning);
        job->info = job->png ? png_create_info_struct(job->png) : NULL;
        if (job->info) return job;
        end(job);
    }
    stm_fail(err, STM_NO_MEMORY, "no memory for a PNG reader");
    return NULL;
}

/* --- open --- */

static bool probe(const uint8_t *head, size_t n)
{
    return n >= 8 && png_sig_cmp(head, 0, 8) == 0;
}

static int channels_of(int type)
{
    return type & PNG_COLOR_MASK_COLOR && !(type & PNG_COLOR_MASK_PALETTE) ? 3 : 1;
}

/* Deflate shrinks at most 1032 times: a smaller file cannot hold the pixels. */
static bool check_bytes(const struct job *job, struct stm_error *err)
{
    const uint64_t row = png_get_rowbytes(job->png, job->info),
                   bytes = row * png_get_image_height(job->png, job->info);
    if (bytes / 1040 > job->image->input.size)
        return stm_fail(err, STM_BAD_INPUT,
                        "says it has %" PRIu64 " bytes of pixels, but the whole file has %" PRIu64
                        ": it is damaged or cut short",
                        bytes, job->image->input.size);
    const bool interlaced = png_get_interlace_type(job->png, job->info) != PNG_INTERLACE_NONE;
    const uint64_t held = interlaced ? bytes : row;
    if (held <= STM_IO_MAX_BUFFER) return true;
    return stm_fail(err, STM_NO_MEMORY,
                    "is interlaced and needs %" PRIu64 " bytes to be put together; up to %d are "
                    "used: save it without interlacing",
                    held, STM_IO_MAX_BUFFER);
}

static bool adopt_palette(const struct job *job, struct stm_error *err)
{
    struct stm_image *image = job->image;
    const size_t n = (size_t)1 << image->sample.bits;
    png_colorp entries = NULL;
    int count = 0;
    uint16_t *rgb = calloc(3 * n, sizeof *rgb);
    if (!rgb) return stm_fail(err, STM_NO_MEMORY, "no memory for a palette");
    png_get_PLTE(job->png, job->info, &entries, &count);
    for (size_t i = 0; i < n && i < (size_t)count; i++) {
        rgb[i] = entries[i].red;
        rgb[n + i] = entries[i].green;
        rgb[2 * n + i] = entries[i].blue;
    }
    stm_palette_adopt(image, rgb, false);
    return true;
}

static double pixel_um(const struct job *job)
{
    png_uint_32 x = 0, y = 0;
    int unit = 0;
    if (!png_get_pHYs(job->png, job->info, &x, &y, &unit) || unit != PNG_RESOLUTION_METER || x == 0) x = 0;
    return stm_metadata_resolution_um(x / 100.0, 10000);
}

static bool describe(const struct job *job, struct stm_error *err)
{
    struct stm_image *image = job->image;
    const int type = png_get_color_type(job->png, job->info);
    const png_uint_32 w = png_get_image_width(job->png, job->info),
                      h = png_get_image_height(job->png, job->info);
    image->sample = (struct stm_sample){STM_SAMPLE_UINT, png_get_bit_depth(job->png, job->info)};
    if (!stm_format_check_size(w, h, err) || !check_bytes(job, err)) return false;
    image->info.width = (int)w;
    image->info.height = (int)h;
    image->info.colour = channels_of(type) == 3;
    image->metadata.pixel_um = pixel_um(job);
    stm_text_copy(image->info.compression, sizeof image->info.compression, "Deflate");
    if (type & PNG_COLOR_MASK_PALETTE && !adopt_palette(job, err)) return false;
    if (png_get_valid(job->png, job->info, PNG_INFO_tRNS)) stm_remark(image, "transparency is ignored");
    return stm_layout_in_order(&image->layout, NULL, (const int[]){1, 1, 1}, "CZT",
                               image->info.colour ? 3 : 1, err);
}

static bool open_png(struct stm_image *image, struct stm_error *err)
{
    struct job *job = new_job(image, err);
    if (!job) return false;
    const bool ok = run(job, begin, err) && describe(job, err);
    end(job);
    return ok;
}

/* --- read --- */

static void begin_pixels(struct job *job)
{
    const uint16_t one = 1;
    begin(job);
    if (*(const uint8_t *)&one == 1) png_set_swap(job->png);
    png_set_interlace_handling(job->png);
    png_read_update_info(job->png, job->info);
}

static struct stm_block block_of(const struct job *job, size_t pitch, int y, int h)
{
    const int channels = png_get_channels(job->png, job->info),
              type = png_get_color_type(job->png, job->info);
    const size_t bits = (size_t)job->image->sample.bits;
    struct stm_block block = {
        .y = y, .w = job->image->info.width, .h = h, .pitch = pitch, .step = bits * channels};
    for (int k = 0; k < job->paint->parts; k++) {
        block.base[k] = job->rows;
        block.first[k] = job->image->palette ? 0 : bits * (size_t)(job->request->component + k);
    }
    if (type & PNG_COLOR_MASK_ALPHA) {
        block.base[STM_PAINT_ALPHA] = job->rows;
        block.first[STM_PAINT_ALPHA] = bits * (size_t)(channels - 1);
    }
    return block;
}

static void read_row_by_row(struct job *job)
{
    const struct stm_block first = block_of(job, 0, 0, 1);
    for (int y = 0; y < job->image->info.height; y++) {
        struct stm_block block = first;
        png_read_row(job->png, job->rows, NULL);
        block.y = y;
        stm_paint_block(job->paint, &block);
    }
}

static void read_passes(struct job *job)
{
    const size_t pitch = png_get_rowbytes(job->png, job->info);
    const int h = job->image->info.height, passes = 7;
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < h; y++)
            png_read_row(job->png, job->rows + (size_t)y * pitch, NULL);
    const struct stm_block block = block_of(job, pitch, 0, h);
    stm_paint_block(job->paint, &block);
}

static bool read_with(struct job *job, struct stm_error *err)
{
    if (!run(job, begin_pixels, err)) return false;
    const bool interlaced = png_get_interlace_type(job->png, job->info) != PNG_INTERLACE_NONE;
    const size_t bytes =
        png_get_rowbytes(job->png, job->info) * (interlaced ? (size_t)job->image->info.height : 1);
    job->rows = calloc(1, bytes);
    if (!job->rows) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu bytes of pixels", bytes);
    return run(job, interlaced ? read_passes : read_row_by_row, err);
}

static bool read_png(struct stm_image *image, const struct stm_request *request, struct stm_paint *paint,
                     struct stm_error *err)
{
    struct job *job = new_job(image, err);
    if (!job) return false;
    job->request = request;
    job->paint = paint;
    const bool ok = read_with(job, err);
    end(job);
    return ok;
}

static void close_png(struct stm_image *image)
{
    (void)image;
}

extern const struct stm_format stm_format_png;
const struct stm_format stm_format_png = {.name = "png",
                                          .extensions = "png",
                                          .probe = probe,
                                          .open = open_png,
                                          .read = read_png,
                                          .close = close_png};

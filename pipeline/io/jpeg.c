/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/text.h"
#include "pipeline/io/format.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum {
    BUFFER = 64 << 10,
    MAX_SCANS = 100 /* of a progressive picture; each one costs a pass over all coefficients */
};

/* libjpeg leaves its functions by longjmp. All calls that may do so are made by `work` functions under run(),
 * and what they change lives here, on the heap. */
struct job {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf leave;
    char message[JMSG_LENGTH_MAX];
    struct stm_image *image;
    uint64_t position;
    const struct stm_request *request;
    struct stm_paint *paint;
    uint8_t *row;
    uint8_t buffer[BUFFER];
};

/* --- libjpeg's callbacks --- */

static struct job *job_of(j_common_ptr jpeg)
{
    return jpeg->client_data;
}

static void on_error(j_common_ptr jpeg)
{
    jpeg->err->format_message(jpeg, job_of(jpeg)->message);
    longjmp(job_of(jpeg)->leave, 1);
}

/* A warning means damaged pixels; anything else is chatter. */
static void on_message(j_common_ptr jpeg, int level)
{
    if (level < 0) on_error(jpeg);
}

static void leave(struct job *job, const char *why)
{
    stm_text_copy(job->message, sizeof job->message, why);
    longjmp(job->leave, 1);
}

static void on_start(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

static boolean on_fill(j_decompress_ptr jpeg)
{
    struct job *job = jpeg->client_data;
    const size_t got = stm_input_some(&job->image->input, job->position, job->buffer, BUFFER);
    if (got == 0) leave(job, "the file ends too early: it is cut short or still being written");
    job->position += got;
    job->source.next_input_byte = job->buffer;
    job->source.bytes_in_buffer = got;
    return TRUE;
}

static void on_skip(j_decompress_ptr jpeg, long n)
{
    struct job *job = jpeg->client_data;
    const size_t left = job->source.bytes_in_buffer, here = n > 0 && (size_t)n < left ? (size_t)n : left;
    if (n <= 0) return;
    job->source.next_input_byte += here;
    job->source.bytes_in_buffer -= here;
    job->position += (size_t)n - here;
}

static void on_end(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

static void on_progress(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)jpeg)->input_scan_number > MAX_SCANS)
        leave(job_of(jpeg), "it has more than 100 scans");
}

/* --- jobs --- */

static bool run(struct job *job, void (*work)(struct job *job), struct stm_error *err)
{
    if (setjmp(job->leave)) return stm_fail(err, STM_BAD_INPUT, "the JPEG is damaged: %s", job->message);
    work(job);
    return true;
}

static void begin(struct job *job)
{
    jpeg_create_decompress(&job->jpeg);
    job->jpeg.client_data = job;
    job->jpeg.src = &job->source;
    job->jpeg.progress = &job->progress;
    job->jpeg.mem->max_memory_to_use = STM_IO_MAX_BUFFER;
    jpeg_read_header(&job->jpeg, TRUE);
}

static struct job *new_job(struct stm_image *image, struct stm_error *err)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        stm_fail(err, STM_NO_MEMORY, "no memory for a JPEG reader");
        return NULL;
    }
    job->image = image;
    job->jpeg.err = jpeg_std_error(&job->errors);
    job->jpeg.client_data = job;
    job->errors.error_exit = on_error;
    job->errors.emit_message = on_message;
    job->source = (struct jpeg_source_mgr){.init_source = on_start,
                                           .fill_input_buffer = on_fill,
                                           .skip_input_data = on_skip,
                                           .resync_to_restart = jpeg_resync_to_restart,
                                           .term_source = on_end};
    job->progress.progress_monitor = on_progress;
    return job;
}

static void end(struct job *job)
{
    jpeg_destroy_decompress(&job->jpeg);
    free(job->row);
    free(job);
}

/* --- open --- */

static bool probe(const uint8_t *head, size_t n)
{
    return n >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0;
}

static double pixel_um(const struct job *job)
{
    const double dots = job->jpeg.X_density;
    if (!job->jpeg.saw_JFIF_marker || job->jpeg.density_unit == 0) return stm_metadata_plausible_um(0);
    return stm_metadata_resolution_um(dots, job->jpeg.density_unit == 1 ? 25400 : 10000);
}

/* Pictures of several scans are decoded as a whole, from coefficients of two bytes. */
static bool check_memory(struct job *job, struct stm_error *err)
{
    const uint64_t samples = (uint64_t)job->jpeg.image_width * job->jpeg.image_height;
    const uint64_t bytes = 2 * samples * (uint64_t)job->jpeg.num_components;
    if (!jpeg_has_multiple_scans(&job->jpeg) || bytes <= STM_IO_MAX_BUFFER) return true;
    return stm_fail(err, STM_NO_MEMORY,
                    "is progressive and needs %" PRIu64
                    " bytes to be put together; up to %d are used: save it as a "
                    "baseline JPEG, or better as PNG",
                    bytes, STM_IO_MAX_BUFFER);
}

static bool describe(struct job *job, struct stm_error *err)
{
    struct stm_image *image = job->image;
    const int parts = job->jpeg.num_components;
    if (!stm_format_check_size(job->jpeg.image_width, job->jpeg.image_height, err) || !check_memory(job, err))
        return false;
    if (parts != 1 && parts != 3)
        return stm_fail(err, STM_UNSUPPORTED,
                        "has %d components (CMYK ?); grey and RGB are read: save it as RGB", parts);
    image->info.width = (int)job->jpeg.image_width;
    image->info.height = (int)job->jpeg.image_height;
    image->info.colour = parts == 3;
    image->sample = (struct stm_sample){STM_SAMPLE_UINT, 8};
    image->metadata.pixel_um = pixel_um(job);
    stm_text_copy(image->info.compression, sizeof image->info.compression, "JPEG");
    stm_remark(image, "JPEG compression changes pixel values: intensities are approximate");
    return stm_layout_in_order(&image->layout, NULL, (const int[]){1, 1, 1}, "CZT", parts, err);
}

static bool open_jpeg(struct stm_image *image, struct stm_error *err)
{
    struct job *job = new_job(image, err);
    if (!job) return false;
    const bool ok = run(job, begin, err) && describe(job, err);
    end(job);
    return ok;
}

/* --- read --- */

/* Four bytes a pixel are taken apart faster than three. */
#ifdef JCS_EXTENSIONS
static const J_COLOR_SPACE colours = JCS_EXT_RGBX;
#else
static const J_COLOR_SPACE colours = JCS_RGB;
#endif

static void start(struct job *job)
{
    begin(job);
    job->jpeg.out_color_space = job->jpeg.num_components == 1 ? JCS_GRAYSCALE : colours;
    job->jpeg.dct_method = JDCT_ISLOW; /* the one that is exact everywhere */
    jpeg_start_decompress(&job->jpeg);
}

static void read_rows(struct job *job)
{
    struct stm_block block = {.w = (int)job->jpeg.output_width, .h = 1};
    block.step = 8 * (size_t)job->jpeg.output_components;
    for (int k = 0; k < job->paint->parts; k++) {
        block.base[k] = job->row;
        block.first[k] = 8 * (size_t)(job->request->component + k);
    }
    while (job->jpeg.output_scanline < job->jpeg.output_height) {
        JSAMPROW rows[1] = {job->row};
        block.y = (int)job->jpeg.output_scanline;
        if (jpeg_read_scanlines(&job->jpeg, rows, 1) == 1) stm_paint_block(job->paint, &block);
    }
}

static bool read_with(struct job *job, struct stm_error *err)
{
    if (!run(job, start, err)) return false;
    const size_t bytes = (size_t)job->jpeg.output_width * (size_t)job->jpeg.output_components;
    if (job->jpeg.output_width != (unsigned)job->image->info.width ||
        job->jpeg.output_height != (unsigned)job->image->info.height)
        return stm_fail(err, STM_BAD_INPUT, "changed while it was being read");
    job->row = calloc(1, bytes);
    if (!job->row) return stm_fail(err, STM_NO_MEMORY, "no memory for a row of %zu bytes", bytes);
    return run(job, read_rows, err);
}

static bool read_jpeg(struct stm_image *image, const struct stm_request *request, struct stm_paint *paint,
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

static void close_jpeg(struct stm_image *image)
{
    (void)image;
}

extern const struct stm_format stm_format_jpeg;
const struct stm_format stm_format_jpeg = {.name = "jpeg",
                                           .extensions = "jpg jpeg",
                                           .probe = probe,
                                           .open = open_jpeg,
                                           .read = read_jpeg,
                                           .close = close_jpeg};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* labels/<stem>_<object>.tif; labels/<stem>_cells.tif beside nuclei where bodies were stained, and
 * labels/<stem>_nuclei.tif beside cells where nuclei were, with the same numbers;
 * labels/<stem>_foreground.png where there is a mask. */
#include "pipeline/core/text.h"
#include "pipeline/io/label_tiff.h"
#include "pipeline/io/png_write.h"
#include "pipeline/sink.h"
#include "pipeline/sinks/outdir.h"

#include <stdio.h>
#include <stdlib.h>

struct labels {
    struct stm_outdir outdir;
    const struct stm_run_info *info;
};

static bool open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    struct labels *const labels = calloc(1, sizeof *labels);
    if (!labels) return stm_fail(err, STM_NO_MEMORY, "no memory to begin labels");
    labels->info = info;
    *state = labels;
    if (stm_outdir_open(&labels->outdir, info->directory, "labels", err)) return true;
    free(labels);
    return false;
}

static bool is_debris(const struct stm_site_row *site, uint32_t number)
{
    return number >= 1 && number <= (uint32_t)site->n_objects &&
           site->objects[number - 1].class == STM_CLASS_DEBRIS;
}

/* The segments without those of debris, to be freed; NULL when out of memory. */
static struct stm_segment *without_debris(const struct stm_site_row *site,
                                          const struct stm_site_pixels *pixels, size_t *n)
{
    struct stm_segment *const kept = malloc((pixels->n_segments + 1) * sizeof *kept);
    *n = 0;
    for (size_t i = 0; kept && i < pixels->n_segments; i++)
        if (!is_debris(site, pixels->segments[i].label)) kept[(*n)++] = pixels->segments[i];
    return kept;
}

/* "<stem>_<what>" */
static bool put(const struct labels *labels, const struct stm_site_row *site, const char *what,
                const struct stm_bytes *bytes, struct stm_error *err)
{
    char name[sizeof site->stem + 64];
    snprintf(name, sizeof name, "%s_%s", site->stem, what);
    return stm_outdir_put(&labels->outdir, name, bytes, err);
}

/* Segments as labels/<stem>_<object>.tif. */
static bool put_image(const struct labels *labels, const struct stm_site_row *site, const char *object,
                      const struct stm_segment *segments, size_t n, struct stm_error *err)
{
    char what[32], description[96];
    struct stm_bytes bytes = {0};
    const struct stm_label_tiff image = {.width = site->width,
                                         .height = site->height,
                                         .segments = segments,
                                         .n_segments = n,
                                         .pixel_um = site->pixel_um,
                                         .description = description};
    snprintf(what, sizeof what, "%s.tif", object);
    snprintf(description, sizeof description, "%s: 0 = background, value = ObjectNumber in objects.csv",
             object);
    const bool ok = stm_label_tiff_encode(&bytes, &image, err) && put(labels, site, what, &bytes, err);
    stm_bytes_free(&bytes);
    return ok;
}

static bool put_labels(const struct labels *labels, const struct stm_site_row *site,
                       const struct stm_site_pixels *pixels, struct stm_error *err)
{
    size_t n;
    struct stm_segment *const kept = without_debris(site, pixels, &n);
    if (!kept) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu segments", pixels->n_segments);
    const bool ok = put_image(labels, site, labels->info->object_name, kept, n, err);
    free(kept);
    return ok;
}

/* Nuclei with the numbers of their cells; those in none are left out. */
static bool put_nuclei(const struct labels *labels, const struct stm_site_row *site,
                       const struct stm_site_pixels *pixels, struct stm_error *err)
{
    struct stm_segment *const kept = malloc((pixels->n_nuclei + 1) * sizeof *kept);
    size_t n = 0;
    if (!kept) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu segments", pixels->n_nuclei);
    for (size_t i = 0; i < pixels->n_nuclei; i++)
        if (pixels->nuclei[i].label != STM_BARE) kept[n++] = pixels->nuclei[i];
    const bool ok = put_image(labels, site, "nuclei", kept, n, err);
    free(kept);
    return ok;
}

static bool put_foreground(const struct labels *labels, const struct stm_site_row *site, struct stm_cu8 mask,
                           struct stm_error *err)
{
    struct stm_bytes bytes = {0};
    const struct stm_png png = {.kind = STM_PNG_GREY, .px = mask, .pixel_um = site->pixel_um};
    const bool ok = stm_png_encode(&bytes, &png, err) && put(labels, site, "foreground.png", &bytes, err);
    stm_bytes_free(&bytes);
    return ok;
}

static bool site(void *state, const struct stm_site_row *row, const struct stm_site_pixels *pixels,
                 struct stm_error *err)
{
    const struct labels *const labels = state;
    if (!pixels) return true;
    return put_labels(labels, row, pixels, err) &&
           (!pixels->cells || put_image(labels, row, "cells", pixels->cells, pixels->n_cells, err)) &&
           (!pixels->nuclei || put_nuclei(labels, row, pixels, err)) &&
           (!pixels->mask.px || put_foreground(labels, row, pixels->mask, err));
}

static bool finish(void *state, struct stm_error *err)
{
    struct labels *const labels = state;
    const bool ok = stm_outdir_publish(&labels->outdir, err);
    free(labels);
    return ok;
}

static void discard(void *state)
{
    struct labels *const labels = state;
    stm_outdir_discard(&labels->outdir);
    free(labels);
}

const struct stm_sink stm_sink_labels = {
    .name = "labels",
    .summary = "labels/: label images and foreground masks",
    .writes = "labels/",
    .default_on = true,
    .parallel = true,
    .open = open,
    .site = site,
    .close = finish,
    .discard = discard,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "cli/setup.h"
#include "cli/understood.h"
#include "pipeline/core/arena.h"
#include "pipeline/core/text.h"
#include "pipeline/io/image.h"
#include "pipeline/io/plate.h"
#include "pipeline/role.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--well", 'w', "WELL", "only this well: its fields as a run would see them, or why it is missing"},
    STM_SETUP_OPTIONS,
    {"--pixels", 0, NULL, "read every plane too: what the pixels use of their bit depth"},
    {"--json", 0, NULL, "one JSON object a line: the layout, then one per file"},
    {0},
};

static void print_string(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == '"' || *p == '\\')
            printf("\\%c", *p);
        else if (*p < ' ')
            printf("\\u%04x", *p);
        else
            putchar(*p);
    putchar('"');
}

static const char *role_text(const char *name, const char *key)
{
    enum stm_role role = stm_role_of(name);
    if (role == STM_ROLES) role = stm_role_of(key);
    return role == STM_ROLES ? "" : stm_role_name(role);
}

/* Reads each plane in strips of the whole: the smallest and largest value, and the scaling used. */
static bool look_at_pixels(struct stm_image *image, struct stm_error *err)
{
    const struct stm_image_info *const info = stm_image_info(image);
    struct stm_arena arena;
    const ptrdiff_t stride = info->width;
    if (!stm_arena_create(&arena, (size_t)stride * (size_t)info->height * 2, err)) return false;
    struct stm_u16 plane = {stm_arena_try(&arena, (size_t)stride * (size_t)info->height * 2), stride,
                            info->width, info->height};
    bool good = true;
    for (int c = 0; good && c < info->channels; c++) {
        struct stm_scaling scaling;
        good = stm_image_read(image, c, 0, 0, plane, &scaling, err);
        unsigned lo = 65535, hi = 0;
        for (size_t i = 0; good && i < (size_t)stride * (size_t)info->height; i++) {
            if (plane.px[i] < lo) lo = plane.px[i];
            if (plane.px[i] > hi) hi = plane.px[i];
        }
        if (good)
            printf("  channel %d: pixels %u to %u, %d of %d bits used, stored = %g + %g x pixel%s\n", c + 1,
                   lo, hi, scaling.true_bits, info->stored_bits, scaling.offset, scaling.scale,
                   scaling.lossy ? " (not exact)" : "");
    }
    stm_arena_destroy(&arena);
    return good;
}

static void print_file(const struct stm_image *image, const struct stm_plate_site *site,
                       const struct stm_plate_file *file)
{
    const struct stm_image_info *const info = stm_image_info(image);
    printf("%s\n  %s, %s, %d x %d, %d-bit%s%s, %d channel%s, %d z, %d t\n", file->path, info->format,
           info->compression, info->width, info->height, info->stored_bits, info->is_signed ? " signed" : "",
           info->is_float ? " float" : "", info->channels, info->channels == 1 ? "" : "s", info->z, info->t);
    printf("  well %s, site %s%s%s\n", site->well, site->site, file->channel[0] ? ", channel " : "",
           file->channel);
    if (!isnan(info->pixel_um)) printf("  pixel size %.6g um\n", info->pixel_um);
    for (int c = 0; c < info->channels; c++) {
        const char *const name = stm_image_channel_name(image, c), *const role =
                                                                       role_text(name, file->channel);
        if (name[0] || role[0])
            printf("  channel %d: %s%s%s\n", c + 1, name[0] ? name : file->channel,
                   role[0] ? ", taken as " : "", role);
    }
    if (info->remark[0]) printf("  note: %s\n", info->remark);
}

static void print_file_json(const struct stm_image *image, const struct stm_plate_site *site,
                            const struct stm_plate_file *file)
{
    const struct stm_image_info *const info = stm_image_info(image);
    printf("{\"file\": ");
    print_string(file->path);
    printf(
        ", \"status\": \"ok\", \"format\": \"%s\", \"compression\": \"%s\", \"width\": %d, \"height\": %d, "
        "\"bits\": %d, \"channels\": %d, \"z\": %d, \"t\": %d, \"pixel_um\": ",
        info->format, info->compression, info->width, info->height, info->stored_bits, info->channels,
        info->z, info->t);
    if (isnan(info->pixel_um))
        printf("null");
    else
        printf("%.9g", info->pixel_um);
    printf(", \"plate\": "), print_string(site->plate);
    printf(", \"well\": "), print_string(site->well);
    printf(", \"site\": "), print_string(site->site);
    printf(", \"channel\": "), print_string(file->channel);
    printf(", \"channel_names\": [");
    for (int c = 0; c < info->channels; c++) {
        if (c) printf(", ");
        print_string(stm_image_channel_name(image, c));
    }
    printf("], \"remark\": "), print_string(info->remark);
    printf("}\n");
}

static void print_failure(const struct stm_plate_file *file, const struct stm_error *err, bool json)
{
    if (json) {
        printf("{\"file\": "), print_string(file->path);
        printf(", \"status\": \"%s\", \"reason\": ", stm_status_name(err->status)),
            print_string(err->message);
        printf("}\n");
    } else
        printf("%s\n  cannot be read: %s\n", file->path, err->message);
}

static bool inspect_file(const struct stm_arguments *args, const struct stm_plate_site *site,
                         const struct stm_plate_file *file)
{
    struct stm_image *image = NULL;
    struct stm_error bad = {0};
    const bool json = stm_option_given(args, "--json");
    bool good = stm_image_open(&image, file->path, &bad);
    if (good) (json ? print_file_json : print_file)(image, site, file);
    if (good && stm_option_given(args, "--pixels") && !json) good = look_at_pixels(image, &bad);
    if (!good) print_failure(file, &bad, json);
    stm_image_close(&image);
    return good;
}

static void print_layout(const struct stm_plate *plate, bool json)
{
    const char *const naming = plate->naming ? plate->naming->name : "";
    if (json) {
        printf("{\"sites\": %d, \"wells\": %d, \"naming\": ", plate->n_sites, plate->n_wells),
            print_string(naming);
        printf(", \"problems\": [");
        for (int i = 0; i < plate->n_problems; i++)
            printf("%s", i ? ", " : ""), print_string(plate->problems[i]);
        printf("]}\n");
        return;
    }
    printf("%s: %d site%s in %d well%s; file names follow %s\n", plate->title, plate->n_sites,
           plate->n_sites == 1 ? "" : "s", plate->n_wells, plate->n_wells == 1 ? "" : "s",
           plate->naming ? naming : "no known convention (one site per file)");
    for (int i = 0; i < plate->n_problems; i++)
        printf("problem: %s\n", plate->problems[i]);
}

/* As a run would see it, with channels and what the assay needs. */
static int inspect_well(const struct stm_arguments *args, const char *well, struct stm_error *err)
{
    struct stm_plan plan;
    struct stm_intake input = {0};
    int code = STM_EXIT_FAILED;
    if (stm_setup_plan(args, &plan, err) && stm_setup_intake(args, &plan, &input, err))
        code = stm_understood_well(&input, well, err);
    stm_intake_free(&input);
    stm_plan_free(&plan);
    return code;
}

static int inspect(const struct stm_arguments *args, struct stm_error *err)
{
    struct stm_plate plate;
    int bad = 0, files = 0;
    const char *const well = stm_option_value(args, "--well");
    if (well) return inspect_well(args, well, err);
    if (!stm_plate_find(&plate, args->operands, args->n_operands, stm_option_value(args, "--pattern"), err))
        return STM_EXIT_FAILED;
    print_layout(&plate, stm_option_given(args, "--json"));
    for (int s = 0; s < plate.n_sites; s++)
        for (int f = 0; f < plate.sites[s].n_files; f++, files++)
            bad += !inspect_file(args, &plate.sites[s], &plate.sites[s].files[f]);
    stm_plate_free(&plate);
    return !bad ? STM_EXIT_OK : bad == files ? STM_EXIT_FAILED : STM_EXIT_SITES;
}

const struct stm_command stm_command_inspect = {
    .name = "inspect",
    .operands = "PATH…",
    .summary = "says what files and folders are understood as, and why one is not read",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = inspect,
};

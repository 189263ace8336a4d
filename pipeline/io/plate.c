/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From sorted entries to sites, and what is wrong with them. */
#include "pipeline/io/plate.h"

#include "pipeline/io/plate_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "B03 site 2, 02d16h00m", after the plate's name when there are several. */
static const char *site_label(const struct stm_plate *plate, const struct stm_plate_site *site, char out[512])
{
    const bool several = strcmp(plate->sites[0].plate, plate->sites[plate->n_sites - 1].plate) != 0;
    int n = snprintf(out, 512, "%s%s%s%s%s", several ? "plate " : "", several ? site->plate : "",
                     several ? ", " : "", site->row >= 0 ? site->well : "",
                     site->row >= 0 && site->site[0] ? " " : "");
    if (site->site[0]) n += snprintf(out + n, 512 - (size_t)n, "site %s", site->site);
    if (site->time_text[0])
        snprintf(out + n, 512 - (size_t)n, ", %s", site->time_text);
    else if (site->timepoint >= 0)
        snprintf(out + n, 512 - (size_t)n, ", time point %d", site->timepoint);
    return out;
}

/* "channel w2", or "the image" when names have no channel. */
static const char *channel_label(const char *key, char out[96])
{
    snprintf(out, 96, key[0] ? "channel %s" : "the image", key);
    return out;
}

static void begin_site(struct stm_plate_site *site, const struct stm_filename *name,
                       struct stm_plate_file *files)
{
    *site = (struct stm_plate_site){.row = name->row,
                                    .col = name->col,
                                    .site_number = name->site_number,
                                    .timepoint = name->timepoint,
                                    .files = files};
    memcpy(site->plate, name->plate, sizeof site->plate);
    memcpy(site->well, name->well, sizeof site->well);
    memcpy(site->well_raw, name->well_raw, sizeof site->well_raw);
    memcpy(site->site, name->site, sizeof site->site);
    memcpy(site->time_text, name->time_text, sizeof site->time_text);
}

/* Adds the entry's file, unless the site has one for the same channel and plane: then it is named and
 * dropped. */
static void add_file(struct stm_plate *plate, struct stm_plate_site *site, struct stm_plate_entry *entry,
                     struct stm_lines *problems)
{
    const struct stm_plate_file *const last = site->n_files ? &site->files[site->n_files - 1] : NULL;
    char label[512], channel[96];
    if (last && last->z == entry->name.z && !strcmp(last->channel, entry->name.channel)) {
        stm_plate_problem(problems, "%s: %s is doubled; %s is used, %s is not",
                          site_label(plate, site, label), channel_label(last->channel, channel), last->path,
                          entry->path);
        return;
    }
    struct stm_plate_file *const file = &site->files[site->n_files++];
    *file = (struct stm_plate_file){.path = entry->path, .z = entry->name.z};
    memcpy(file->channel, entry->name.channel, sizeof file->channel);
    entry->path = NULL; /* now the file's */
}

static bool same_well(const struct stm_plate_site *a, const struct stm_plate_site *b)
{
    return a->row == b->row && a->col == b->col && !strcmp(a->plate, b->plate);
}

/* Files in different folders may have the same stem; their sites get different names. */
static void number_plain_sites(struct stm_plate *plate)
{
    int copies = 1;
    char first[sizeof plate->sites->site] = "";
    for (int i = 1; i < plate->n_sites; i++) {
        struct stm_plate_site *const site = &plate->sites[i], *const before = site - 1;
        if (copies == 1) memcpy(first, before->site, sizeof first);
        const bool copy =
            same_well(before, site) && site->timepoint == before->timepoint && !strcmp(first, site->site);
        copies = copy ? copies + 1 : 1;
        if (!copy) continue;
        char name[128], number[24];
        snprintf(number, sizeof number, " (%d)", copies);
        stm_naming_text(name, sizeof site->site - strlen(number), site->site, strlen(site->site));
        snprintf(site->site, sizeof site->site, "%.*s%s", (int)(sizeof site->site - 1 - strlen(number)), name,
                 number);
    }
}

static bool build(struct stm_plate *plate, struct stm_plate_entries *entries, struct stm_error *err)
{
    struct stm_plate_file *const files = calloc(entries->n, sizeof *files);
    size_t n = 0, used = 0;
    for (size_t i = 0; i < entries->n; i++)
        n += i == 0 || !stm_plate_same_site(&entries->entry[i - 1], &entries->entry[i]);
    plate->sites = calloc(n, sizeof *plate->sites);
    if (!files || !plate->sites) {
        free(files);
        return stm_fail(err, STM_NO_MEMORY, "no memory for %zu sites with %zu files", n, entries->n);
    }
    plate->sites[0].files = files; /* freed as the first site's */
    for (size_t i = 0; i < entries->n; i++) {
        struct stm_plate_entry *const entry = &entries->entry[i];
        if (i == 0 || !stm_plate_same_site(entry - 1, entry))
            begin_site(&plate->sites[plate->n_sites++], &entry->name, files + used);
        struct stm_plate_site *const site = &plate->sites[plate->n_sites - 1];
        add_file(plate, site, entry, &entries->problems);
        used = (size_t)(site->files - files) + (size_t)site->n_files;
    }
    number_plain_sites(plate);
    return true;
}

static int channel_index(const struct stm_plate *plate, const char *key)
{
    int k = 0;
    while (k < plate->n_channels && strcmp(plate->channels[k], key) != 0)
        k++;
    return k;
}

static int by_nature(const void *a, const void *b)
{
    return stm_plate_natural(a, b);
}

static void list_channels(struct stm_plate *plate)
{
    for (int i = 0; i < plate->n_sites; i++)
        for (int f = 0; f < plate->sites[i].n_files; f++) {
            const struct stm_plate_file *const file = &plate->sites[i].files[f];
            if (channel_index(plate, file->channel) < plate->n_channels) continue;
            memcpy(plate->channels[plate->n_channels++], file->channel, sizeof file->channel);
        }
    qsort(plate->channels, (size_t)plate->n_channels, sizeof *plate->channels, by_nature);
}

/* Bit k: the site has channel k. */
static uint32_t channels_of(const struct stm_plate *plate, const struct stm_plate_site *site)
{
    uint32_t bits = 0;
    for (int f = 0; f < site->n_files; f++)
        bits |= (uint32_t)1 << channel_index(plate, site->files[f].channel);
    return bits;
}

static void report_missing(const struct stm_plate *plate, const struct stm_plate_site *site, uint32_t missing,
                           struct stm_lines *problems)
{
    char label[512], channel[96], found[96];
    for (int k = 0; k < plate->n_channels; k++)
        if (missing >> k & 1)
            stm_plate_problem(problems, "%s: %s is missing; found %s in %s%s", site_label(plate, site, label),
                              channel_label(plate->channels[k], channel),
                              channel_label(site->files[0].channel, found), site->files[0].path,
                              site->n_files > 1 ? " and others" : "");
}

/* What one site of a plate has, all of them should have. */
static void check_channels(const struct stm_plate *plate, struct stm_lines *problems)
{
    for (int first = 0, end; first < plate->n_sites; first = end) {
        uint32_t all = 0;
        for (end = first; end < plate->n_sites && !strcmp(plate->sites[end].plate, plate->sites[first].plate);
             end++)
            all |= channels_of(plate, &plate->sites[end]);
        for (int i = first; i < end; i++)
            report_missing(plate, &plate->sites[i], all & ~channels_of(plate, &plate->sites[i]), problems);
    }
}

static void count_wells(struct stm_plate *plate)
{
    plate->n_wells = 0;
    for (int i = 0; i < plate->n_sites; i++)
        plate->n_wells += i == 0 || !same_well(&plate->sites[i - 1], &plate->sites[i]);
}

static void set_title(struct stm_plate *plate, const struct stm_plate_entries *entries)
{
    const struct stm_plate_site *const first = &plate->sites[0], *const last =
                                                                     &plate->sites[plate->n_sites - 1];
    const char *const folder = stm_text_basename(entries->root[0]);
    const char *const title = strcmp(first->plate, last->plate) ? folder : first->plate;
    stm_naming_text(plate->title, sizeof plate->title, title, strlen(title));
}

/* Hands the sentences over, the first STM_PLATE_PROBLEMS of them. */
static bool take_problems(struct stm_plate *plate, struct stm_lines *problems, struct stm_error *err)
{
    const size_t all = problems->n, kept = all < STM_PLATE_PROBLEMS ? all : STM_PLATE_PROBLEMS;
    for (size_t i = kept; i < all; i++)
        free(problems->line[i]);
    problems->n = kept;
    if (all > kept) stm_lines_addf(problems, "and %zu more of the kind", all - kept);
    if (problems->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu remarks on the plate", all);
    plate->problems = problems->line;
    plate->n_problems = (int)problems->n;
    *problems = (struct stm_lines){0};
    return true;
}

/* From entries to the plate; frees the entries. */
static bool find(struct stm_plate *plate, struct stm_plate_entries *entries, bool collected,
                 const char *pattern, struct stm_error *err)
{
    bool good =
        collected && stm_plate_read(entries, pattern, &plate->naming, err) && build(plate, entries, err);
    if (good) {
        list_channels(plate);
        check_channels(plate, &entries->problems);
        count_wells(plate);
        set_title(plate, entries);
        good = take_problems(plate, &entries->problems, err);
    }
    stm_plate_entries_free(entries);
    return good;
}

bool stm_plate_find(struct stm_plate *plate, const char *const *paths, int n_paths, const char *pattern,
                    struct stm_error *err)
{
    struct stm_plate_entries entries = {0};
    memset(plate, 0, sizeof *plate);
    return find(plate, &entries, stm_plate_collect(&entries, paths, n_paths, err), pattern, err);
}

bool stm_plate_find_listed(struct stm_plate *plate, const struct stm_plate_listed *listed, int n,
                           const char *pattern, struct stm_error *err)
{
    struct stm_plate_entries entries = {0};
    memset(plate, 0, sizeof *plate);
    return find(plate, &entries, stm_plate_collect_listed(&entries, listed, n, err), pattern, err);
}

void stm_plate_free(struct stm_plate *plate)
{
    struct stm_plate_file *const files = plate->sites ? plate->sites[0].files : NULL;
    for (int i = 0; i < plate->n_sites; i++)
        for (int f = 0; f < plate->sites[i].n_files; f++)
            free(plate->sites[i].files[f].path);
    free(files);
    free(plate->sites);
    for (int i = 0; i < plate->n_problems; i++)
        free(plate->problems[i]);
    free(plate->problems);
    *plate = (struct stm_plate){0};
}

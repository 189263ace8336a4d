/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/understood.h"

#include "cli/command.h"
#include "pipeline/core/text.h"
#include "pipeline/io/wellname.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void channel_files(const char *head, const struct stm_intake_site *site, int c)
{
    const char *last = NULL;
    for (int p = 0; p < site->n_planes[c]; p++) {
        const struct stm_intake_plane *const plane = &site->planes[c][p];
        if (last && !strcmp(last, plane->path)) continue;
        last = plane->path;
        printf("%s  %-11s %s", head, stm_role_name(site->row.channel[c].role), plane->path);
        if (plane->channel > 0) printf(", channel %d of it", plane->channel + 1);
        if (site->n_planes[c] > 1) printf(" (focal series of %d)", site->n_planes[c]);
        printf("\n");
    }
}

void stm_understood_site(const char *head, const struct stm_intake_site *site)
{
    const struct stm_site_row *const row = &site->row;
    printf("%swell %s site %s", head, row->well, row->site[0] ? row->site : "-");
    if (row->timepoint >= 0) printf(" time %d", row->timepoint);
    if (row->width) printf(": %d x %d", row->width, row->height);
    if (row->width && !isnan(row->pixel_um)) printf(", %.4g um a pixel", row->pixel_um);
    if (row->width && isnan(row->pixel_um)) printf(", size of a pixel unknown");
    if (row->verdict == STM_VERDICT_OK)
        printf("\n");
    else
        printf(": %s: %s\n", stm_verdict_name(row->verdict), row->reason);
    for (int c = 0; c < STM_MAX_CHANNELS; c++)
        channel_files(head, site, c);
}

/* Paths of all planes that are measured, sorted. */
static const char **measured(const struct stm_intake *input, size_t *n)
{
    size_t room = 1;
    for (int s = 0; s < input->n_sites; s++)
        for (int c = 0; c < STM_MAX_CHANNELS; c++)
            room += (size_t)input->sites[s].n_planes[c];
    const char **const paths = malloc(room * sizeof *paths);
    *n = 0;
    for (int s = 0; paths && s < input->n_sites; s++)
        for (int c = 0; c < STM_MAX_CHANNELS; c++)
            for (int p = 0; p < input->sites[s].n_planes[c]; p++)
                paths[(*n)++] = input->sites[s].planes[c][p].path;
    return paths;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const struct stm_intake_site *site_of(const struct stm_intake *input,
                                             const struct stm_plate_site *from)
{
    for (int s = 0; s < input->n_sites; s++)
        if (!strcmp(input->sites[s].row.well, from->well) && !strcmp(input->sites[s].row.site, from->site) &&
            !strcmp(input->sites[s].row.plate, from->plate))
            return &input->sites[s];
    return NULL;
}

void stm_understood_unused(const char *head, const struct stm_intake *input)
{
    size_t n;
    const char **const paths = measured(input, &n);
    if (!paths) return;
    qsort(paths, n, sizeof *paths, by_text);
    for (int s = 0; s < input->plate.n_sites; s++)
        for (int f = 0; f < input->plate.sites[s].n_files; f++) {
            const struct stm_plate_file *const file = &input->plate.sites[s].files[f];
            const char *const path = file->path;
            if (bsearch(&path, paths, n, sizeof *paths, by_text)) continue;
            const struct stm_intake_site *const site = site_of(input, &input->plate.sites[s]);
            printf("%snot measured: %s%s%s: %s\n", head, path, file->channel[0] ? ", channel " : "",
                   file->channel,
                   site && site->row.verdict == STM_VERDICT_FAILED
                       ? site->row.reason
                       : "the assay has no use for what it shows");
        }
    free(paths);
}

static void print_lines(const char *head, const struct stm_string *lines)
{
    for (const char *p = lines->text; p && *p;) {
        const size_t n = strcspn(p, "\n");
        printf("%s%.*s\n", head, (int)n, p);
        p += n + (p[n] == '\n');
    }
}

void stm_understood_plan(const struct stm_plan *plan, const struct stm_intake *input,
                         const struct stm_sink *const *sinks, int workers, size_t worker_bytes)
{
    struct stm_string text = {0};
    stm_plan_canonical(plan, &text);
    printf("; %d site%s in %d well%s; file names follow %s\n", input->n_sites, input->n_sites == 1 ? "" : "s",
           input->n_wells, input->n_wells == 1 ? "" : "s",
           input->plate.naming ? input->plate.naming->name : "no known convention (one site per file)");
    printf("; memory: %d worker%s of %zu MiB at most each\n; outputs:", workers, workers == 1 ? "" : "s",
           worker_bytes >> 20);
    for (int i = 0; sinks[i]; i++)
        printf(" %s", sinks[i]->name);
    printf("\n; channels:");
    for (int i = 0; i < plan->channels; i++)
        printf(" %s", plan->channel_name[i]);
    printf("\n; protocol %s\n%s\n", plan->hash, text.text ? text.text : "");
    print_lines("; problem: ", &input->problems);
    for (int i = 0; i < input->n_sites; i++)
        stm_understood_site("; ", &input->sites[i]);
    stm_understood_unused("; ", input);
    stm_string_free(&text);
}

/* "B03", "B3", "b03" … in a file's name, not as part of a longer number. */
static bool mentions(const char *path, int row, int col)
{
    const char *const name = stm_text_basename(path);
    for (const char *p = name; *p; p++) {
        const bool begins =
            p == name || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", p[-1]);
        if (!begins) continue;
        for (size_t n = 2; n <= 5 && strlen(p) >= n; n++) {
            int r, c;
            const bool ends = p[n] < '0' || p[n] > '9';
            if (ends && stm_wellname_parse(p, n, &r, &c) && r == row && c == col) return true;
        }
    }
    return false;
}

static int look_alikes(const struct stm_intake *input, int row, int col)
{
    int n = 0;
    for (int s = 0; s < input->plate.n_sites; s++)
        for (int f = 0; f < input->plate.sites[s].n_files; f++) {
            const struct stm_plate_site *const site = &input->plate.sites[s];
            if (site->row == row && site->col == col) continue;
            if (!mentions(site->files[f].path, row, col)) continue;
            printf("  %s looks like it, but is read as well %s, site %s%s%s\n", site->files[f].path,
                   site->well, site->site, site->files[f].channel[0] ? ", channel " : "",
                   site->files[f].channel);
            n++;
        }
    return n;
}

static int mentioning_problems(const struct stm_intake *input, const char *well)
{
    int n = 0;
    for (int i = 0; i < input->plate.n_problems; i++)
        if (strstr(input->plate.problems[i], well)) {
            printf("  %s\n", input->plate.problems[i]);
            n++;
        }
    return n;
}

static void list_wells(const struct stm_intake *input)
{
    printf("  wells that are there:");
    for (int i = 0; i < input->n_sites; i++)
        if (i == 0 || strcmp(input->sites[i].row.well, input->sites[i - 1].row.well) != 0)
            printf(" %s", input->sites[i].row.well);
    printf("\n");
}

int stm_understood_well(const struct stm_intake *input, const char *text, struct stm_error *err)
{
    char well[STM_WELL_TEXT];
    int row, col, found = 0, failed = 0;
    if (!stm_wellname_parse(text, strlen(text), &row, &col))
        return stm_fail(err, STM_USAGE, "--well: '%s' is not a well; they are called A1 to AF48", text),
               STM_EXIT_USAGE;
    stm_wellname_text(well, row, col);
    for (int i = 0; i < input->n_sites; i++) {
        if (strcmp(input->sites[i].row.well, well) != 0) continue;
        stm_understood_site("", &input->sites[i]);
        found++;
        failed += input->sites[i].row.verdict == STM_VERDICT_FAILED;
    }
    if (!found) printf("well %s: no file is read as this well\n", well);
    const int hints = mentioning_problems(input, well) + look_alikes(input, row, col);
    if (!found && !hints) printf("  no file has a name like it\n");
    if (!found) {
        list_wells(input);
        printf("  names were read as by %s; --pattern tells how else to read them\n",
               input->plate.naming ? input->plate.naming->name
                                   : "no convention: none fits half of the files");
    }
    return !found || failed == found ? STM_EXIT_FAILED : failed ? STM_EXIT_SITES : STM_EXIT_OK;
}

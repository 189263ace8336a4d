/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing the convention that files follow, and reading their names by it. */
#include "pipeline/io/plate_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct stm_naming stm_naming_pattern = {"pattern", "the pattern that was given", "", {NULL}, false};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Compares the digits at *a and *b as numbers of any length and moves behind them. */
static int compare_numbers(const char **a, const char **b)
{
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    size_t n = 0, m = 0;
    while (is_digit((*a)[n]))
        n++;
    while (is_digit((*b)[m]))
        m++;
    const int order = n != m ? (n < m ? -1 : 1) : strncmp(*a, *b, n);
    *a += n;
    *b += m;
    return order;
}

int stm_plate_natural(const char *a, const char *b)
{
    const char *const all_a = a, *const all_b = b;
    while (*a && *b) {
        int order = 0;
        if (is_digit(*a) && is_digit(*b)) {
            order = compare_numbers(&a, &b);
        } else {
            order = (unsigned char)*a - (unsigned char)*b;
            a++, b++;
        }
        if (order) return order;
    }
    return *a || *b ? (*a != '\0') - (*b != '\0') : strcmp(all_a, all_b);
}

static int compare_int(int a, int b)
{
    return (a > b) - (a < b);
}

static int compare_site(const struct stm_filename *a, const struct stm_filename *b)
{
    int order = stm_plate_natural(a->plate, b->plate);
    if (!order) order = compare_int(a->row, b->row);
    if (!order) order = compare_int(a->col, b->col);
    if (!order) order = stm_plate_natural(a->site, b->site);
    if (!order) order = compare_int(a->timepoint, b->timepoint);
    return order;
}

static int compare_entry(const void *a, const void *b)
{
    const struct stm_plate_entry *const x = a, *const y = b;
    if (x->left || y->left) return x->left != y->left ? x->left - y->left : strcmp(x->path, y->path);
    int order = compare_site(&x->name, &y->name);
    if (!order) order = compare_int(x->plain, y->plain);
    if (!order) order = stm_plate_natural(x->name.channel, y->name.channel);
    if (!order) order = compare_int(x->name.z, y->name.z);
    return order ? order : strcmp(x->path, y->path);
}

bool stm_plate_same_site(const struct stm_plate_entry *a, const struct stm_plate_entry *b)
{
    return !a->plain && !b->plain && !compare_site(&a->name, &b->name);
}

/* Names without a plate take the folder's: the part below the folder that was given, or that folder's own
 * name. Folders that the pattern used up, and "Images", say nothing about the plate. */
static void plate_from_folder(const struct stm_plate_entries *entries, struct stm_plate_entry *entry)
{
    char folder[8192];
    const char *const root = entries->root[entry->root];
    const int n = snprintf(folder, sizeof folder, "%s/%s", strcmp(root, "/") ? root : "",
                           entry->path + entries->root_length[entry->root]);
    if (n >= (int)sizeof folder) return;
    for (int drop = 0; drop <= entry->name.folders && strrchr(folder, '/'); drop++)
        *strrchr(folder, '/') = '\0';
    if (strrchr(folder, '/') && !stm_text_casecmp(stm_text_basename(folder), "Images"))
        *strrchr(folder, '/') = '\0';
    const size_t used = strlen(root);
    char *const name = strlen(folder) > used + 1 ? folder + used + 1 : (char *)stm_text_basename(folder);
    for (char *c = name; *c; c++)
        if (*c == '/') *c = '_';
    stm_naming_text(entry->name.plate, sizeof entry->name.plate, name, strlen(name));
}

static void read_plain(const struct stm_plate_entries *entries, struct stm_plate_entry *entry)
{
    stm_namer_read_plain(entry->path, &entry->name);
    plate_from_folder(entries, entry);
}

static size_t count_matches(const struct stm_plate_entries *entries, const struct stm_namer *namer)
{
    size_t matches = 0;
    struct stm_filename name;
    for (size_t i = 0; i < entries->n; i++)
        matches += stm_namer_read(namer, entries->entry[i].path, &name);
    return matches;
}

/* The convention that fits most files, the first of equals; NULL when it fits less than half. */
static bool choose(struct stm_plate_entries *entries, struct stm_namer *namer,
                   const struct stm_naming **naming, struct stm_error *err)
{
    const struct stm_naming *best = NULL;
    size_t most = 0;
    for (const struct stm_naming *n = stm_namings; n->name && most < entries->n; n++) {
        if (!stm_namer_make(namer, n, err)) return false;
        const size_t matches = count_matches(entries, namer);
        if (matches <= most || (n->weak && matches < entries->n)) continue;
        most = matches;
        best = n;
    }
    const bool enough = 2 * most >= entries->n;
    if (best && !enough)
        stm_plate_problem(
            &entries->problems,
            "%zu of %zu files are named as by %s; fewer than half, so names were not read for wells", most,
            entries->n, best->name);
    *naming = enough ? best : NULL;
    return !*naming || stm_namer_make(namer, *naming, err);
}

/* A pattern, or the name of a convention. */
static bool choose_pattern(const char *pattern, struct stm_namer *namer, const struct stm_naming **naming,
                           struct stm_error *err)
{
    *naming = strchr(pattern, '{') ? NULL : stm_naming_find(pattern);
    if (*naming) return stm_namer_make(namer, *naming, err);
    *naming = &stm_naming_pattern;
    if (strchr(pattern, '{')) return stm_namer_make_pattern(namer, pattern, err);
    const char *names[64];
    size_t n = 0;
    while (stm_namings[n].name && n < sizeof names / sizeof *names)
        names[n] = stm_namings[n].name, n++;
    const char *const nearest = stm_text_nearest(pattern, names, n);
    return stm_fail(err, STM_USAGE,
                    "'%s' is neither a naming convention%s%s%s nor a pattern such as {plate}_{well}_s{site}",
                    pattern, nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

/* Reads all names and sorts; those that do not follow the convention come last. A file that was given by name
 * is measured whatever it is called. */
static void read_all(struct stm_plate_entries *entries, const struct stm_namer *namer,
                     const struct stm_naming *naming)
{
    for (size_t i = 0; i < entries->n; i++) {
        struct stm_plate_entry *const entry = &entries->entry[i];
        const bool follows = naming && stm_namer_read(namer, entry->path, &entry->name);
        entry->plain = !follows;
        entry->left = naming && !follows && !entry->named;
        if (follows && !entry->name.plate[0]) plate_from_folder(entries, entry);
        if (entry->plain && !entry->left) read_plain(entries, entry);
    }
    qsort(entries->entry, entries->n, sizeof *entries->entry, compare_entry);
}

static void drop_strangers(struct stm_plate_entries *entries, const struct stm_naming *naming)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->n; i++) {
        struct stm_plate_entry *const entry = &entries->entry[i];
        if (naming && entry->plain)
            stm_plate_problem(&entries->problems, "%s is not named as by %s: %s", entry->path, naming->name,
                              entry->left ? "it is left out" : "it is a site without a well");
        if (entry->left)
            free(entry->path);
        else
            entries->entry[kept++] = *entry;
    }
    entries->n = kept;
}

/* How many channel keys there are, STM_PLATE_CHANNELS + 1 when more than can be; `most` in one site. */
static int count_channels(const struct stm_plate_entries *entries, int *most)
{
    const char *key[STM_PLATE_CHANNELS];
    int n = 0, in_site = 0;
    *most = 0;
    for (size_t i = 0; i < entries->n && !entries->entry[i].left; i++) {
        const struct stm_plate_entry *const entry = &entries->entry[i];
        const bool same = i && stm_plate_same_site(entry - 1, entry);
        in_site = !same ? 1 : in_site + (strcmp(entry[-1].name.channel, entry->name.channel) != 0);
        if (in_site > *most) *most = in_site;
        int k = 0;
        while (k < n && strcmp(key[k], entry->name.channel) != 0)
            k++;
        if (k < n) continue;
        if (n == STM_PLATE_CHANNELS) return n + 1;
        key[n++] = entry->name.channel;
    }
    return n;
}

/* Plain names that make every file a channel of its own site were not channels after all. */
static bool makes_sense(const struct stm_plate_entries *entries, const struct stm_naming *naming)
{
    int most;
    const int channels = count_channels(entries, &most);
    return channels <= STM_PLATE_CHANNELS && !(naming->weak && channels > 1 && most < 2);
}

static bool none_follows(const struct stm_plate_entries *entries, const char *pattern, struct stm_error *err)
{
    return stm_fail(err, STM_USAGE, "none of %zu files is named as by '%s'; the first is %s", entries->n,
                    pattern, stm_text_basename(entries->entry[0].path));
}

static bool read_by_pattern(struct stm_plate_entries *entries, const char *pattern, struct stm_namer *namer,
                            const struct stm_naming **naming, struct stm_error *err)
{
    int most;
    if (!choose_pattern(pattern, namer, naming, err)) return false;
    if (count_matches(entries, namer) == 0) return none_follows(entries, pattern, err);
    read_all(entries, namer, *naming);
    if (count_channels(entries, &most) <= STM_PLATE_CHANNELS) return true;
    return stm_fail(err, STM_USAGE, "'%s' gives more than %d channels; is the channel where it should be?",
                    pattern, STM_PLATE_CHANNELS);
}

static bool read_by_choice(struct stm_plate_entries *entries, struct stm_namer *namer,
                           const struct stm_naming **naming, struct stm_error *err)
{
    if (!choose(entries, namer, naming, err)) return false;
    read_all(entries, namer, *naming);
    if (!*naming || makes_sense(entries, *naming)) return true;
    if (!(*naming)->weak)
        stm_plate_problem(
            &entries->problems,
            "read as by %s the names would have more than %d channels, so they were not read for wells",
            (*naming)->name, STM_PLATE_CHANNELS);
    *naming = NULL;
    read_all(entries, namer, NULL);
    return true;
}

bool stm_plate_read(struct stm_plate_entries *entries, const char *pattern, const struct stm_naming **naming,
                    struct stm_error *err)
{
    struct stm_namer *const namer = malloc(sizeof *namer);
    if (!namer) return stm_fail(err, STM_NO_MEMORY, "no memory to compile naming patterns");
    const bool good = pattern ? read_by_pattern(entries, pattern, namer, naming, err)
                              : read_by_choice(entries, namer, naming, err);
    free(namer);
    if (good) drop_strangers(entries, *naming);
    return good;
}

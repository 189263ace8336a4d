/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/intake.h"

#include "pipeline/channels.h"
#include "pipeline/core/text.h"
#include "pipeline/io/image.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One channel of one file of a site, before anyone knows what it shows. */
struct raw_channel {
    const struct stm_plate_file *file;
    int channel, z, t; /* inside the file; z and t are how many there are */
    int page;          /* the time point that is this channel, where pages are channels; else -1 */
    char name[64];
    enum stm_role role;
    int position; /* among the channels of the site */
};

struct reader {
    struct stm_intake *input;
    const struct stm_plan *plan;
    struct stm_channel_spec spec;
    int capacity;
    bool unknown; /* a channel nobody gave a role */
    char unknown_names[256];
};

enum { MAX_RAW = 64 * STM_MAX_CHANNELS };

static bool wanted(const struct stm_assay *assay, enum stm_role role)
{
    for (const struct stm_assay_role *r = assay->roles; r->role != STM_ROLES; r++)
        if (r->role == role) return true;
    return false;
}

static int key_index(const struct stm_plate *plate, const char *key)
{
    for (int i = 0; i < plate->n_channels; i++)
        if (!strcmp(plate->channels[i], key)) return i;
    return 0;
}

/* What the headers say about the site itself; the first file decides. */
static bool note_header(struct stm_intake_site *site, const struct stm_image_info *info, double given_um,
                        const char *path, struct stm_error *err)
{
    if (site->geo.width && (site->geo.width != info->width || site->geo.height != info->height)) {
        stm_fail(err, STM_BAD_INPUT, "image is %d x %d, the other channels of this site are %d x %d",
                 info->width, info->height, site->geo.width, site->geo.height);
        return stm_fail_file(err, path);
    }
    site->geo.width = site->row.width = info->width;
    site->geo.height = site->row.height = info->height;
    const double um = given_um > 0 ? given_um : info->pixel_um;
    if (isnan(site->row.pixel_um)) site->row.pixel_um = um;
    site->geo.pixel_um = site->row.pixel_um;
    if (site->row.row < 0 && info->well[0]) {
        stm_text_copy(site->row.well, sizeof site->row.well, info->well);
        if (info->plate[0]) stm_text_copy(site->row.plate, sizeof site->row.plate, info->plate);
    }
    return true;
}

/* Appends the channels of one file to `raw`. */
static bool read_header(struct reader *r, struct stm_intake_site *site, const struct stm_plate_file *file,
                        struct raw_channel *raw, int *n, struct stm_error *err)
{
    struct stm_image *image = NULL;
    if (!stm_image_open(&image, file->path, err)) return stm_fail_file(err, file->path);
    const struct stm_image_info *const info = stm_image_info(image);
    const bool apart = stm_channel_spec_splits_colour(&r->spec) || (r->plan->assay->colour && !r->spec.n);
    const bool whole = info->colour && !apart;
    /* Pages of unknown meaning are the channels that --channels names. */
    const bool paged =
        !r->spec.named && info->channels == 1 && r->spec.n > 1 && r->spec.n == info->unnamed_pages;
    const int channels = whole ? 1 : paged ? info->unnamed_pages : info->channels;
    const bool keyed = r->input->plate.n_channels > 1;
    static const char *const colours[] = {"red", "green", "blue"};
    bool good = note_header(site, info, r->plan->input.pixel_um, file->path, err);
    for (int c = 0; good && c < channels && *n < MAX_RAW; c++) {
        struct raw_channel *const rc = &raw[(*n)++];
        *rc = (struct raw_channel){.file = file,
                                   .channel = whole   ? STM_IMAGE_MAX
                                              : paged ? 0
                                                      : c,
                                   .z = info->z,
                                   .t = paged ? 1 : info->t,
                                   .page = paged ? c : -1};
        const char *const name = whole || paged ? ""
                                 : info->colour ? colours[c % 3]
                                                : stm_image_channel_name(image, c);
        stm_text_copy(rc->name, sizeof rc->name, name);
        rc->position = keyed ? key_index(&r->input->plate, file->channel) * channels + c : c;
    }
    stm_image_close(&image);
    return good;
}

/* How many channels --channels must name at least for position to mean the same in every site. */
static bool check_positions(const struct reader *r, const struct raw_channel *raw, int n,
                            struct stm_error *err)
{
    if (r->spec.named || r->spec.n <= n || r->input->plate.n_channels > 1) return true;
    stm_fail(err, STM_BAD_INPUT, "the file has %d channel%s, but %d are named", n, n == 1 ? "" : "s",
             r->spec.n);
    return stm_fail_file(err, raw[0].file->path);
}

static void give_roles(struct reader *r, struct raw_channel *raw, int n)
{
    const enum stm_role lone = r->plan->assay->roles[0].role;
    const int distinct = r->input->plate.n_channels > 1 ? r->input->plate.n_channels : n;
    for (int i = 0; i < n; i++) {
        raw[i].role =
            stm_channel_role(&r->spec, raw[i].position, distinct, raw[i].name, raw[i].file->channel, lone);
        if (raw[i].role != STM_ROLES) continue;
        const char *const name = raw[i].name[0] ? raw[i].name : raw[i].file->channel;
        if (!r->unknown)
            snprintf(r->unknown_names + strlen(r->unknown_names),
                     sizeof r->unknown_names - strlen(r->unknown_names), "%s%s",
                     r->unknown_names[0] ? ", " : "", name[0] ? name : "(unnamed)");
    }
    if (r->unknown_names[0]) r->unknown = true;
}

/* Index of the plan channel for the k-th use of a role in a site; adds it to the input's list when new. */
static int role_slot(struct stm_intake *input, enum stm_role role, int k)
{
    for (int i = 0; i < input->n_roles; i++)
        if (input->roles[i] == role && k-- == 0) return i;
    if (input->n_roles == STM_MAX_CHANNELS) return -1;
    input->roles[input->n_roles] = role;
    return input->n_roles++;
}

static bool add_plane(struct stm_intake_site *site, int c, struct stm_intake_plane plane,
                      struct stm_error *err)
{
    const size_t n = (size_t)site->n_planes[c] + 1;
    struct stm_intake_plane *const planes = realloc(site->planes[c], n * sizeof *planes);
    if (!planes) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu planes", n);
    planes[n - 1] = plane;
    site->planes[c] = planes;
    site->n_planes[c] = (int)n;
    return true;
}

/* The planes of channel `rc` at time `t`: all its z, of which load takes what the protocol says. */
static bool add_channel(struct stm_intake_site *site, int c, const struct raw_channel *rc, int t,
                        struct stm_error *err)
{
    for (int z = 0; z < rc->z; z++)
        if (!add_plane(site, c,
                       (struct stm_intake_plane){rc->file->path, rc->channel, z,
                                                 rc->page >= 0 ? rc->page
                                                 : t < rc->t   ? t
                                                               : rc->t - 1},
                       err))
            return false;
    site->row.channel[c].file = rc->file->path;
    site->row.channel[c].plane = rc->channel < 0 ? 0 : rc->channel;
    return true;
}

/* Same role twice in one site: another z of the same channel key, else a second channel only for `other`. */
static bool assign(struct reader *r, struct stm_intake_site *site, const struct raw_channel *raw, int n,
                   int t, struct stm_error *err)
{
    int used[STM_ROLES] = {0};
    for (int i = 0; i < n; i++) {
        const enum stm_role role = raw[i].role;
        if (role >= STM_ROLES || !wanted(r->plan->assay, role)) continue;
        int k = role == STM_ROLE_OTHER ? used[role] : 0;
        bool same_channel = false;
        for (int j = 0; j < i && !same_channel; j++)
            same_channel =
                raw[j].role == role && raw[j].position == raw[i].position && raw[j].file != raw[i].file;
        if (same_channel && role == STM_ROLE_OTHER) k--;
        if (used[role] && role != STM_ROLE_OTHER && !same_channel) {
            stm_string_addf(&r->input->problems, "%s: a second channel is called %s; the first is used\n",
                            stm_text_basename(raw[i].file->path), stm_role_name(role));
            continue;
        }
        const int c = role_slot(r->input, role, k);
        if (c >= 0 && !add_channel(site, c, &raw[i], t, err)) return false;
        if (!same_channel) used[role]++;
    }
    return true;
}

static void fail_site(struct stm_intake_site *site, const struct stm_error *err)
{
    site->row.verdict = STM_VERDICT_FAILED;
    snprintf(site->row.reason, sizeof site->row.reason, "%s%s%s", stm_text_basename(err->file),
             err->file[0] ? ": " : "", err->message);
}

static struct stm_intake_site *new_site(struct reader *r, struct stm_error *err)
{
    struct stm_intake *const in = r->input;
    if (in->n_sites == r->capacity) {
        const int more = r->capacity ? 2 * r->capacity : 64;
        struct stm_intake_site *const sites = realloc(in->sites, (size_t)more * sizeof *sites);
        if (!sites) return stm_fail(err, STM_NO_MEMORY, "no memory for %d sites", more), NULL;
        in->sites = sites;
        r->capacity = more;
    }
    struct stm_intake_site *const site = &in->sites[in->n_sites++];
    memset(site, 0, sizeof *site);
    site->row.pixel_um = site->geo.pixel_um = NAN;
    site->row.timepoint = -1;
    return site;
}

static void identify(struct stm_intake_site *site, const struct stm_plate_site *from, int image_number)
{
    struct stm_site_row *const row = &site->row;
    row->image_number = image_number;
    stm_text_copy(row->plate, sizeof row->plate, from->plate);
    stm_text_copy(row->well, sizeof row->well, from->well);
    stm_text_copy(row->site, sizeof row->site, from->site);
    row->row = from->row;
    row->col = from->col;
    row->timepoint = from->timepoint;
    if (from->n_files) stm_text_stem(row->stem, sizeof row->stem, from->files[0].path);
}

/* All time points of one plate site become sites of their own. */
static bool read_site(struct reader *r, const struct stm_plate_site *from, struct stm_error *err)
{
    struct raw_channel raw[MAX_RAW];
    struct stm_error bad = {0};
    int n = 0, times = 1;
    struct stm_intake_site *site = new_site(r, err);
    if (!site) return false;
    identify(site, from, r->input->n_sites);
    for (int f = 0; f < from->n_files && !bad.status; f++)
        read_header(r, site, &from->files[f], raw, &n, &bad);
    if (!bad.status && n > 0) check_positions(r, raw, n, &bad);
    if (!bad.status) give_roles(r, raw, n);
    if (bad.status) return fail_site(site, &bad), true;
    for (int i = 0; i < n; i++)
        if (raw[i].t > times) times = raw[i].t;
    const struct stm_intake_site first = *site;
    for (int t = 0; t < times; t++) {
        if (t > 0) {
            if (!(site = new_site(r, err))) return false;
            *site = first;
            site->row.image_number = r->input->n_sites;
        }
        if (times > 1) {
            site->row.timepoint = t;
            snprintf(site->row.stem, sizeof site->row.stem, "%.180s_t%03d", first.row.stem, t);
        }
        if (!assign(r, site, raw, n, t, err)) return false;
    }
    return true;
}

/* Sorts the roles into the assay's order and moves every site's planes along. */
static void order_roles(struct stm_intake *in, const struct stm_assay *assay)
{
    int to[STM_MAX_CHANNELS], n = 0;
    enum stm_role sorted[STM_MAX_CHANNELS];
    for (const struct stm_assay_role *ar = assay->roles; ar->role != STM_ROLES; ar++)
        for (int i = 0; i < in->n_roles; i++)
            if (in->roles[i] == ar->role) sorted[n] = ar->role, to[i] = n++;
    memcpy(in->roles, sorted, sizeof *sorted * (size_t)n);
    for (int s = 0; s < in->n_sites; s++) {
        const struct stm_intake_site old = in->sites[s];
        struct stm_intake_site *const site = &in->sites[s];
        for (int i = 0; i < in->n_roles; i++) {
            site->planes[to[i]] = old.planes[i];
            site->n_planes[to[i]] = old.n_planes[i];
            site->row.channel[to[i]] = old.row.channel[i];
        }
    }
}

static bool has_channel(const struct stm_intake *in, const struct stm_intake_site *site, enum stm_role role)
{
    bool there = false;
    for (int i = 0; i < in->n_roles; i++)
        there |= in->roles[i] == role && site->n_planes[i] > 0;
    return there;
}

/* The role whose channel the site should have and has not; STM_ROLES when it can be worked on. */
static enum stm_role missing_role(const struct stm_intake *in, const struct stm_intake_site *site,
                                  const struct stm_assay *assay)
{
    enum stm_role missing = STM_ROLES;
    for (const struct stm_assay_role *ar = assay->roles; ar->role != STM_ROLES; ar++) {
        if (!ar->required) continue;
        if (has_channel(in, site, ar->role)) return STM_ROLES;
        if (missing == STM_ROLES) missing = ar->role;
    }
    return missing;
}

/* Sites that lack a channel the assay cannot do without fail, each with its own sentence. */
static void check_required(struct stm_intake *in, const struct stm_assay *assay)
{
    for (int s = 0; s < in->n_sites; s++) {
        struct stm_intake_site *const site = &in->sites[s];
        site->row.channels = site->geo.channels = in->n_roles;
        for (int i = 0; i < in->n_roles; i++)
            site->row.channel[i].role = in->roles[i];
        const enum stm_role missing = missing_role(in, site, assay);
        if (missing == STM_ROLES || site->row.verdict == STM_VERDICT_FAILED) continue;
        site->row.verdict = STM_VERDICT_FAILED;
        snprintf(site->row.reason, sizeof site->row.reason, "the %s channel is missing",
                 stm_role_name(missing));
    }
}

static int by_stem(const void *a, const void *b)
{
    const struct stm_site_row *const p = *(const struct stm_site_row *const *)a,
                                     *const q = *(const struct stm_site_row *const *)b;
    const int order = strcmp(p->stem, q->stem);
    return order ? order : p->image_number - q->image_number;
}

/* Files of the same name in several folders must not write over each other's outputs. */
static bool make_stems_unique(struct stm_intake *in, struct stm_error *err)
{
    struct stm_site_row **const rows = malloc(((size_t)in->n_sites + 1) * sizeof *rows);
    if (!rows) return stm_fail(err, STM_NO_MEMORY, "no memory to compare the names of %d sites", in->n_sites);
    for (int i = 0; i < in->n_sites; i++)
        rows[i] = &in->sites[i].row;
    qsort(rows, (size_t)in->n_sites, sizeof *rows, by_stem);
    for (int i = in->n_sites - 1; i > 0; i--)
        if (!strcmp(rows[i]->stem, rows[i - 1]->stem)) {
            char unique[sizeof rows[i]->stem];
            snprintf(unique, sizeof unique, "%.160s_image%d", rows[i]->stem, rows[i]->image_number);
            memcpy(rows[i]->stem, unique, sizeof unique);
        }
    free(rows);
    return true;
}

static void count_wells(struct stm_intake *in)
{
    for (int i = 0; i < in->n_sites; i++)
        in->n_wells += i == 0 || strcmp(in->sites[i].row.well, in->sites[i - 1].row.well) ||
                       strcmp(in->sites[i].row.plate, in->sites[i - 1].row.plate);
}

static bool finish(struct reader *r, struct stm_error *err)
{
    struct stm_intake *const in = r->input;
    const struct stm_assay *const assay = r->plan->assay;
    if (r->unknown && !in->n_roles)
        return stm_fail(err, STM_USAGE,
                        "nothing says what the channels show (%s); name them in this order, for example "
                        "--channels %s,dead",
                        r->unknown_names, stm_role_name(assay->roles[0].role));
    if (r->unknown)
        stm_string_addf(&in->problems, "channels of unknown meaning are not used: %s\n", r->unknown_names);
    order_roles(in, assay);
    check_required(in, assay);
    count_wells(in);
    return make_stems_unique(in, err);
}

/* From the plate's names to its headers. */
static bool open_sites(struct reader *r, struct stm_error *err)
{
    struct stm_intake *const input = r->input;
    stm_text_copy(input->title, sizeof input->title, input->plate.title);
    for (int i = 0; i < input->plate.n_problems; i++)
        stm_string_addf(&input->problems, "%s\n", input->plate.problems[i]);
    for (int i = 0; i < input->plate.n_sites; i++)
        if (!read_site(r, &input->plate.sites[i], err)) return false;
    return finish(r, err);
}

static const char *pattern_of(const struct stm_plan *plan)
{
    return plan->input.pattern[0] ? plan->input.pattern : NULL;
}

static bool begin(struct reader *r, struct stm_intake *input, const struct stm_plan *plan,
                  struct stm_error *err)
{
    *r = (struct reader){.input = input, .plan = plan};
    memset(input, 0, sizeof *input);
    return stm_channel_spec_parse(&r->spec, plan->input.channels, err);
}

bool stm_intake_open(struct stm_intake *input, const char *const *paths, int n_paths,
                     const struct stm_plan *plan, struct stm_error *err)
{
    struct reader r;
    return begin(&r, input, plan, err) &&
           stm_plate_find(&input->plate, paths, n_paths, pattern_of(plan), err) && open_sites(&r, err);
}

bool stm_intake_open_listed(struct stm_intake *input, const struct stm_plate_listed *listed, int n,
                            const struct stm_plan *plan, struct stm_error *err)
{
    struct reader r;
    return begin(&r, input, plan, err) &&
           stm_plate_find_listed(&input->plate, listed, n, pattern_of(plan), err) && open_sites(&r, err);
}

size_t stm_intake_scratch_bytes(const struct stm_intake_site *from)
{
    for (int c = 0; c < STM_MAX_CHANNELS; c++)
        if (from->n_planes[c] > 1) return ((size_t)from->geo.width + 64) * (size_t)from->geo.height * 2 + 256;
    return 0;
}

static void keep_maximum(struct stm_u16 most, struct stm_cu16 other)
{
    for (int y = 0; y < most.h; y++)
        for (int x = 0; x < most.w; x++)
            if (other.px[y * other.stride + x] > most.px[y * most.stride + x])
                most.px[y * most.stride + x] = other.px[y * other.stride + x];
}

/* The file of a plane, opened unless it is open already, and still of the size it had. */
static bool open_plane(struct stm_image **image, const char **open_path, const struct stm_intake_plane *plane,
                       struct stm_u16 out, struct stm_error *err)
{
    if (!*image || *open_path != plane->path) {
        stm_image_close(image);
        if (!stm_image_open(image, plane->path, err)) return stm_fail_file(err, plane->path);
        *open_path = plane->path;
    }
    const struct stm_image_info *const info = stm_image_info(*image);
    if (info->width == out.w && info->height == out.h) return true;
    stm_fail(err, STM_BAD_INPUT, "the file changed during the run: it was %d x %d and is %d x %d", out.w,
             out.h, info->width, info->height);
    return stm_fail_file(err, plane->path);
}

static bool read_plane(struct stm_image **image, const char **open_path, const struct stm_intake_plane *plane,
                       const uint8_t *wanted, struct stm_u16 out, struct stm_scaling *scaling,
                       struct stm_error *err)
{
    return open_plane(image, open_path, plane, out, err) &&
           (stm_image_read_rows(*image, plane->channel, plane->z, plane->t, wanted, out, scaling, err) ||
            stm_fail_file(err, plane->path));
}

static bool load_channel(const struct stm_intake_site *from, int c, enum stm_z z, const uint8_t *wanted,
                         struct stm_site *site, struct stm_arena *scratch, struct stm_image **image,
                         const char **open_path, struct stm_error *err)
{
    const int n = from->n_planes[c], one = z == STM_Z_MIDDLE ? n / 2 : 0;
    struct stm_scaling scaling = {.scale = 1};
    struct stm_u16 other = site->plane[c];
    const size_t mark = stm_arena_mark(scratch);
    if (!read_plane(image, open_path, &from->planes[c][one], wanted, site->plane[c], &scaling, err))
        return false;
    int bits = scaling.true_bits;
    if (z == STM_Z_MAX && n > 1) {
        other.px = stm_arena_take(scratch, (size_t)other.stride * (size_t)other.h * 2, "a plane", err);
        if (!other.px) return false;
        for (int i = 1; i < n; i++) {
            if (!read_plane(image, open_path, &from->planes[c][i], wanted, other, &scaling, err))
                return false;
            if (scaling.true_bits > bits) bits = scaling.true_bits;
            keep_maximum(site->plane[c], (struct stm_cu16)STM_CONST(other));
        }
    }
    stm_arena_reset(scratch, mark);
    site->row.channel[c].true_bits = bits;
    site->row.channel[c].scale = scaling.scale;
    site->row.channel[c].offset = scaling.offset;
    return true;
}

/* Whether planes c … c + 2 are the colours of one picture. */
static bool is_colour(const struct stm_intake_site *from, const struct stm_site *site, int c)
{
    if (c + 2 >= site->geo.channels) return false;
    for (int i = 0; i < 3; i++) {
        const struct stm_intake_plane *const p = from->planes[c + i], *const first = from->planes[c];
        if (from->n_planes[c + i] != 1 || site->row.channel[c + i].role != STM_ROLE_RED + (unsigned)i ||
            p->path != first->path || p->channel != i || p->z != first->z || p->t != first->t)
            return false;
    }
    return true;
}

static bool load_colours(const struct stm_intake_site *from, int c, struct stm_site *site,
                         struct stm_image **image, const char **open_path, struct stm_error *err)
{
    struct stm_scaling scaling = {.scale = 1};
    const struct stm_intake_plane *const plane = from->planes[c];
    if (!open_plane(image, open_path, plane, site->plane[c], err)) return false;
    if (!stm_image_read_colours(*image, plane->z, plane->t, &site->plane[c], &scaling, err))
        return stm_fail_file(err, plane->path);
    for (int i = 0; i < 3; i++) {
        site->row.channel[c + i].true_bits = scaling.true_bits;
        site->row.channel[c + i].scale = scaling.scale;
        site->row.channel[c + i].offset = scaling.offset;
    }
    return true;
}

bool stm_intake_load(const struct stm_intake_site *from, enum stm_z z, struct stm_site *site,
                     struct stm_arena *scratch, struct stm_error *err)
{
    return stm_intake_load_rows(from, z, NULL, site, scratch, err);
}

bool stm_intake_load_rows(const struct stm_intake_site *from, enum stm_z z, const uint8_t *wanted,
                          struct stm_site *site, struct stm_arena *scratch, struct stm_error *err)
{
    struct stm_image *image = NULL;
    const char *open_path = NULL;
    bool good = true;
    for (int c = 0; good && c < site->geo.channels; c++)
        if (!wanted && is_colour(from, site, c)) {
            good = load_colours(from, c, site, &image, &open_path, err);
            c += 2;
        } else if (from->n_planes[c])
            good = load_channel(from, c, z, wanted, site, scratch, &image, &open_path, err);
    stm_image_close(&image);
    return good;
}

void stm_intake_free(struct stm_intake *input)
{
    for (int s = 0; s < input->n_sites; s++)
        for (int c = 0; c < STM_MAX_CHANNELS; c++)
            free(input->sites[s].planes[c]);
    free(input->sites);
    free(input->metadata);
    stm_samples_free(&input->samples);
    stm_plate_free(&input->plate);
    stm_string_free(&input->problems);
    stm_string_free(&input->decided);
    memset(input, 0, sizeof *input);
}

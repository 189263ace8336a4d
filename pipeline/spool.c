/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* flock */
/* A record is a fixed header, then sections in a fixed order: site values, objects, object values, segments,
 * cells, nuclei, mask, previews; each padded to 8 bytes. Same program, same machine: no byte order or layout
 * conversion. */
#include "pipeline/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILE_MAGIC "stroma spool 5\n"
#define RECORD_MAGIC UINT64_C(0x5f6574697361646e)

enum section {
    SITE_VALUES,
    OBJECTS,
    OBJECT_VALUES,
    SEGMENTS,
    CELLS,
    NUCLEI,
    MASK,
    PREVIEW,
    FULL = PREVIEW + STM_MAX_CHANNELS,
    SECTIONS = FULL + STM_MAX_CHANNELS
};

/* `rows_sum` covers the header and the sections that may change, `pixels_sum` the others. */
struct record {
    uint64_t magic, size, rows_sum, pixels_sum;
    int32_t has_cells, has_nuclei, n_object_columns, n_site_columns, shrink;
    int32_t mask_w, mask_h, preview_w[STM_MAX_CHANNELS], preview_h[STM_MAX_CHANNELS];
    int32_t full_w[STM_MAX_CHANNELS], full_h[STM_MAX_CHANNELS];
    uint64_t section[SECTIONS + 1]; /* offsets from the record's start; the last is its end */
    char id[STM_SPOOL_ID];
    struct stm_site_row row; /* its pointers are meaningless on disk, files are set again by the run */
    int32_t first_verdict;   /* the row's as appended: what updates added to them is taken back at open, */
    char first_reason[STM_REASON]; /* since the next run judges anew */
};

struct name {
    char id[STM_SPOOL_ID];
    int item;
};

struct stm_spool {
    int fd, n;
    char path[512];
    pthread_mutex_t lock;
    uint64_t end;
    struct name *name;       /* sites in the order of their ids */
    const char **id;         /* of each site, in `name` */
    uint64_t *offset, *size; /* of each site's record; 0 = none */
    unsigned char *map;      /* of the first `mapped` bytes */
    size_t mapped;
};

void stm_buffer_free(struct stm_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct stm_buffer){0};
}

static bool reserve(struct stm_buffer *b, size_t size, struct stm_error *err)
{
    if (size > b->capacity) {
        unsigned char *const bytes = realloc(b->bytes, size + size / 16);
        if (!bytes) return stm_fail(err, STM_NO_MEMORY, "a site's record needs %zu MiB", size >> 20);
        b->bytes = bytes;
        b->capacity = size + size / 16;
    }
    b->size = size;
    return true;
}

/* Guards against torn writes and damage, not against intent: four multiply-rotate lanes over 64-bit words. */
static uint64_t checksum(const unsigned char *p, size_t n)
{
    uint64_t lane[4] = {1, 2, 3, 4}, word[4];
    for (; n >= sizeof word; p += sizeof word, n -= sizeof word) {
        memcpy(word, p, sizeof word);
        for (int i = 0; i < 4; i++) {
            lane[i] = (lane[i] ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
            lane[i] = lane[i] << 29 | lane[i] >> 35;
        }
    }
    for (; n; p++, n--)
        lane[0] = (lane[0] ^ *p) * UINT64_C(0x9e3779b97f4a7c15);
    return lane[0] ^ lane[1] << 1 ^ lane[2] << 2 ^ lane[3] << 3;
}

static uint64_t rows_checksum(struct record *r)
{
    const uint64_t kept = r->rows_sum;
    r->rows_sum = 0;
    const uint64_t sum = checksum((const unsigned char *)r, r->section[SEGMENTS]);
    r->rows_sum = kept;
    return sum;
}

static bool system_error(const struct stm_spool *s, const char *what, struct stm_error *err)
{
    stm_fail(err, STM_IO, "cannot %s the spool: %s", what, strerror(errno));
    return stm_fail_file(err, s->path);
}

static bool read_at(const struct stm_spool *s, void *to, size_t n, uint64_t at, struct stm_error *err)
{
    for (unsigned char *p = to; n;) {
        const ssize_t got = pread(s->fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return system_error(s, got ? "read" : "read all of", err);
        p += got, at += (uint64_t)got, n -= (size_t)got;
    }
    return true;
}

static bool write_at(const struct stm_spool *s, const void *from, size_t n, uint64_t at,
                     struct stm_error *err)
{
    for (const unsigned char *p = from; n;) {
        const ssize_t put = pwrite(s->fd, p, n, (off_t)at);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return system_error(s, "write", err);
        p += put, at += (uint64_t)put, n -= (size_t)put;
    }
    return true;
}

static int find_id(const struct stm_spool *s, const char *id)
{
    int lo = 0, hi = s->n;
    while (lo < hi) {
        const int middle = lo + (hi - lo) / 2, order = strcmp(s->name[middle].id, id);
        if (order == 0) return s->name[middle].item;
        if (order < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return -1;
}

static bool plausible(const struct record *r, uint64_t room)
{
    return r->magic == RECORD_MAGIC && r->size >= sizeof *r && r->size <= room && r->size % 8 == 0 &&
           r->section[SEGMENTS] <= r->section[SECTIONS] && r->section[SECTIONS] == r->size &&
           r->id[STM_SPOOL_ID - 1] == '\0';
}

static bool whole(struct record *r)
{
    const unsigned char *const base = (const unsigned char *)r;
    return rows_checksum(r) == r->rows_sum &&
           checksum(base + r->section[SEGMENTS], r->size - r->section[SEGMENTS]) == r->pixels_sum;
}

/* Takes back what the report of an earlier run made of the row. */
static bool restore(const struct stm_spool *s, struct record *r, uint64_t at, struct stm_error *err)
{
    if (r->row.verdict == (enum stm_verdict)r->first_verdict && !strcmp(r->row.reason, r->first_reason))
        return true;
    r->row.verdict = (enum stm_verdict)r->first_verdict;
    memcpy(r->row.reason, r->first_reason, sizeof r->row.reason);
    r->rows_sum = rows_checksum(r);
    return write_at(s, r, sizeof *r, at, err);
}

/* Keeps the record at s->end if a site asks for it and it is whole. */
static bool look_at(struct stm_spool *s, const struct record *head, struct stm_buffer *b, uint64_t *used,
                    struct stm_error *err)
{
    const int item = find_id(s, head->id);
    if (item < 0 || s->offset[item]) return true;
    if (!reserve(b, head->size, err) || !read_at(s, b->bytes, b->size, s->end, err)) return false;
    struct record *const r = (struct record *)(void *)b->bytes;
    if (!whole(r)) return true;
    if (!restore(s, r, s->end, err)) return false;
    s->offset[item] = s->end;
    s->size[item] = r->size;
    *used += r->size;
    return true;
}

/* Walks the records of earlier processes, as far as they follow each other without a gap. */
static bool recover(struct stm_spool *s, uint64_t file_size, uint64_t *used, struct stm_error *err)
{
    struct stm_buffer b = {0};
    struct record head;
    bool good = true;
    *used = 0;
    while (good && s->end + sizeof head <= file_size) {
        good = read_at(s, &head, sizeof head, s->end, err);
        if (!good || !plausible(&head, file_size - s->end)) break;
        good = look_at(s, &head, &b, used, err);
        s->end += head.size;
    }
    stm_buffer_free(&b);
    return good;
}

static int by_offset(const void *a, const void *b)
{
    const uint64_t p = **(const uint64_t *const *)a, q = **(const uint64_t *const *)b;
    return (p > q) - (p < q);
}

/* Moves the records that are asked for to the front, in the order in which they lie. One that is torn by
 * dying here is passed over the next time. */
static bool compact(struct stm_spool *s, struct stm_error *err)
{
    struct stm_buffer b = {0};
    uint64_t to = sizeof FILE_MAGIC, **const order = malloc(((size_t)s->n + 1) * sizeof *order);
    bool good = order || stm_fail(err, STM_NO_MEMORY, "no memory to sort %d records", s->n);
    int n = 0;
    for (int i = 0; good && i < s->n; i++)
        if (s->offset[i]) order[n++] = &s->offset[i];
    if (good) qsort(order, (size_t)n, sizeof *order, by_offset);
    for (int i = 0; good && i < n; i++) {
        const uint64_t size = s->size[order[i] - s->offset];
        good = *order[i] == to || (reserve(&b, size, err) && read_at(s, b.bytes, size, *order[i], err) &&
                                   write_at(s, b.bytes, size, to, err));
        *order[i] = to;
        to += size;
    }
    if (good) s->end = to;
    stm_buffer_free(&b);
    free(order);
    return good;
}

static bool begin(struct stm_spool *s, bool may_compact, struct stm_error *err)
{
    char found[sizeof FILE_MAGIC];
    uint64_t used;
    const off_t size = lseek(s->fd, 0, SEEK_END);
    s->end = sizeof found;
    if (size < (off_t)sizeof found || !read_at(s, found, sizeof found, 0, err) ||
        memcmp(found, FILE_MAGIC, sizeof found) != 0)
        return (ftruncate(s->fd, 0) == 0 || system_error(s, "empty", err)) &&
               write_at(s, FILE_MAGIC, sizeof found, 0, err);
    if (!recover(s, (uint64_t)size, &used, err)) return false;
    if (may_compact && used < s->end / 2 && !compact(s, err)) return false;
    return ftruncate(s->fd, (off_t)s->end) == 0 || system_error(s, "cut", err);
}

static int by_name(const void *a, const void *b)
{
    const struct name *const p = a, *const q = b;
    const int order = strcmp(p->id, q->id);
    return order ? order : p->item - q->item;
}

static bool index_sites(struct stm_spool *s, const char (*ids)[STM_SPOOL_ID], int n, struct stm_error *err)
{
    s->n = n;
    s->offset = calloc((size_t)n + 1, sizeof *s->offset);
    s->size = calloc((size_t)n + 1, sizeof *s->size);
    s->name = calloc((size_t)n + 1, sizeof *s->name);
    s->id = calloc((size_t)n + 1, sizeof *s->id);
    if (!s->offset || !s->size || !s->name || !s->id)
        return stm_fail(err, STM_NO_MEMORY, "no memory to index %d sites", n);
    for (int i = 0; i < n; i++) {
        s->name[i].item = i;
        memcpy(s->name[i].id, ids[i], STM_SPOOL_ID - 1);
    }
    qsort(s->name, (size_t)n, sizeof *s->name, by_name);
    for (int i = 0; i < n; i++)
        s->id[s->name[i].item] = s->name[i].id;
    return true;
}

/* False with status STM_OK when another process has the file and `wait` is not set. */
static bool open_file(struct stm_spool *s, bool wait, struct stm_error *err)
{
    err->status = STM_OK;
    s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->fd < 0) return system_error(s, "create", err);
    while (flock(s->fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        return !wait && errno == EWOULDBLOCK ? false : system_error(s, "lock", err);
    }
    return true;
}

static struct stm_spool *make(const char *path, struct stm_error *err)
{
    struct stm_spool *const s = calloc(1, sizeof *s);
    if (!s) return stm_fail(err, STM_NO_MEMORY, "no memory for the spool"), NULL;
    s->fd = -1;
    snprintf(s->path, sizeof s->path, "%s", path);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

bool stm_spool_open(struct stm_spool **spool, const char *path, const char (*ids)[STM_SPOOL_ID], int n,
                    struct stm_error *err)
{
    *spool = make(path, err);
    if (*spool && index_sites(*spool, ids, n, err) && open_file(*spool, true, err) &&
        begin(*spool, true, err))
        return true;
    stm_spool_close(spool, false);
    return false;
}

bool stm_spool_contribute(const char *path, const char id[STM_SPOOL_ID], const struct stm_spooled *site,
                          struct stm_buffer *buffer, struct stm_error *err)
{
    char ids[1][STM_SPOOL_ID] = {""};
    struct stm_spool *s = make(path, err);
    memcpy(ids[0], id, STM_SPOOL_ID - 1);
    bool good = s && index_sites(s, (const char(*)[STM_SPOOL_ID])ids, 1, err);
    if (good && !open_file(s, false, err))
        good = err->status == STM_OK; /* busy */
    else
        good = good && begin(s, false, err) &&
               (stm_spool_has(s, 0) || stm_spool_append(s, 0, site, buffer, err));
    stm_spool_close(&s, false);
    return good;
}

void stm_spool_close(struct stm_spool **spool, bool remove_file)
{
    struct stm_spool *const s = *spool;
    if (!s) return;
    if (s->map) munmap(s->map, s->mapped);
    if (remove_file) unlink(s->path);
    if (s->fd >= 0) close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s->name), free(s->id), free(s->offset), free(s->size), free(s);
    *spool = NULL;
}

bool stm_spool_has(const struct stm_spool *s, int item)
{
    return s->offset[item] != 0;
}

static size_t view_size(struct stm_cu8 view)
{
    return view.px ? (size_t)view.w * (size_t)view.h : 0;
}

/* Sizes of the sections, in bytes before padding. */
static void section_sizes(const struct stm_spooled *site, size_t size[SECTIONS])
{
    const size_t n = (size_t)site->row.n_objects;
    const struct stm_site_pixels *const px = &site->pixels;
    size[SITE_VALUES] = (size_t)site->n_site_columns * sizeof(double);
    size[OBJECTS] = n * sizeof(struct stm_object);
    size[OBJECT_VALUES] = n * (size_t)site->n_object_columns * sizeof(double);
    size[SEGMENTS] = px->n_segments * sizeof(struct stm_segment);
    size[CELLS] = px->n_cells * sizeof(struct stm_segment);
    size[NUCLEI] = px->n_nuclei * sizeof(struct stm_segment);
    size[MASK] = view_size(px->mask);
    for (int c = 0; c < STM_MAX_CHANNELS; c++) {
        size[PREVIEW + c] = view_size(px->preview[c]);
        size[FULL + c] = view_size(px->full[c]);
    }
}

static void pack(unsigned char *to, struct stm_cu8 view)
{
    for (int y = 0; view.px && y < view.h; y++)
        memcpy(to + (size_t)y * (size_t)view.w, view.px + y * view.stride, (size_t)view.w);
}

static void copy(unsigned char *to, const void *from, size_t n)
{
    if (n) memcpy(to, from, n);
}

static void fill(unsigned char *base, struct record *r, const struct stm_spooled *site, const size_t *size)
{
    const struct stm_site_pixels *const px = &site->pixels;
    copy(base + r->section[SITE_VALUES], site->site_values, size[SITE_VALUES]);
    copy(base + r->section[OBJECTS], site->objects, size[OBJECTS]);
    copy(base + r->section[OBJECT_VALUES], site->object_values, size[OBJECT_VALUES]);
    copy(base + r->section[SEGMENTS], px->segments, size[SEGMENTS]);
    copy(base + r->section[CELLS], px->cells, size[CELLS]);
    copy(base + r->section[NUCLEI], px->nuclei, size[NUCLEI]);
    pack(base + r->section[MASK], px->mask);
    for (int c = 0; c < STM_MAX_CHANNELS; c++) {
        pack(base + r->section[PREVIEW + c], px->preview[c]);
        pack(base + r->section[FULL + c], px->full[c]);
    }
}

static bool encode(struct stm_buffer *b, const char *id, const struct stm_spooled *site,
                   struct stm_error *err)
{
    struct record r = {.magic = RECORD_MAGIC, .row = site->row, .first_verdict = (int32_t)site->row.verdict};
    memcpy(r.id, id, sizeof r.id);
    memcpy(r.first_reason, site->row.reason, sizeof r.first_reason);
    size_t size[SECTIONS];
    section_sizes(site, size);
    uint64_t at = (sizeof r + 7) / 8 * 8;
    for (int i = 0; i < SECTIONS; i++) {
        r.section[i] = at;
        at += (size[i] + 7) / 8 * 8;
    }
    r.section[SECTIONS] = r.size = at;
    r.n_object_columns = site->n_object_columns;
    r.n_site_columns = site->n_site_columns;
    r.shrink = site->pixels.shrink;
    r.has_cells = site->pixels.cells != NULL;
    r.has_nuclei = site->pixels.nuclei != NULL;
    r.mask_w = site->pixels.mask.w, r.mask_h = site->pixels.mask.h;
    for (int c = 0; c < STM_MAX_CHANNELS; c++) {
        r.preview_w[c] = site->pixels.preview[c].w, r.preview_h[c] = site->pixels.preview[c].h;
        r.full_w[c] = site->pixels.full[c].w, r.full_h[c] = site->pixels.full[c].h;
    }
    if (!reserve(b, at, err)) return false;
    memset(b->bytes, 0, sizeof r + 8);
    memcpy(b->bytes, &r, sizeof r);
    for (int i = 0; i < SECTIONS; i++) /* padding is part of the checksum */
        if (size[i] % 8) memset(b->bytes + r.section[i] + size[i] / 8 * 8, 0, 8);
    fill(b->bytes, &r, site, size);
    struct record *const head = (struct record *)(void *)b->bytes;
    head->pixels_sum = checksum(b->bytes + r.section[SEGMENTS], r.size - r.section[SEGMENTS]);
    head->rows_sum = rows_checksum(head);
    return true;
}

static struct stm_cu8 view_at(const unsigned char *px, int w, int h)
{
    return (struct stm_cu8){w && h ? px : NULL, w, w, h};
}

static void decode(unsigned char *base, bool pixels, struct stm_spooled *site)
{
    struct record *const r = (struct record *)(void *)base;
    *site = (struct stm_spooled){.row = r->row,
                                 .objects = (void *)(base + r->section[OBJECTS]),
                                 .object_values = (void *)(base + r->section[OBJECT_VALUES]),
                                 .site_values = (void *)(base + r->section[SITE_VALUES]),
                                 .n_object_columns = r->n_object_columns,
                                 .n_site_columns = r->n_site_columns};
    site->row.objects = site->objects;
    site->row.object_values = site->object_values;
    site->row.values = site->site_values;
    if (!pixels) return;
    site->pixels.shrink = r->shrink;
    site->pixels.segments = (const void *)(base + r->section[SEGMENTS]);
    site->pixels.n_segments = (size_t)(r->section[CELLS] - r->section[SEGMENTS]) / sizeof(struct stm_segment);
    if (r->has_cells) site->pixels.cells = (const void *)(base + r->section[CELLS]);
    site->pixels.n_cells = (size_t)(r->section[NUCLEI] - r->section[CELLS]) / sizeof(struct stm_segment);
    if (r->has_nuclei) site->pixels.nuclei = (const void *)(base + r->section[NUCLEI]);
    site->pixels.n_nuclei = (size_t)(r->section[MASK] - r->section[NUCLEI]) / sizeof(struct stm_segment);
    site->pixels.mask = view_at(base + r->section[MASK], r->mask_w, r->mask_h);
    for (int c = 0; c < STM_MAX_CHANNELS; c++) {
        site->pixels.preview[c] = view_at(base + r->section[PREVIEW + c], r->preview_w[c], r->preview_h[c]);
        site->pixels.full[c] = view_at(base + r->section[FULL + c], r->full_w[c], r->full_h[c]);
    }
}

bool stm_spool_append(struct stm_spool *s, int item, const struct stm_spooled *site,
                      struct stm_buffer *buffer, struct stm_error *err)
{
    if (!encode(buffer, s->id[item], site, err)) return false;
    pthread_mutex_lock(&s->lock);
    const uint64_t at = s->end;
    s->end += buffer->size;
    pthread_mutex_unlock(&s->lock);
    if (!write_at(s, buffer->bytes, buffer->size, at, err)) return false;
    s->offset[item] = at;
    s->size[item] = buffer->size;
    return true;
}

bool stm_spool_read(struct stm_spool *s, int item, bool pixels, struct stm_spooled *site,
                    struct stm_buffer *buffer, struct stm_error *err)
{
    struct record head;
    if (!stm_spool_has(s, item))
        return stm_fail(err, STM_INTERNAL, "site %d has no record in the spool", item + 1);
    if (!pixels && !read_at(s, &head, sizeof head, s->offset[item], err)) return false;
    const size_t size = pixels ? s->size[item] : head.section[SEGMENTS];
    if (!reserve(buffer, size, err) || !read_at(s, buffer->bytes, size, s->offset[item], err)) return false;
    struct record *const r = (struct record *)(void *)buffer->bytes;
    if (r->magic != RECORD_MAGIC || rows_checksum(r) != r->rows_sum) {
        stm_fail(err, STM_IO, "the record of site %d was damaged on disk during the run", item + 1);
        return stm_fail_file(err, s->path);
    }
    decode(buffer->bytes, pixels, site);
    return true;
}

bool stm_spool_update(struct stm_spool *s, int item, const struct stm_spooled *site,
                      struct stm_buffer *buffer, struct stm_error *err)
{
    struct record *const r = (struct record *)(void *)buffer->bytes;
    r->row = site->row;
    r->rows_sum = rows_checksum(r);
    return write_at(s, buffer->bytes, r->section[SEGMENTS], s->offset[item], err);
}

bool stm_spool_map(struct stm_spool *s, struct stm_error *err)
{
    void *const map = mmap(NULL, s->end, PROT_READ, MAP_SHARED, s->fd, 0);
    if (map == MAP_FAILED) return system_error(s, "map", err);
    s->map = map;
    s->mapped = s->end;
    return true;
}

bool stm_spool_view(const struct stm_spool *s, int item, struct stm_spooled *site, struct stm_error *err)
{
    if (!stm_spool_has(s, item))
        return stm_fail(err, STM_INTERNAL, "site %d has no record in the spool", item + 1);
    decode(s->map + s->offset[item], true, site);
    return true;
}

void stm_spool_forget(struct stm_spool *s)
{
    if (s->map) munmap(s->map, s->mapped);
    s->map = NULL;
}

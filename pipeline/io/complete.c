/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DIRECTORIES = 65536, MAX_ENTRIES = 4096 };
/* TIFF tags that say where pixels are, and field types of their numbers. */
enum { STRIP_OFFSETS = 273, STRIP_BYTES = 279, TILE_OFFSETS = 324, TILE_BYTES = 325 };
enum { TYPE_SHORT = 3, TYPE_LONG = 4, TYPE_LONG8 = 16 };

struct file {
    int fd;
    uint64_t size;
    bool big_endian, big; /* BigTIFF */
};

static bool get(const struct file *f, uint64_t at, void *to, size_t n)
{
    if (at > f->size || n > f->size - at) return false;
    for (unsigned char *p = to; n;) {
        const ssize_t got = pread(f->fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        p += got, at += (uint64_t)got, n -= (size_t)got;
    }
    return true;
}

static uint64_t number(const struct file *f, const unsigned char *p, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[f->big_endian ? i : bytes - 1 - i];
    return value;
}

static bool get_number(const struct file *f, uint64_t at, int bytes, uint64_t *value)
{
    unsigned char raw[8];
    if (!get(f, at, raw, (size_t)bytes)) return false;
    *value = number(f, raw, bytes);
    return true;
}

/* The numbers of one directory entry: where they begin, how many, how long each is. */
struct numbers {
    uint64_t at, n;
    int bytes;
};

static bool read_entry(const struct file *f, uint64_t at, uint64_t *tag, struct numbers *v)
{
    uint64_t type;
    const int word = f->big ? 8 : 4;
    if (!get_number(f, at, 2, tag) || !get_number(f, at + 2, 2, &type) || !get_number(f, at + 4, word, &v->n))
        return false;
    v->bytes = type == TYPE_SHORT ? 2 : type == TYPE_LONG ? 4 : type == TYPE_LONG8 ? 8 : 0;
    v->at = at + 4 + (uint64_t)word;
    if (!v->bytes || v->n <= (uint64_t)(word / v->bytes)) return true;
    return get_number(f, v->at, word, &v->at) && v->n <= f->size / (uint64_t)v->bytes;
}

/* Every piece begins and ends inside the file. */
static bool pieces_are_there(const struct file *f, const struct numbers *offsets, const struct numbers *sizes)
{
    if (!offsets->bytes || !sizes->bytes || offsets->n != sizes->n) return false;
    for (uint64_t i = 0; i < offsets->n; i++) {
        uint64_t at, n;
        if (!get_number(f, offsets->at + i * (uint64_t)offsets->bytes, offsets->bytes, &at) ||
            !get_number(f, sizes->at + i * (uint64_t)sizes->bytes, sizes->bytes, &n) || at > f->size ||
            n > f->size - at)
            return false;
    }
    return true;
}

static bool directory_is_there(const struct file *f, uint64_t at, uint64_t *next)
{
    struct numbers offsets = {0}, sizes = {0}, v;
    uint64_t entries, tag;
    const int head = f->big ? 8 : 2, each = f->big ? 20 : 12;
    if (!get_number(f, at, head, &entries) || !entries || entries > MAX_ENTRIES) return false;
    for (uint64_t i = 0; i < entries; i++) {
        if (!read_entry(f, at + (uint64_t)head + i * (uint64_t)each, &tag, &v)) return false;
        if (tag == STRIP_OFFSETS || tag == TILE_OFFSETS) offsets = v;
        if (tag == STRIP_BYTES || tag == TILE_BYTES) sizes = v;
    }
    return pieces_are_there(f, &offsets, &sizes) &&
           get_number(f, at + (uint64_t)head + entries * (uint64_t)each, f->big ? 8 : 4, next);
}

static bool tiff_is_there(struct file *f, const unsigned char *magic)
{
    uint64_t at;
    f->big_endian = magic[0] == 'M';
    f->big = magic[f->big_endian ? 3 : 2] == 43;
    if (!get_number(f, f->big ? 8 : 4, f->big ? 8 : 4, &at) || !at) return false;
    for (int i = 0; at && i < MAX_DIRECTORIES; i++)
        if (!directory_is_there(f, at, &at)) return false;
    return true;
}

static bool png_is_there(const struct file *f)
{
    static const unsigned char end[12] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    unsigned char found[sizeof end];
    return f->size >= sizeof end && get(f, f->size - sizeof end, found, sizeof end) &&
           !memcmp(found, end, sizeof end);
}

static bool jpeg_is_there(const struct file *f)
{
    unsigned char tail[64];
    const size_t n = f->size < sizeof tail ? (size_t)f->size : sizeof tail;
    if (!get(f, f->size - n, tail, n)) return false;
    for (size_t i = 0; i + 1 < n; i++)
        if (tail[i] == 0xff && tail[i + 1] == 0xd9) return true;
    return false;
}

static bool is_there(struct file *f)
{
    unsigned char magic[8];
    if (!get(f, 0, magic, sizeof magic)) return false;
    if (!memcmp(magic, "II\x2a\0", 4) || !memcmp(magic, "MM\0\x2a", 4) || !memcmp(magic, "II\x2b\0", 4) ||
        !memcmp(magic, "MM\0\x2b", 4))
        return tiff_is_there(f, magic);
    if (!memcmp(magic, "\x89PNG\r\n\x1a\n", 8)) return png_is_there(f);
    if (!memcmp(magic, "\xff\xd8\xff", 3)) return jpeg_is_there(f);
    return true;
}

bool stm_image_complete(const char *path)
{
    struct stat st;
    struct file f = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (f.fd < 0) return false;
    const bool good = fstat(f.fd, &st) == 0 && (f.size = (uint64_t)st.st_size) > 0 && is_there(&f);
    close(f.fd);
    return good;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/tiff_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 4096 }; /* libtiff refuses longer directories, too */

/* Bytes of a directory's parts: its count, an entry, and the offset of the next one. */
struct sizes {
    int count, entry, next;
};

static struct sizes sizes_of(const struct stm_tiff_pages *pages)
{
    return pages->big ? (struct sizes){8, 20, 8} : (struct sizes){2, 12, 4};
}

uint64_t stm_tiff_number(const struct stm_tiff_pages *pages, const void *bytes, int size)
{
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;
    memcpy(&v16, bytes, 2);
    if (size == 2) return pages->swapped ? __builtin_bswap16(v16) : v16;
    memcpy(&v32, bytes, 4);
    if (size == 4) return pages->swapped ? __builtin_bswap32(v32) : v32;
    memcpy(&v64, bytes, 8);
    return pages->swapped ? __builtin_bswap64(v64) : v64;
}

static bool read_header(struct stm_tiff_pages *pages, const struct stm_input *input, uint64_t *first,
                        struct stm_error *err)
{
    uint8_t head[16] = {0};
    const uint16_t one = 1;
    const bool little = *(const uint8_t *)&one == 1;
    if (!stm_input_exactly(input, 0, head, 8, "the TIFF header", err)) return false;
    pages->swapped = (head[0] == 'I') != little;
    pages->big = stm_tiff_number(pages, head + 2, 2) == 43;
    if (pages->big && !stm_input_exactly(input, 0, head, 16, "the BigTIFF header", err)) return false;
    *first = pages->big ? stm_tiff_number(pages, head + 8, 8) : stm_tiff_number(pages, head + 4, 4);
    return true;
}

/* The directory at `at` with the offset of the next one behind it; to be freed. NULL, and pages->broken says
 * why. */
static uint8_t *read_directory(struct stm_tiff_pages *pages, const struct stm_input *input, uint64_t at,
                               uint64_t *entries)
{
    const struct sizes size = sizes_of(pages);
    uint8_t count[8] = {0};
    if (stm_input_some(input, at, count, (size_t)size.count) < (size_t)size.count) {
        snprintf(pages->broken, sizeof pages->broken,
                 "page %d should begin at byte %" PRIu64 ", beyond the end of the file at %" PRIu64,
                 pages->n + 1, at, input->size);
        return NULL;
    }
    *entries = stm_tiff_number(pages, count, size.count);
    if (*entries == 0 || *entries > MAX_ENTRIES) {
        snprintf(pages->broken, sizeof pages->broken,
                 "page %d has %" PRIu64 " directory entries (1 to %d are read)", pages->n + 1, *entries,
                 MAX_ENTRIES);
        return NULL;
    }
    const size_t bytes = (size_t)*entries * (size_t)size.entry, all = bytes + (size_t)size.next;
    uint8_t *directory = calloc(1, all);
    const size_t got = directory ? stm_input_some(input, at + (uint64_t)size.count, directory, all) : 0;
    if (got >= bytes) return directory; /* the offset of the next page may be missing after the last one */
    snprintf(pages->broken, sizeof pages->broken, "page %d: the file ends inside its directory",
             pages->n + 1);
    free(directory);
    return NULL;
}

static struct stm_tiff_entry entry_of(const struct stm_tiff_pages *pages, const uint8_t *p, uint64_t at)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    struct stm_tiff_entry e = {.tag = (uint16_t)stm_tiff_number(pages, p, 2),
                               .type = (uint16_t)stm_tiff_number(pages, p + 2, 2)};
    const int word = pages->big ? 8 : 4;
    const uint64_t size = e.type < sizeof sizes ? sizes[e.type] : 0;
    e.count = stm_tiff_number(pages, p + 4, word);
    const bool inside = size > 0 && e.count <= (uint64_t)word / size;
    e.value = inside ? at + 4 + (uint64_t)word : stm_tiff_number(pages, p + 4 + word, word);
    return e;
}

/* A first SHORT or LONG stored in the entry itself. */
static uint32_t small_value(const struct stm_tiff_pages *pages, const uint8_t *p, struct stm_tiff_entry e)
{
    const int word = pages->big ? 8 : 4;
    if (e.count != 1 || (e.type != 3 && e.type != 4)) return 0;
    return (uint32_t)stm_tiff_number(pages, p + 4 + word, e.type == 3 ? 2 : 4);
}

static void note_entry(struct stm_tiff_ifd *page, uint16_t tag, uint32_t value)
{
    if (tag == 254) page->subfile = value;
    if (tag == 256) page->width = value;
    if (tag == 257) page->height = value;
    if (tag == 258) page->bits = value;
    if (tag == 277) page->samples = value;
}

static bool add_page(struct stm_tiff_pages *pages, struct stm_tiff_ifd page)
{
    const int n = pages->n;
    if ((n & (n - 1)) == 0) { /* at powers of two */
        void *more = realloc(pages->page, sizeof page * (size_t)(n ? 2 * n : 1));
        if (!more) return false;
        pages->page = more;
    }
    pages->page[pages->n++] = page;
    return true;
}

/* Reads one page and returns the offset of the next, 0 after the last. Directories of a sound file do not
 * overlap, so together they are not longer than the file: that ends every loop. */
static uint64_t walk_page(struct stm_tiff_pages *pages, const struct stm_input *input, uint64_t at,
                          uint64_t *bytes)
{
    const struct sizes size = sizes_of(pages);
    uint64_t entries, next = 0;
    uint8_t *directory = read_directory(pages, input, at, &entries);
    struct stm_tiff_ifd page = {.offset = at};
    if (!directory) return 0;
    for (uint64_t i = 0; i < entries; i++) {
        const uint8_t *p = directory + i * (uint64_t)size.entry;
        const struct stm_tiff_entry e = entry_of(pages, p, 0);
        note_entry(&page, e.tag, small_value(pages, p, e));
    }
    *bytes += (uint64_t)size.count + entries * (uint64_t)size.entry;
    if (*bytes > input->size)
        snprintf(pages->broken, sizeof pages->broken, "the chain of pages runs in a loop after page %d",
                 pages->n);
    else if (add_page(pages, page))
        next = stm_tiff_number(pages, directory + entries * (uint64_t)size.entry, size.next);
    free(directory);
    return next;
}

static int by_offset(const void *a, const void *b)
{
    const struct stm_tiff_ifd *p = *(const struct stm_tiff_ifd *const *)a,
                              *q = *(const struct stm_tiff_ifd *const *)b;
    if (p->offset != q->offset) return p->offset < q->offset ? -1 : 1;
    return p < q ? -1 : p > q;
}

/* Of a chain that runs in a loop, only the first round is kept. */
static void cut_at_repeat(struct stm_tiff_pages *pages)
{
    const struct stm_tiff_ifd **sorted = malloc(sizeof(void *) * (size_t)pages->n);
    int n = pages->n;
    for (int i = 0; sorted && i < pages->n; i++)
        sorted[i] = pages->page + i;
    if (sorted) qsort(sorted, (size_t)pages->n, sizeof(void *), by_offset);
    for (int i = 1; sorted && i < pages->n; i++)
        if (sorted[i]->offset == sorted[i - 1]->offset && sorted[i] - pages->page < n)
            n = (int)(sorted[i] - pages->page);
    free(sorted);
    pages->n = n;
}

bool stm_tiff_pages_read(struct stm_tiff_pages *pages, const struct stm_input *input, struct stm_error *err)
{
    uint64_t at, bytes = 0;
    *pages = (struct stm_tiff_pages){0};
    if (!read_header(pages, input, &at, err)) return false;
    while (at != 0 && pages->n < STM_TIFF_MAX_PAGES)
        at = walk_page(pages, input, at, &bytes);
    if (at != 0)
        snprintf(pages->broken, sizeof pages->broken, "only the first %d pages are read", STM_TIFF_MAX_PAGES);
    if (pages->broken[0] && pages->n > 0) cut_at_repeat(pages);
    if (pages->n > 0) return true;
    return stm_fail(err, STM_BAD_INPUT, "has no pages%s%s", pages->broken[0] ? ": " : "", pages->broken);
}

void stm_tiff_pages_free(struct stm_tiff_pages *pages)
{
    free(pages->page);
    *pages = (struct stm_tiff_pages){0};
}

bool stm_tiff_pages_find(const struct stm_tiff_pages *pages, const struct stm_input *input, int i,
                         uint16_t tag, struct stm_tiff_entry *entry)
{
    struct stm_tiff_pages scratch = *pages;
    const struct sizes size = sizes_of(pages);
    const uint64_t at = pages->page[i].offset + (uint64_t)size.count;
    uint64_t entries;
    uint8_t *directory = read_directory(&scratch, input, pages->page[i].offset, &entries);
    bool found = false;
    for (uint64_t k = 0; directory && k < entries && !found; k++) {
        *entry = entry_of(pages, directory + k * (uint64_t)size.entry, at + k * (uint64_t)size.entry);
        found = entry->tag == tag;
    }
    free(directory);
    return found;
}

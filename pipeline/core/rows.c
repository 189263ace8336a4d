/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 2 * STM_ROW_PIECE };

struct stm_rows {
    int fd;
    enum stm_row_kind kind;
    bool ended;
    char *buffer;
    size_t capacity, begin, end; /* what was read and not given out yet */
};

static bool cannot(const char *path, int reason, struct stm_error *err)
{
    stm_fail(err, STM_IO, "cannot be read: %s", strerror(reason));
    return path ? stm_fail_file(err, path) : false;
}

bool stm_rows_open(struct stm_rows **rows, const char *path, enum stm_row_kind kind, struct stm_error *err)
{
    struct stm_rows *const r = calloc(1, sizeof *r);
    char *const buffer = malloc(FIRST);
    const int fd = r && buffer ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    const int reason = errno;
    *rows = r;
    if (fd >= 0) {
        *r = (struct stm_rows){.fd = fd, .kind = kind, .buffer = buffer, .capacity = FIRST};
        return true;
    }
    *rows = NULL;
    free(r);
    free(buffer);
    return cannot(path, reason, err);
}

void stm_rows_close(struct stm_rows **rows)
{
    if (!*rows) return;
    close((*rows)->fd);
    free((*rows)->buffer);
    free(*rows);
    *rows = NULL;
}

static bool make_room(struct stm_rows *r, struct stm_error *err)
{
    if (r->begin) memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
    r->end -= r->begin;
    r->begin = 0;
    if (r->end < r->capacity) return true;
    if (r->capacity >= STM_ROW_BYTES)
        return stm_fail(err, STM_BAD_INPUT, "a line has more than %d bytes", STM_ROW_BYTES);
    char *const grown = realloc(r->buffer, 2 * r->capacity);
    if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for a line of %zu bytes", r->capacity);
    r->buffer = grown;
    r->capacity *= 2;
    return true;
}

static bool fill(struct stm_rows *r, struct stm_error *err)
{
    if (!make_room(r, err)) return false;
    ssize_t n;
    do
        n = read(r->fd, r->buffer + r->end, r->capacity - r->end);
    while (n < 0 && errno == EINTR);
    if (n < 0) return cannot(NULL, errno, err);
    r->ended = n == 0;
    r->end += (size_t)n;
    return true;
}

/* Looks for the row's end from `*at` on; true when it is there and `*at` behind it. */
static bool find_end(const struct stm_rows *r, size_t *at, bool *inside)
{
    const size_t have = r->end - r->begin;
    if (r->kind == STM_ROWS_PIECES) {
        *at = have < STM_ROW_PIECE ? have : STM_ROW_PIECE;
        return have >= STM_ROW_PIECE;
    }
    for (size_t i = *at; i < have; i++) {
        const char c = r->buffer[r->begin + i];
        if (r->kind == STM_ROWS_QUOTED && c == '"') *inside = !*inside;
        if (c != '\n' || *inside) continue;
        *at = i + 1;
        return true;
    }
    *at = have;
    return false;
}

bool stm_rows_next(struct stm_rows *rows, const char **row, size_t *n, struct stm_error *err)
{
    size_t at = 0;
    bool inside = false;
    while (!find_end(rows, &at, &inside) && !rows->ended)
        if (!fill(rows, err)) return false;
    *row = rows->buffer + rows->begin;
    *n = at;
    rows->begin += at;
    return true;
}

size_t stm_row_cells(const char *row, size_t n, struct stm_cell *cells, size_t room)
{
    size_t count = 0, begin = 0;
    bool inside = false;
    if (n && row[n - 1] == '\n') n--;
    if (n && row[n - 1] == '\r') n--;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && row[i] == '"') inside = !inside;
        if (i < n && (row[i] != ',' || inside)) continue;
        if (count < room) cells[count] = (struct stm_cell){row + begin, i - begin};
        count++;
        begin = i + 1;
    }
    return count;
}

bool stm_cell_text(const struct stm_cell *cell, char *out, size_t size)
{
    size_t n = 0;
    const bool quoted = cell->n > 1 && cell->text[0] == '"' && cell->text[cell->n - 1] == '"';
    for (size_t i = quoted; i < cell->n - quoted; i++) {
        if (quoted && cell->text[i] == '"' && cell->text[i + 1] == '"' && i + 2 < cell->n) i++;
        if (n + 1 >= size) return false;
        out[n++] = cell->text[i];
    }
    out[n] = '\0';
    return true;
}

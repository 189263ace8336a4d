/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line is 16 digits of the SHA-256 of what follows the blank behind them, a word that says what it is, and
 * fields between blanks, with %XX for every byte that is not a visible ASCII character:
 *   settings TEXT
 *   capture ROOT PATH SIZE MTIME [PATH SIZE MTIME]…
 *   refuse ROOT PATH SIZE MTIME REASON */
#include "pipeline/journal.h"

#include "pipeline/core/file.h"
#include "pipeline/core/lock.h"
#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COVERED_FILE ".stroma-covered"
enum { SUM_DIGITS = 16, MAX_BYTES = 1 << 30 };

static bool no_memory(struct stm_error *err)
{
    return stm_fail(err, STM_NO_MEMORY, "no memory for the journal of captures");
}

static void join(char *out, size_t size, const char *directory, const char *name)
{
    snprintf(out, size, "%s/%s", directory, name);
}

/* ---- lines out ---- */

static void add_field(struct stm_string *s, const char *text)
{
    stm_string_add_n(s, " ", 1);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p > ' ' && *p < 0x7f && *p != '%')
            stm_string_add_n(s, (const char *)p, 1);
        else
            stm_string_addf(s, "%%%02X", *p);
    if (!*text) stm_string_add_n(s, "%", 1);
}

static void add_file(struct stm_string *s, const struct stm_journal_file *file)
{
    add_field(s, file->path);
    stm_string_addf(s, " %lld %lld", (long long)file->size, (long long)file->mtime);
}

/* Ends the line begun at `from`, where room for the sum was left. */
static void seal(struct stm_string *s, size_t from)
{
    char hex[STM_SHA256_HEX];
    if (s->failed) return;
    stm_sha256_hex(s->text + from + SUM_DIGITS + 1, s->length - from - SUM_DIGITS - 1, hex);
    memcpy(s->text + from, hex, SUM_DIGITS);
    stm_string_add_n(s, "\n", 1);
}

static size_t begin_line(struct stm_string *s, const char *word)
{
    const size_t from = s->length;
    stm_string_addf(s, "%*s %s", SUM_DIGITS, "", word);
    return from;
}

static void write_lines(struct stm_string *s, const char *settings, const struct stm_journal_file *files,
                        int n)
{
    if (settings) {
        const size_t from = begin_line(s, "settings");
        add_field(s, settings);
        seal(s, from);
    }
    for (int i = 0; i < n; i++)
        if (files[i].refused) {
            const size_t from = begin_line(s, "refuse");
            add_field(s, files[i].root);
            add_file(s, &files[i]);
            add_field(s, files[i].refused);
            seal(s, from);
        }
    if (files[0].refused) return;
    const size_t from = begin_line(s, "capture");
    add_field(s, files[0].root);
    for (int i = 0; i < n; i++)
        add_file(s, &files[i]);
    seal(s, from);
}

/* ---- lines in ---- */

static int digit(char c)
{
    const char *const digits = "0123456789ABCDEF", *const at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* The next field of `*at`, which moves behind it; the caller frees. NULL at the end of the line. */
static char *take_field(const char **at, const char *end)
{
    if (*at >= end || **at != ' ') return NULL;
    const char *p = *at + 1, *stop = memchr(p, ' ', (size_t)(end - p));
    if (!stop) stop = end;
    char *const text = malloc((size_t)(stop - p) + 1);
    size_t n = 0;
    for (; text && p < stop; p++) {
        if (*p == '%' && stop - p > 2 && digit(p[1]) >= 0 && digit(p[2]) >= 0) {
            text[n++] = (char)(digit(p[1]) * 16 + digit(p[2]));
            p += 2;
        } else if (*p != '%')
            text[n++] = *p;
    }
    if (text) text[n] = '\0';
    *at = stop;
    return text;
}

static bool take_number(const char **at, const char *end, int64_t *value)
{
    char *const text = take_field(at, end);
    long number = 0;
    const bool good = text && stm_text_to_long(text, &number);
    *value = number;
    free(text);
    return good;
}

struct lines {
    struct stm_journal *journal;
    int capacity;
    bool failed; /* out of memory */
};

static void free_file(struct stm_journal_file *file)
{
    free(file->path);
    free(file->root);
    free(file->refused);
}

static void keep_file(struct lines *l, struct stm_journal_file file)
{
    struct stm_journal *const j = l->journal;
    if (j->n_files == l->capacity) {
        const int more = l->capacity ? 2 * l->capacity : 64;
        struct stm_journal_file *const files = realloc(j->files, (size_t)more * sizeof *files);
        if (!files) {
            l->failed = true;
            free_file(&file);
            return;
        }
        j->files = files;
        l->capacity = more;
    }
    j->files[j->n_files++] = file;
}

static bool take_file(struct lines *l, const char **at, const char *end, const char *root,
                      struct stm_journal_file *file)
{
    *file = (struct stm_journal_file){.path = take_field(at, end)};
    if (!file->path) return false;
    file->root = strdup(root);
    if (file->root && take_number(at, end, &file->size) && take_number(at, end, &file->mtime)) return true;
    l->failed |= !file->root;
    free_file(file);
    return false;
}

static void take_capture(struct lines *l, const char *at, const char *end, bool refused)
{
    struct stm_journal_file file;
    char *const root = take_field(&at, end);
    while (root && take_file(l, &at, end, root, &file)) {
        if (refused) file.refused = take_field(&at, end);
        keep_file(l, file);
    }
    l->journal->captures += !refused;
    free(root);
}

static bool begins(const char **at, const char *end, const char *word)
{
    const size_t n = strlen(word);
    if ((size_t)(end - *at) < n + 1 || memcmp(*at, word, n) != 0 || (*at)[n] != ' ') return false;
    *at += n;
    return true;
}

static void take_line(struct lines *l, const char *line, size_t n)
{
    char hex[STM_SHA256_HEX];
    const char *at = line + SUM_DIGITS + 1, *const end = line + n;
    if (n <= SUM_DIGITS + 1) {
        l->journal->damaged++;
        return;
    }
    stm_sha256_hex(at, (size_t)(end - at), hex);
    if (memcmp(hex, line, SUM_DIGITS) != 0 || line[SUM_DIGITS] != ' ') {
        l->journal->damaged++;
        return;
    }
    if (begins(&at, end, "settings")) {
        if (!l->journal->settings) l->journal->settings = take_field(&at, end);
    } else if (begins(&at, end, "capture"))
        take_capture(l, at, end, false);
    else if (begins(&at, end, "refuse"))
        take_capture(l, at, end, true);
}

struct order {
    struct stm_journal_file file;
    int at;
};

static int by_path(const void *a, const void *b)
{
    const struct order *const p = a, *const q = b;
    const int order = strcmp(p->file.path, q->file.path);
    return order ? order : p->at - q->at;
}

/* Each path once: the last word counts. */
static bool sort_files(struct stm_journal *j)
{
    struct order *const order = malloc(((size_t)j->n_files + 1) * sizeof *order);
    if (!order) return false;
    for (int i = 0; i < j->n_files; i++)
        order[i] = (struct order){j->files[i], i};
    qsort(order, (size_t)j->n_files, sizeof *order, by_path);
    int kept = 0;
    for (int i = 0; i < j->n_files; i++) {
        if (kept && !strcmp(j->files[kept - 1].path, order[i].file.path)) free_file(&j->files[--kept]);
        j->files[kept++] = order[i].file;
    }
    j->n_files = kept;
    free(order);
    return true;
}

static bool parse(struct stm_journal *j, const char *text, size_t n, struct stm_error *err)
{
    struct lines l = {.journal = j};
    const char *at = text;
    for (const char *end; at < text + n && (end = memchr(at, '\n', (size_t)(text + n - at))); at = end + 1)
        take_line(&l, at, (size_t)(end - at));
    j->bytes = (size_t)(at - text);
    stm_sha256_hex(text, j->bytes, j->hash);
    return (!l.failed && sort_files(j)) || no_memory(err);
}

bool stm_journal_read(struct stm_journal *j, const char *directory, struct stm_error *err)
{
    char path[4096], *text;
    size_t n;
    memset(j, 0, sizeof *j);
    join(path, sizeof path, directory, STM_JOURNAL_FILE);
    if (access(path, F_OK) != 0) return parse(j, "", 0, err);
    if (!stm_file_read_all(path, MAX_BYTES, &text, &n, err)) return false;
    const bool good = parse(j, text, n, err);
    free(text);
    return good;
}

void stm_journal_free(struct stm_journal *j)
{
    for (int i = 0; i < j->n_files; i++)
        free_file(&j->files[i]);
    free(j->files);
    free(j->settings);
    memset(j, 0, sizeof *j);
}

const struct stm_journal_file *stm_journal_find(const struct stm_journal *j, const char *path)
{
    int lo = 0, hi = j->n_files;
    while (lo < hi) {
        const int middle = lo + (hi - lo) / 2, order = strcmp(j->files[middle].path, path);
        if (order == 0) return &j->files[middle];
        if (order < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return NULL;
}

/* ---- adding ---- */

/* The first line in which two texts differ. */
static bool other_settings(const char *theirs, const char *ours, struct stm_error *err)
{
    size_t n = 0, m = 0;
    while (*theirs && *ours) {
        n = strcspn(theirs, "\n");
        m = strcspn(ours, "\n");
        if (n != m || memcmp(theirs, ours, n) != 0) break;
        theirs += n + (theirs[n] == '\n');
        ours += m + (ours[m] == '\n');
    }
    n = strcspn(theirs, "\n");
    m = strcspn(ours, "\n");
    return stm_fail(
        err, STM_USAGE,
        "the results here were begun with other settings: '%.*s', now '%.*s'; use the same, or another "
        "folder",
        n > 150 ? 150 : (int)n, theirs, m > 150 ? 150 : (int)m, ours);
}

static enum stm_journal_news compare(const struct stm_journal *j, const struct stm_journal_file *files, int n)
{
    int same = 0, other = 0;
    for (int i = 0; i < n; i++) {
        const struct stm_journal_file *const old = stm_journal_find(j, files[i].path);
        if (!old) continue;
        if (old->size == files[i].size && old->mtime == files[i].mtime && !old->refused == !files[i].refused)
            same++;
        else
            other++;
    }
    return other ? STM_JOURNAL_REPLACED : same == n ? STM_JOURNAL_REPEATED : STM_JOURNAL_NEW;
}

enum stm_journal_news stm_journal_compare(const char *directory, const struct stm_journal_file *files, int n)
{
    struct stm_journal j;
    struct stm_error ignored;
    const enum stm_journal_news news =
        stm_journal_read(&j, directory, &ignored) ? compare(&j, files, n) : STM_JOURNAL_NEW;
    stm_journal_free(&j);
    return news;
}

/* Everything, and to disk; what cannot be written whole is taken back. */
static bool append(int fd, size_t at, const char *text, size_t n, struct stm_error *err)
{
    int reason = ftruncate(fd, (off_t)at) == 0 ? 0 : errno; /* half a line of one that died */
    for (size_t done = 0; !reason && done < n;) {
        const ssize_t put = pwrite(fd, text + done, n - done, (off_t)(at + done));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) reason = put < 0 ? errno : ENOSPC;
        if (put > 0) done += (size_t)put;
    }
    if (!reason && fsync(fd) != 0 && errno != EINVAL) reason = errno;
    if (!reason) return true;
    if (ftruncate(fd, (off_t)at) != 0) errno = reason;
    return stm_fail(err, STM_IO, "the journal of captures cannot be written: %s", strerror(reason));
}

bool stm_journal_add(const char *directory, const char *settings, const struct stm_journal_file *files, int n,
                     enum stm_journal_news *news, struct stm_error *err)
{
    char path[4096];
    struct stm_journal j = {0};
    struct stm_string lines = {0};
    int fd;
    join(path, sizeof path, directory, STM_JOURNAL_FILE);
    if (!stm_file_mkdirs(directory, err) || !stm_lock_take(&fd, path, true, err)) return false;
    bool good = stm_journal_read(&j, directory, err);
    if (good && j.settings && strcmp(j.settings, settings) != 0)
        good = other_settings(j.settings, settings, err);
    *news = good ? compare(&j, files, n) : STM_JOURNAL_NEW;
    if (good && *news != STM_JOURNAL_REPEATED) {
        write_lines(&lines, j.settings ? NULL : settings, files, n);
        good = lines.failed ? no_memory(err) : append(fd, j.bytes, lines.text, lines.length, err);
    }
    stm_string_free(&lines);
    stm_journal_free(&j);
    stm_lock_release(&fd);
    return good || stm_fail_file(err, directory);
}

/* ---- what the results cover ---- */

static int covered_text(const struct stm_journal *j, char *text, size_t size)
{
    return snprintf(text, size, "%zu %s\n", j->bytes, j->hash);
}

bool stm_journal_is_covered(const struct stm_journal *j, const char *directory)
{
    char path[4096], want[128], *found;
    struct stm_error ignored;
    size_t n;
    join(path, sizeof path, directory, "run.json");
    if (access(path, F_OK) != 0) return false;
    join(path, sizeof path, directory, COVERED_FILE);
    if (!stm_file_read_all(path, 4096, &found, &n, &ignored)) return false;
    const int length = covered_text(j, want, sizeof want);
    const bool same = n == (size_t)length && !memcmp(found, want, n);
    free(found);
    return same;
}

bool stm_journal_cover(const struct stm_journal *j, const char *directory, struct stm_error *err)
{
    char path[4096], text[128];
    const int n = covered_text(j, text, sizeof text);
    join(path, sizeof path, directory, COVERED_FILE);
    return stm_file_save(path, text, (size_t)n, err);
}

bool stm_journal_look(struct stm_journal_file *file, const char *path, struct stm_error *err)
{
    struct stat st;
    memset(file, 0, sizeof *file);
    if (stat(path, &st) != 0) {
        stm_fail(err, STM_IO, "cannot be read: %s", strerror(errno));
        return stm_fail_file(err, path);
    }
    if (!S_ISREG(st.st_mode)) {
        stm_fail(err, STM_USAGE, "is not a file; a capture is given by its files");
        return stm_fail_file(err, path);
    }
    struct stm_string s = {0};
    char *const folder = strdup(path), *const slash = folder ? strrchr(folder, '/') : NULL;
    if (slash) slash[slash == folder] = '\0';
    char *const absolute = folder ? realpath(slash ? folder : ".", NULL) : NULL;
    free(folder);
    if (absolute)
        stm_string_addf(&s, "%s/%s", strcmp(absolute, "/") ? absolute : "", stm_text_basename(path));
    free(absolute);
    if (!s.text || s.failed) {
        stm_string_free(&s);
        return no_memory(err);
    }
    file->path = s.text;
    file->size = st.st_size;
    file->mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return true;
}

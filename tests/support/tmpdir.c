/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/support/tmpdir.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *stm_tmpdir_create(void)
{
    const char *const base = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/stroma_XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path)) abort();
    return strdup(path);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void stm_tmpdir_remove(char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

char *stm_tmpdir_read(const char *directory, const char *name, unsigned long *n)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *const f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    const size_t size = (size_t)ftell(f);
    rewind(f);
    char *const text = malloc(size + 1);
    if (!text || fread(text, 1, size, f) != size) abort();
    text[size] = '\0';
    fclose(f);
    if (n) *n = size;
    return text;
}

void stm_tmpdir_write(const char *directory, const char *name, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    for (char *slash = path + strlen(directory) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *const f = fopen(path, "wb");
    if (!f || fputs(text, f) < 0 || fclose(f)) abort();
}

int stm_tmpdir_count(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    DIR *const dir = opendir(path);
    if (!dir) return -1;
    int n = 0;
    for (const struct dirent *e; (e = readdir(dir));)
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    closedir(dir);
    return n;
}

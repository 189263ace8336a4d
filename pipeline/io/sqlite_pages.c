/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layer between SQLite and the file: it writes a checksum into each page of a database and checks it when
 * the page is read. All else goes through to the system's layer. Journals and write-ahead logs have checksums
 * of their own. */
#include "pipeline/io/sqlite.h"

#include "pipeline/core/sha256.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

struct file {
    sqlite3_file base;
    bool strict;
    sqlite3_file *real; /* in the memory behind this struct */
};

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void sum_page(const unsigned char *bytes, uint32_t page, unsigned char sum[STM_SQLITE_SUM])
{
    const unsigned char number[4] = {(unsigned char)(page >> 24), (unsigned char)(page >> 16),
                                     (unsigned char)(page >> 8), (unsigned char)page};
    char hex[STM_SHA256_HEX];
    struct stm_sha256 sha;
    stm_sha256_begin(&sha);
    stm_sha256_add(&sha, bytes, STM_SQLITE_PAGE - STM_SQLITE_SUM);
    stm_sha256_add(&sha, number, sizeof number);
    stm_sha256_end(&sha, hex);
    for (int i = 0; i < STM_SQLITE_SUM; i++)
        sum[i] = (unsigned char)(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
}

/* A page of zeros was never written: it was allotted and given back within one transaction. */
bool stm_sqlite_page_fits(const unsigned char *bytes, uint32_t page)
{
    static const unsigned char zeros[STM_SQLITE_PAGE];
    unsigned char sum[STM_SQLITE_SUM];
    sum_page(bytes, page, sum);
    return !memcmp(sum, bytes + STM_SQLITE_PAGE - STM_SQLITE_SUM, sizeof sum) ||
           (page > 1 && !memcmp(bytes, zeros, sizeof zeros));
}

static bool is_page(int n, sqlite3_int64 at)
{
    return n == STM_SQLITE_PAGE && at % STM_SQLITE_PAGE == 0;
}

static sqlite3_file *real(sqlite3_file *f)
{
    return ((struct file *)f)->real;
}

static int file_read(sqlite3_file *f, void *bytes, int n, sqlite3_int64 at)
{
    const int rc = real(f)->pMethods->xRead(real(f), bytes, n, at);
    if (rc != SQLITE_OK || !is_page(n, at) || !((struct file *)f)->strict) return rc;
    return stm_sqlite_page_fits(bytes, (uint32_t)(at / STM_SQLITE_PAGE) + 1) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int file_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    unsigned char page[STM_SQLITE_PAGE];
    if (!is_page(n, at)) return real(f)->pMethods->xWrite(real(f), bytes, n, at);
    memcpy(page, bytes, sizeof page);
    sum_page(page, (uint32_t)(at / STM_SQLITE_PAGE) + 1, page + STM_SQLITE_PAGE - STM_SQLITE_SUM);
    return real(f)->pMethods->xWrite(real(f), page, n, at);
}

static int file_close(sqlite3_file *f)
{
    return real(f)->pMethods->xClose(real(f));
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return real(f)->pMethods->xTruncate(real(f), size);
}

static int file_sync(sqlite3_file *f, int flags)
{
    return real(f)->pMethods->xSync(real(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real(f)->pMethods->xFileSize(real(f), size);
}

static int file_lock(sqlite3_file *f, int kind)
{
    return real(f)->pMethods->xLock(real(f), kind);
}

static int file_unlock(sqlite3_file *f, int kind)
{
    return real(f)->pMethods->xUnlock(real(f), kind);
}

static int file_check_lock(sqlite3_file *f, int *locked)
{
    return real(f)->pMethods->xCheckReservedLock(real(f), locked);
}

static int file_control(sqlite3_file *f, int what, void *value)
{
    return real(f)->pMethods->xFileControl(real(f), what, value);
}

static int file_sector(sqlite3_file *f)
{
    return real(f)->pMethods->xSectorSize(real(f));
}

static int file_traits(sqlite3_file *f)
{
    return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **memory)
{
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, memory);
}

static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f)
{
    real(f)->pMethods->xShmBarrier(real(f));
}

static int file_shm_unmap(sqlite3_file *f, int remove)
{
    return real(f)->pMethods->xShmUnmap(real(f), remove);
}

/* Version 2: no memory mapping, which would go around the checksums. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static sqlite3_vfs strict_layer, lenient_layer;

/* Only databases get the layer; other files are the system's own. */
static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    sqlite3_vfs *const below = vfs->pAppData;
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return below->xOpen(below, name, f, flags, out);
    struct file *const file = (struct file *)f;
    memset(file, 0, sizeof *file);
    file->real = (sqlite3_file *)(void *)(file + 1);
    const int rc = below->xOpen(below, name, file->real, flags, out);
    if (rc != SQLITE_OK) return rc;
    file->strict = vfs == &strict_layer;
    file->base.pMethods = &methods;
    return SQLITE_OK;
}

/* Other functions of the system's layer want to see their own layer. */
static int layer_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    sqlite3_vfs *const below = vfs->pAppData;
    return below->xDelete(below, name, sync);
}

static int layer_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    sqlite3_vfs *const below = vfs->pAppData;
    return below->xAccess(below, name, flags, result);
}

static int layer_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    sqlite3_vfs *const below = vfs->pAppData;
    return below->xFullPathname(below, name, n, out);
}

static int layer_last_error(sqlite3_vfs *vfs, int n, char *text)
{
    sqlite3_vfs *const below = vfs->pAppData;
    return below->xGetLastError(below, n, text);
}

static void make_layer(sqlite3_vfs *layer, sqlite3_vfs *below, const char *name)
{
    *layer = *below;
    layer->pNext = NULL;
    layer->zName = name;
    layer->pAppData = below;
    layer->szOsFile = (int)sizeof(struct file) + below->szOsFile;
    layer->xOpen = layer_open;
    layer->xDelete = layer_delete;
    layer->xAccess = layer_access;
    layer->xFullPathname = layer_path;
    layer->xGetLastError = layer_last_error;
    sqlite3_vfs_register(layer, 0);
}

static bool made;

static void make_layers(void)
{
    sqlite3_vfs *const below = sqlite3_initialize() == SQLITE_OK ? sqlite3_vfs_find(NULL) : NULL;
    if (!below) return;
    make_layer(&strict_layer, below, "stroma-pages");
    make_layer(&lenient_layer, below, "stroma-pages-lenient");
    made = true;
}

bool stm_sqlite_layers(const char **strict, const char **lenient)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_layers);
    *strict = strict_layer.zName;
    *lenient = lenient_layer.zName;
    return made;
}

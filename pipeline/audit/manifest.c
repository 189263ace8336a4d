/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing manifests, and looking into them; manifest_check.c holds files against them. */
#include "pipeline/audit/manifest.h"

#include "pipeline/audit/seal.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/file.h"
#include "pipeline/sinks/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 1 << 28 }; /* of a manifest: that of 10 million objects has 170 MB */

void stm_program_hash(char hex[STM_SHA256_HEX])
{
    struct stm_error ignored;
    if (!stm_sha256_file("/proc/self/exe", hex, &ignored)) hex[0] = '\0';
}

/* The text goes to the file line by line; its lines are sealed, all of it is hashed. */
struct writer {
    struct stm_file *file;
    struct stm_string text;
    struct stm_json json;
    struct stm_sealer lines;
    struct stm_lines blocks; /* of the manifest's own lines */
    struct stm_sha256 sum;
};

static void keep_block(void *context, const char *block)
{
    stm_lines_add(context, block);
}

static void put_block(void *context, const char *block)
{
    stm_json_text(context, NULL, block);
}

static bool write_out(struct writer *w, size_t n, struct stm_error *err)
{
    if (w->text.failed) return stm_fail(err, STM_NO_MEMORY, "no memory to write manifest.json");
    stm_sha256_add(&w->sum, w->text.text, n);
    if (!stm_file_write(w->file, w->text.text, n, err)) return false;
    memmove(w->text.text, w->text.text + n, w->text.length - n);
    w->text.length -= n;
    return true;
}

/* Writes the lines that are complete. */
static bool flush(struct writer *w, struct stm_error *err)
{
    size_t begin = 0;
    if (w->text.failed) return stm_fail(err, STM_NO_MEMORY, "no memory to write manifest.json");
    for (size_t i = 0; i < w->text.length; i++)
        if (w->text.text[i] == '\n') {
            stm_sealer_row(&w->lines, &(struct stm_cell){w->text.text + begin, i + 1 - begin}, 1);
            begin = i + 1;
        }
    return write_out(w, begin, err);
}

static void put_head(struct stm_json *json, const struct stm_manifest_head *head)
{
    char hex[STM_SHA256_HEX];
    stm_program_hash(hex);
    stm_json_text(json, "format", STM_MANIFEST_FORMAT);
    stm_json_open(json, "program", '{');
    stm_json_text(json, "name", "stroma");
    stm_json_text(json, "version", STM_VERSION);
    stm_json_text(json, "sha256", hex);
    stm_json_close(json, '}');
    stm_json_open(json, "assay", '{');
    stm_json_text(json, "name", head->assay);
    stm_json_text(json, "version", head->assay_version);
    stm_json_close(json, '}');
    stm_json_open(json, "protocol", '{');
    stm_json_text(json, "name", head->protocol_name);
    stm_json_text(json, "sha256", head->protocol_hash);
    stm_json_bool(json, "locked", head->protocol_locked);
    stm_json_close(json, '}');
    stm_json_text(json, "inputs_sha256", head->inputs_hash);
}

static bool put_inputs(struct writer *w, const struct stm_manifest_head *head, struct stm_error *err)
{
    stm_json_open(&w->json, "inputs", '[');
    for (int i = 0; i < head->n_inputs; i++) {
        stm_json_open(&w->json, NULL, '{');
        stm_json_text(&w->json, "path", head->inputs[i].path);
        stm_json_text(&w->json, "sha256", head->inputs[i].sha256);
        stm_json_integer(&w->json, "bytes", (int64_t)head->inputs[i].bytes);
        stm_json_close(&w->json, '}');
        if (!flush(w, err)) return false;
    }
    stm_json_close(&w->json, ']');
    return true;
}

static bool put_output(struct writer *w, const char *directory, const char *name, struct stm_error *err)
{
    char path[STM_PATH], hex[STM_SHA256_HEX];
    struct stat st = {0};
    const enum stm_seal_kind kind = stm_seal_kind_of(name);
    if (!stm_tree_path(path, directory, name, err) || !stm_sha256_file(path, hex, err)) return false;
    stat(path, &st);
    stm_json_open(&w->json, NULL, '{');
    stm_json_text(&w->json, "path", name);
    stm_json_text(&w->json, "sha256", hex);
    stm_json_integer(&w->json, "bytes", (int64_t)st.st_size);
    stm_json_text(&w->json, "kind", stm_seal_kind_name(kind));
    stm_json_open(&w->json, "blocks", '[');
    if (!stm_seal_file(path, kind, 0, put_block, &w->json, err)) return false;
    stm_json_close(&w->json, ']');
    stm_json_close(&w->json, '}');
    return flush(w, err);
}

void stm_manifest_lines_hash(const struct stm_lines *blocks, size_t n, char hex[STM_SHA256_HEX])
{
    struct stm_sha256 sum;
    stm_sha256_begin(&sum);
    for (size_t i = 0; i < n; i++)
        stm_sha256_add(&sum, blocks->line[i], strlen(blocks->line[i]));
    stm_sha256_end(&sum, hex);
}

/* The seal of all lines so far, which the last lines of the file hold. */
static bool put_lines(struct writer *w, struct stm_error *err)
{
    char hex[STM_SHA256_HEX];
    if (!stm_sealer_end(&w->lines, err)) return false;
    if (w->blocks.failed) return stm_fail(err, STM_NO_MEMORY, "no memory to write manifest.json");
    stm_json_open(&w->json, "lines", '[');
    for (size_t i = 0; i < w->blocks.n; i++)
        stm_json_text(&w->json, NULL, w->blocks.line[i]);
    stm_json_close(&w->json, ']');
    stm_manifest_lines_hash(&w->blocks, w->blocks.n, hex);
    stm_json_text(&w->json, "lines_sha256", hex);
    stm_json_close(&w->json, '}');
    stm_string_add(&w->text, "\n");
    return write_out(w, w->text.length, err);
}

static bool write_all(struct writer *w, const char *directory, const struct stm_manifest_head *head,
                      const struct stm_lines *outputs, struct stm_error *err)
{
    stm_json_open(&w->json, NULL, '{');
    put_head(&w->json, head);
    bool good = put_inputs(w, head, err);
    stm_json_open(&w->json, "outputs", '[');
    for (size_t i = 0; good && i < outputs->n; i++)
        good = put_output(w, directory, outputs->line[i], err);
    stm_json_close(&w->json, ']');
    return good && flush(w, err) && put_lines(w, err);
}

bool stm_manifest_write(const char *directory, const struct stm_manifest_head *head,
                        const struct stm_lines *outputs, char sha256[STM_SHA256_HEX], struct stm_error *err)
{
    char path[STM_PATH];
    struct writer w = {0};
    w.json = (struct stm_json){.out = &w.text, .pretty = true};
    stm_sha256_begin(&w.sum);
    bool good = stm_tree_path(path, directory, "manifest.json", err) && stm_file_create(&w.file, path, err);
    if (!good) return false;
    good = stm_sealer_begin(&w.lines, 0, keep_block, &w.blocks, err) &&
           write_all(&w, directory, head, outputs, err) && stm_file_commit(&w.file, err);
    stm_sha256_end(&w.sum, sha256);
    if (!good) stm_file_discard(&w.file);
    stm_string_free(&w.text);
    stm_string_free(&w.lines.block);
    stm_lines_free(&w.blocks);
    return good || stm_fail_in(err, "manifest");
}

bool stm_manifest_read(struct stm_json_value **manifest, const char *directory, struct stm_error *err)
{
    char path[STM_PATH];
    const char *format = "";
    *manifest = NULL;
    if (!stm_tree_path(path, directory, "manifest.json", err) ||
        !stm_json_read(manifest, path, MOST_BYTES, err))
        return false;
    stm_json_get_text(stm_json_get(*manifest, "format"), &format);
    if (!strcmp(format, STM_MANIFEST_FORMAT)) return true;
    stm_json_free(manifest);
    stm_fail(err, STM_UNSUPPORTED, "is not a '" STM_MANIFEST_FORMAT "'");
    return stm_fail_file(err, path);
}

bool stm_manifest_file(const struct stm_json_value *entry, struct stm_manifest_file *file)
{
    *file = (struct stm_manifest_file){.blocks = stm_json_get(entry, "blocks")};
    return stm_json_get_text(stm_json_get(entry, "path"), &file->path) &&
           stm_json_get_text(stm_json_get(entry, "sha256"), &file->sha256) &&
           stm_json_get_text(stm_json_get(entry, "kind"), &file->kind) &&
           stm_json_get_integer(stm_json_get(entry, "bytes"), &file->bytes) &&
           stm_json_is_array(file->blocks);
}

bool stm_manifest_find(const struct stm_json_value *manifest, const char *path,
                       struct stm_manifest_file *file)
{
    const struct stm_json_value *const outputs = stm_json_get(manifest, "outputs");
    for (size_t i = 0; stm_json_is_array(outputs) && i < stm_json_size(outputs); i++)
        if (stm_manifest_file(stm_json_at(outputs, i, NULL), file) && !strcmp(file->path, path)) return true;
    return false;
}

bool stm_manifest_holds(const struct stm_json_value *manifest, const char *directory, const char *name,
                        struct stm_error *err)
{
    char path[STM_PATH], hex[STM_SHA256_HEX];
    struct stm_manifest_file file;
    if (!stm_tree_path(path, directory, name, err) || !stm_sha256_file(path, hex, err)) return false;
    if (stm_manifest_find(manifest, name, &file) && !strcmp(file.sha256, hex)) return true;
    stm_fail(err, STM_BAD_INPUT, "is not what the manifest says; `stroma audit %s` tells the difference",
             directory);
    return stm_fail_file(err, path);
}

/* manifest.json: what a report consists of, with SHA-256 and seals (docs/audit.md). */
#ifndef STM_AUDIT_MANIFEST_H
#define STM_AUDIT_MANIFEST_H

#include "pipeline/audit/findings.h"
#include "pipeline/core/error.h"
#include "pipeline/core/json_read.h"
#include "pipeline/core/lines.h"
#include "pipeline/core/sha256.h"

#define STM_MANIFEST_FORMAT "stroma manifest 1"

/* What a manifest says besides its files; texts may be NULL. */
struct stm_manifest_head {
    const char *assay, *assay_version;
    const char *protocol_name, *protocol_hash;
    bool protocol_locked;
    const char *inputs_hash;
    const struct stm_manifest_input {
        const char *path, *sha256;
        uint64_t bytes;
    } * inputs;
    int n_inputs;
};

/* SHA-256 of this program's file, "" when the system does not tell. */
void stm_program_hash(char hex[STM_SHA256_HEX]);

/* Seals directory/outputs[0..n) and writes directory/manifest.json, whose SHA-256 it returns. */
bool stm_manifest_write(const char *directory, const struct stm_manifest_head *head,
                        const struct stm_lines *outputs, char sha256[STM_SHA256_HEX], struct stm_error *err);

/* Reads directory/manifest.json. Free with stm_json_free. */
bool stm_manifest_read(struct stm_json_value **manifest, const char *directory, struct stm_error *err);

/* One of its outputs. */
struct stm_manifest_file {
    const char *path, *sha256, *kind;
    int64_t bytes;
    const struct stm_json_value *blocks;
};
bool stm_manifest_file(const struct stm_json_value *entry, struct stm_manifest_file *file);
/* The entry of that path, false when there is none. */
bool stm_manifest_find(const struct stm_json_value *manifest, const char *path,
                       struct stm_manifest_file *file);

/* Whether directory/path is what the manifest says. */
bool stm_manifest_holds(const struct stm_json_value *manifest, const char *directory, const char *path,
                        struct stm_error *err);

/* Compares every file with the manifest and says what differs; `prefix` is put before the files' names.
 * `known` gets the path of each file the manifest speaks of. */
void stm_manifest_check(const struct stm_json_value *manifest, const char *directory, const char *prefix,
                        struct stm_lines *known, struct stm_findings *findings);

/* SHA-256 over the first `n` of its blocks, one after the other. */
void stm_manifest_lines_hash(const struct stm_lines *blocks, size_t n, char hex[STM_SHA256_HEX]);

/* Says which lines of directory/manifest.json are not as they were written, by its own seal. */
void stm_manifest_check_lines(const char *directory, const char *prefix, struct stm_findings *findings);

#endif

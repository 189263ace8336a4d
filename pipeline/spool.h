/* The spool: what is known of each site between its pixels and its report, on disk, so that memory does not
 * grow with the plate and an interrupted run can go on. One file of checksummed records, added at its end. */
#ifndef STM_SPOOL_H
#define STM_SPOOL_H

#include "pipeline/core/error.h"
#include "pipeline/record.h"
#include "pipeline/sink.h"

/* Bytes that are reused from record to record. */
struct stm_buffer {
    unsigned char *bytes;
    size_t size, capacity;
};
void stm_buffer_free(struct stm_buffer *buffer);

/* A site's record as views into a buffer (decode) or of a site (encode). Object and site values may be
 * changed in place after a decode and written back with stm_spool_update. */
struct stm_spooled {
    struct stm_site_row row;
    struct stm_object *objects;
    double *object_values, *site_values;
    int n_object_columns, n_site_columns;
    struct stm_site_pixels pixels;
};

struct stm_spool; /* Thread-safety: append, read and update from any thread; the rest from one. */

/* Names what a record depends on (program, protocol, plate-level state, files): where the name is the same,
 * the record is. Hexadecimal text. */
enum { STM_SPOOL_ID = 65 };

/* Opens `path` for `n` sites; records with the sites' ids that are whole are kept, those half written by a
 * process that died are cut off or passed over. Waits while another process has the file open; the room of
 * records nobody asks for is taken back once it is more than half of the file. */
bool stm_spool_open(struct stm_spool **spool, const char *path, const char (*ids)[STM_SPOOL_ID], int n,
                    struct stm_error *err);
void stm_spool_close(struct stm_spool **spool, bool remove_file);

/* Adds one record for a later stm_spool_open, from a process of its own. The file is a store of work already
 * done: when another process has it open nothing is written, and nothing is lost but time. */
bool stm_spool_contribute(const char *path, const char id[STM_SPOOL_ID], const struct stm_spooled *site,
                          struct stm_buffer *buffer, struct stm_error *err);

/* Whether site `item` has an intact record. */
bool stm_spool_has(const struct stm_spool *spool, int item);

/* Writes the record of site `item`, through `buffer`. */
bool stm_spool_append(struct stm_spool *spool, int item, const struct stm_spooled *site,
                      struct stm_buffer *buffer, struct stm_error *err);

/* Reads it back; views live in `buffer`. Without `pixels` the previews and segments are not read. */
bool stm_spool_read(struct stm_spool *spool, int item, bool pixels, struct stm_spooled *site,
                    struct stm_buffer *buffer, struct stm_error *err);

/* Writes changed rows of a record that was read into `buffer` back to its place. */
bool stm_spool_update(struct stm_spool *spool, int item, const struct stm_spooled *site,
                      struct stm_buffer *buffer, struct stm_error *err);

/* Maps the whole spool for stm_spool_view; no more appends after this. */
bool stm_spool_map(struct stm_spool *spool, struct stm_error *err);

/* The record of `item` in the map, with what updates wrote; read only, valid until stm_spool_forget. */
bool stm_spool_view(const struct stm_spool *spool, int item, struct stm_spooled *site, struct stm_error *err);

/* Ends the map and with it all views. */
void stm_spool_forget(struct stm_spool *spool);

#endif

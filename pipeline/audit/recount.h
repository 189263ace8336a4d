/* Counting anew with other classes: the tables of a report, derived from objects.csv and overrides. */
#ifndef STM_AUDIT_RECOUNT_H
#define STM_AUDIT_RECOUNT_H

#include "pipeline/core/json_read.h"
#include "pipeline/core/lines.h"
#include "pipeline/record.h"

/* One object with the class that a reviewer gave it. */
struct stm_recount_object {
    long image, object; /* ImageNumber, ObjectNumber */
    enum stm_class class;
};

/* Writes wells.csv, images.csv (whole) and objects.csv (the rows of these objects) into `folder`, from the
 * tables in `directory`, which stay as they are. Only what depends on the classes differs; without objects
 * the tables are the same, byte for byte. Refused where the numbers in `directory` cannot be had again from
 * its objects. `changes` gets a line for each number of a well that changed: "B03 Viability: 45.00 -> 46.10".
 */
bool stm_recount(const char *directory, const char *folder, const struct stm_json_value *run_json,
                 const struct stm_recount_object *objects, size_t n, struct stm_lines *changes,
                 struct stm_error *err);

#endif

/* Objects of a results directory that a selection names, read from objects.csv piece by piece. */
#ifndef STM_VIEW_OBJECTS_H
#define STM_VIEW_OBJECTS_H

#include "pipeline/view/select.h"

#include "pipeline/record.h"

struct stm_view_object {
    int image, number;
    enum stm_class class;
    double x, y, area; /* pixels; area NaN when objects.csv has none */
    char plate[STM_NAME], well[8], site[STM_NAME];
};

/* In the order of the table. Free with stm_view_objects_free. */
struct stm_view_objects {
    struct stm_view_object *object;
    int n;
    long found; /* that match; when more than `limit`, those kept are spread evenly over them */
};

/* Memory depends on `limit` only, not on the table. */
bool stm_view_objects_read(struct stm_view_objects *objects, const char *directory, struct stm_select *select,
                           int limit, struct stm_error *err);
void stm_view_objects_free(struct stm_view_objects *objects);

#endif

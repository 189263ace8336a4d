/* One field of view as a JSON object: what `stroma capture` says about it. Names are those of the tables. */
#ifndef STM_SINKS_ANSWER_H
#define STM_SINKS_ANSWER_H

#include "pipeline/record.h"
#include "pipeline/sinks/json.h"

/* Adds the object; with `object_columns` its objects too. Numbers have the digits the tables give them. */
void stm_answer_site(struct stm_json *json, const struct stm_site_row *site,
                     const struct stm_columns *site_columns, const struct stm_columns *object_columns);

#endif

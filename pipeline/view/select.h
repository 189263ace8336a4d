/* Selections of rows of a table: "class=ambiguous well=B03 AreaShape_Area>200". Terms are separated by spaces
 * and all of them must hold; a term is NAME OP VALUE with = != < <= > >=, several values with commas between
 * mean any of them, quotes ('…' or "…") hold a value with spaces together. */
#ifndef STM_VIEW_SELECT_H
#define STM_VIEW_SELECT_H

#include "pipeline/core/csv.h"

enum { STM_SELECT_TERMS = 16, STM_SELECT_TEXT = 256 };

enum stm_select_op {
    STM_SELECT_IS,
    STM_SELECT_IS_NOT,
    STM_SELECT_LESS,
    STM_SELECT_AT_MOST,
    STM_SELECT_MORE,
    STM_SELECT_AT_LEAST
};

struct stm_select_term {
    char name[64]; /* column, or its short name: plate well site image object class counted file */
    enum stm_select_op op;
    char value[STM_SELECT_TEXT];
    int column; /* set by stm_select_bind */
};

struct stm_select {
    struct stm_select_term term[STM_SELECT_TERMS];
    int n;
};

/* An empty text selects everything. Errors show the term. */
bool stm_select_parse(struct stm_select *select, const char *text, struct stm_error *err);

/* Finds the columns in the first row of a table; errors name the nearest. */
bool stm_select_bind(struct stm_select *select, const struct stm_csv *header, struct stm_error *err);

/* Numbers are compared as numbers where both are, wells as wells (B3 is B03), other texts without case;
 * "none" is the empty class. A cell that is empty is neither less nor more than anything. */
bool stm_select_match(const struct stm_select *select, const struct stm_csv *table, size_t row);

#endif

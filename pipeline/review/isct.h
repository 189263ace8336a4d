/* The minimal criteria for mesenchymal stromal cells (Dominici et al., Cytotherapy 8, 315, 2006) as a
 * checklist: which of them images support, and which have to be entered from other reports. */
#ifndef STM_ISCT_H
#define STM_ISCT_H

enum stm_isct_kind { STM_ISCT_IMAGED, STM_ISCT_POSITIVE, STM_ISCT_NEGATIVE, STM_ISCT_DIFFERENTIATION };

struct stm_isct_item {
    const char *name; /* of its column in a claims file */
    const char *what;
    enum stm_isct_kind kind;
    double limit; /* percent positive: at least (POSITIVE), at most (NEGATIVE) */
};

enum { STM_ISCT_ITEMS = 14 };
extern const struct stm_isct_item stm_isct_items[STM_ISCT_ITEMS];

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A laboratory's own profiles. */
#include "pipeline/core/text.h"
#include "pipeline/review/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum column { NAME, QUANTITY, MIN, MAX, SOURCE, COLUMNS };
static const char *const headings[COLUMNS] = {"Profile", "Quantity", "Min", "Max", "Source"};

static const char *cell_of(const struct stm_csv *csv, size_t row, int at)
{
    return at < 0 ? "" : stm_csv_cell(csv, row, (size_t)at);
}

static bool check_name(const char *name, struct stm_error *err)
{
    if (!name[0] || strlen(name) > 60 || strpbrk(name, " +;|"))
        return stm_fail(err, STM_BAD_INPUT, "'%.60s' is no name: 1 to 60 bytes without blanks, + ; |", name);
    for (const struct stm_profile *p = stm_profile_table; p->name; p++)
        if (!stm_text_casecmp(p->name, name))
            return stm_fail(err, STM_BAD_INPUT, "'%s' is a profile of the program: take another name", name);
    return true;
}

/* A volume is not measured, so a profile cannot ask for one. */
static bool take_quantity(struct stm_profile *p, const char *text, struct stm_error *err)
{
    const char *names[STM_QUANTITIES];
    size_t n = 0;
    for (int q = 0; q < STM_QUANTITIES; q++) {
        if (stm_quantity_kinds[q].basis == STM_BASIS_ENTERED) continue;
        p->quantity = (enum stm_quantity)q;
        names[n++] = stm_quantity_kinds[q].name;
        if (!stm_text_casecmp(names[n - 1], text)) return true;
    }
    const char *const near = stm_text_nearest(text, names, n);
    return stm_fail(err, STM_BAD_INPUT, "there is no quantity '%.40s'%s%s%s", text,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool take_limit(double *value, const struct stm_profile *p, const char *text, struct stm_error *err)
{
    const double most = stm_quantity_kinds[p->quantity].basis == STM_BASIS_CELLS ? 100 : 1e15;
    *value = NAN;
    if (!text[0]) return true;
    if (stm_text_to_double(text, value) && *value >= 0 && *value <= most) return true;
    return stm_fail(err, STM_BAD_INPUT, "'%.40s' is no limit from 0 to %g", text, most);
}

static bool take_row(struct stm_profile *p, const struct stm_csv *csv, size_t row, const int at[COLUMNS],
                     struct stm_error *err)
{
    p->name = cell_of(csv, row, at[NAME]);
    p->source = cell_of(csv, row, at[SOURCE]);
    if (!check_name(p->name, err) || !take_quantity(p, cell_of(csv, row, at[QUANTITY]), err) ||
        !take_limit(&p->low, p, cell_of(csv, row, at[MIN]), err) ||
        !take_limit(&p->high, p, cell_of(csv, row, at[MAX]), err))
        return false;
    if (isnan(p->low) && isnan(p->high)) return stm_fail(err, STM_BAD_INPUT, "neither Min nor Max is given");
    return !(p->low > p->high) ||
           stm_fail(err, STM_BAD_INPUT, "the least, %g, is more than the most, %g", p->low, p->high);
}

static bool read_rows(struct stm_profiles *profiles, struct stm_error *err)
{
    const struct stm_csv *const csv = &profiles->table;
    int at[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        at[i] = csv->rows ? stm_csv_find(csv, 0, headings[i]) : -1;
    if (at[NAME] < 0 || at[QUANTITY] < 0 || (at[MIN] < 0 && at[MAX] < 0))
        return stm_fail(err, STM_BAD_INPUT,
                        "the first line has to name the columns Profile, Quantity, and Min or Max");
    if (csv->rows > STM_PROFILES)
        return stm_fail(err, STM_BAD_INPUT, "the file has %zu lines; %d are read at most", csv->rows,
                        STM_PROFILES);
    profiles->item = calloc(csv->rows + 1, sizeof *profiles->item);
    if (!profiles->item) return stm_fail(err, STM_NO_MEMORY, "no memory for the profiles");
    for (size_t row = 1; row < csv->rows; row++) {
        struct stm_profile p = {0};
        if (!stm_csv_columns(csv, row)) continue;
        if (!take_row(&p, csv, row, at, err)) return stm_fail_in(err, "line %u", (unsigned)csv->line[row]);
        profiles->item[profiles->n++] = p;
    }
    return profiles->n > 0 || stm_fail(err, STM_BAD_INPUT, "the file has headings but no profiles");
}

bool stm_profiles_read(struct stm_profiles *profiles, const char *path, struct stm_error *err)
{
    if (!stm_csv_read(&profiles->table, path, STM_PROFILES_BYTES, 0, err) ||
        !stm_sha256_file(path, profiles->sha256, err))
        return false;
    return read_rows(profiles, err) || stm_fail_file(err, path);
}

void stm_profiles_free(struct stm_profiles *profiles)
{
    stm_csv_free(&profiles->table);
    free(profiles->item);
    *profiles = (struct stm_profiles){0};
}

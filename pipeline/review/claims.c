/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/claims.h"

#include "pipeline/core/text.h"
#include "pipeline/io/wellname.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns beside those of quantities and checklist. */
enum own { BATCH, VIAL, PLATE, WELL, PROFILE, TOLERANCE, VOLUME, VOLUME_MEASURED, DEPTH, DILUTION, OWNS };
static const char *const own_names[OWNS] = {"Batch",    "Vial",      "Plate",     "Well",
                                            "Profile",  "Tolerance", "Volume_mL", "Volume_Measured_mL",
                                            "Depth_um", "Dilution"};

/* Of each quantity: what is claimed, and how limits are given. */
enum part { CLAIMED, MINIMUM, MAXIMUM, OWN_TOLERANCE, PARTS };
static const char *const part_names[PARTS] = {"", "_Min", "_Max", "_Tolerance"};

struct reader {
    struct stm_claims *claims;
    int own[OWNS], quantity[STM_QUANTITIES][PARTS], isct[STM_ISCT_ITEMS];
    size_t row;
    struct stm_error *err;
};

/* Letters, digits and nothing else, small: "Viable cells" is Viable_Cells. */
static void fold(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9'))
            out[n++] = *text;
        else if (*text >= 'A' && *text <= 'Z')
            out[n++] = (char)(*text | 32);
        else if (*text == '%')
            continue;
    out[n] = '\0';
}

static bool same(const char *a, const char *b)
{
    char x[128], y[128];
    fold(x, sizeof x, a);
    fold(y, sizeof y, b);
    return x[0] && !strcmp(x, y);
}

static char *cell_of(const struct stm_csv *table, size_t row, int column)
{
    static char nothing[1];
    if (column < 0 || (size_t)column >= stm_csv_columns(table, row)) return nothing;
    char *text = table->data + table->cell[table->first[row] + (size_t)column];
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n && strchr(" \t", text[n - 1]); n--)
        text[n - 1] = '\0';
    return text;
}

/* Where a heading's column index is kept, NULL when it means nothing here. */
static int *slot_of(struct reader *r, const char *heading)
{
    char name[128];
    for (int i = 0; i < OWNS; i++)
        if (same(heading, own_names[i])) return &r->own[i];
    for (int q = 0; q < STM_QUANTITIES; q++)
        for (int p = 0; p < PARTS; p++) {
            snprintf(name, sizeof name, "%s%s", stm_quantity_kinds[q].name, part_names[p]);
            if (same(heading, name)) return &r->quantity[q][p];
        }
    for (int i = 0; i < STM_ISCT_ITEMS; i++)
        if (same(heading, stm_isct_items[i].name)) return &r->isct[i];
    return NULL;
}

static const char *nearest(const char *heading)
{
    const char *names[OWNS + STM_QUANTITIES + STM_ISCT_ITEMS];
    size_t n = 0;
    for (int i = 0; i < OWNS; i++)
        names[n++] = own_names[i];
    for (int q = 0; q < STM_QUANTITIES; q++)
        names[n++] = stm_quantity_kinds[q].name;
    for (int i = 0; i < STM_ISCT_ITEMS; i++)
        names[n++] = stm_isct_items[i].name;
    return stm_text_nearest(heading, names, n);
}

static bool find_columns(struct reader *r)
{
    const struct stm_csv *const table = &r->claims->table;
    for (size_t i = 0; i < sizeof r->own / sizeof *r->own; i++)
        r->own[i] = -1;
    for (int q = 0; q < STM_QUANTITIES; q++)
        for (int p = 0; p < PARTS; p++)
            r->quantity[q][p] = -1;
    for (int i = 0; i < STM_ISCT_ITEMS; i++)
        r->isct[i] = -1;
    for (size_t c = 0; c < stm_csv_columns(table, 0); c++) {
        const char *const heading = cell_of(table, 0, (int)c);
        int *const slot = heading[0] ? slot_of(r, heading) : NULL;
        const char *const near = slot ? NULL : nearest(heading);
        if (slot && *slot >= 0)
            return stm_fail(r->err, STM_BAD_INPUT, "two columns are called '%.60s'", heading);
        if (slot)
            *slot = (int)c;
        else if (near)
            return stm_fail(r->err, STM_BAD_INPUT, "there is no column '%.60s'; did you mean %s?", heading,
                            near);
        else if (heading[0])
            stm_string_addf(&r->claims->remarks, "claims: column '%s' is not used\n", heading);
    }
    return true;
}

static bool fail_at(const struct reader *r, const char *column)
{
    return stm_fail_in(r->err, "line %u, column %s", (unsigned)r->claims->table.line[r->row], column);
}

/* NaN for an empty cell. */
static bool number_of(const struct reader *r, int column, const char *name, double lo, double hi,
                      double *value)
{
    const char *const text = cell_of(&r->claims->table, r->row, column);
    *value = NAN;
    if (!text[0]) return true;
    if (!stm_text_to_double(text, value)) {
        stm_fail(r->err, STM_BAD_INPUT,
                 "'%.40s' is not a number (decimal point, no unit, no thousands separators)", text);
        return fail_at(r, name);
    }
    if (*value >= lo && *value <= hi) return true;
    stm_fail(r->err, STM_BAD_INPUT, "%.40s is out of range: %g to %g", text, lo, hi);
    return fail_at(r, name);
}

static bool take_place(struct reader *r, struct stm_claims_row *row)
{
    const struct stm_csv *const table = &r->claims->table;
    int y, x;
    row->batch = cell_of(table, r->row, r->own[BATCH]);
    row->vial = cell_of(table, r->row, r->own[VIAL]);
    row->plate = cell_of(table, r->row, r->own[PLATE]);
    row->well = cell_of(table, r->row, r->own[WELL]);
    if (!row->well[0] || !strcmp(row->well, "-")) return true;
    if (stm_wellname_parse(row->well, strlen(row->well), &y, &x)) return true;
    stm_fail(r->err, STM_BAD_INPUT, "'%.40s' is no well: A1, A01 … AF48", row->well);
    return fail_at(r, "Well");
}

static struct stm_claim *add_claim(struct stm_claims_row *row, enum stm_quantity q)
{
    struct stm_claim *const c = &row->claim[row->n++];
    *c = (struct stm_claim){.quantity = q, .claimed = NAN, .low = NAN, .high = NAN};
    return c;
}

/* Limits that are given go before a tolerance, that before "at least". A tolerance of a share is in points
 * and downwards (upwards for debris), of counts in percent and both ways. */
static void set_limits(struct stm_claim *c, const double part[PARTS], double tolerance)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[c->quantity];
    const bool share = kind->basis == STM_BASIS_CELLS;
    const double t = !isnan(part[OWN_TOLERANCE]) ? part[OWN_TOLERANCE] : share ? NAN : tolerance;
    if (!isnan(part[MINIMUM]) || !isnan(part[MAXIMUM])) {
        c->low = part[MINIMUM];
        c->high = part[MAXIMUM];
        stm_text_copy(c->basis, sizeof c->basis, "limits of the claim");
    } else if (share) {
        const double points = isnan(t) ? 0 : t;
        c->low = kind->lower_is_better ? NAN : fmax(c->claimed - points, 0);
        c->high = kind->lower_is_better ? fmin(c->claimed + points, 100) : NAN;
        snprintf(c->basis, sizeof c->basis,
                 points > 0 ? "%s what is claimed, %g points tolerance" : "%s what is claimed",
                 kind->lower_is_better ? "at most" : "at least", points);
    } else if (!isnan(t)) {
        c->low = c->claimed * (1 - t / 100);
        c->high = c->claimed * (1 + t / 100);
        snprintf(c->basis, sizeof c->basis, "what is claimed, %g %% tolerance both ways", t);
    } else {
        c->low = c->claimed;
        stm_text_copy(c->basis, sizeof c->basis, "at least what is claimed");
    }
}

static bool take_quantity(struct reader *r, struct stm_claims_row *row, enum stm_quantity q, double tolerance)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[q];
    const double most = kind->basis == STM_BASIS_CELLS ? 100 : 1e15;
    double part[PARTS];
    char name[128];
    for (int p = 0; p < PARTS; p++) {
        snprintf(name, sizeof name, "%s%s", kind->name, part_names[p]);
        if (!number_of(r, r->quantity[q][p], name, 0, p == OWN_TOLERANCE ? 100 : most, &part[p]))
            return false;
    }
    if (isnan(part[CLAIMED]) && isnan(part[MINIMUM]) && isnan(part[MAXIMUM])) return true;
    if (part[MINIMUM] > part[MAXIMUM]) {
        stm_fail(r->err, STM_BAD_INPUT, "the least, %g, is more than the most, %g", part[MINIMUM],
                 part[MAXIMUM]);
        return fail_at(r, kind->name);
    }
    struct stm_claim *const c = add_claim(row, q);
    c->claimed = part[CLAIMED];
    set_limits(c, part, tolerance);
    return true;
}

static bool add_limits(struct reader *r, struct stm_claims_row *row, const struct stm_profile *p)
{
    if (row->n == STM_ROW_CLAIMS) {
        stm_fail(r->err, STM_BAD_INPUT, "a row claims %d things at most", STM_ROW_CLAIMS);
        return fail_at(r, "Profile");
    }
    struct stm_claim *const c = add_claim(row, p->quantity);
    c->low = p->low;
    c->high = p->high;
    snprintf(c->basis, sizeof c->basis, "profile %s", p->name);
    return true;
}

/* Every row of that name, among the program's profiles and the user's. */
static bool add_profile(struct reader *r, struct stm_claims_row *row, const char *name)
{
    static const struct stm_profile none;
    const struct stm_profile *const lists[] = {
        stm_profile_table, r->claims->profiles && r->claims->profiles->n ? r->claims->profiles->item : &none};
    const char *names[STM_PROFILES + 32];
    size_t n = 0;
    bool found = false;
    for (int i = 0; i < 2; i++)
        for (const struct stm_profile *p = lists[i]; p->name; p++) {
            names[n++] = p->name;
            if (stm_text_casecmp(p->name, name)) continue;
            found = true;
            if (!add_limits(r, row, p)) return false;
        }
    if (found) return true;
    const char *const near = stm_text_nearest(name, names, n);
    stm_fail(r->err, STM_BAD_INPUT, "there is no profile '%.40s'%s%s%s", name, near ? "; did you mean " : "",
             near ? near : "", near ? "?" : "");
    return fail_at(r, "Profile");
}

/* "viability80 debris50": several with blanks between them. */
static bool take_profiles(struct reader *r, struct stm_claims_row *row)
{
    char text[256];
    if (!stm_text_copy(text, sizeof text, cell_of(&r->claims->table, r->row, r->own[PROFILE]))) {
        stm_fail(r->err, STM_BAD_INPUT, "the list of profiles is longer than %zu bytes", sizeof text - 1);
        return fail_at(r, "Profile");
    }
    for (char *p = text; *(p += strspn(p, " +;|"));) {
        const size_t n = strcspn(p, " +;|");
        const char end = p[n];
        p[n] = '\0';
        if (!add_profile(r, row, p)) return false;
        p += n + (end != '\0');
    }
    return true;
}

static bool take_row(struct reader *r)
{
    struct stm_claims_row *const row = &r->claims->row[r->claims->n];
    double tolerance;
    row->line = r->claims->table.line[r->row];
    if (!take_place(r, row) || !number_of(r, r->own[TOLERANCE], "Tolerance", 0, 100, &tolerance) ||
        !number_of(r, r->own[VOLUME], "Volume_mL", 1e-6, 1e6, &row->volume_ml) ||
        !number_of(r, r->own[VOLUME_MEASURED], "Volume_Measured_mL", 1e-6, 1e6, &row->volume_measured_ml) ||
        !number_of(r, r->own[DEPTH], "Depth_um", 0.1, 1e5, &row->depth_um) ||
        !number_of(r, r->own[DILUTION], "Dilution", 1, 1e9, &row->dilution))
        return false;
    for (int q = 0; q < STM_QUANTITIES; q++)
        if (!take_quantity(r, row, (enum stm_quantity)q, tolerance)) return false;
    if (!isnan(row->volume_ml) && !isnan(row->volume_measured_ml)) {
        struct stm_claim *const c = add_claim(row, STM_VOLUME);
        c->claimed = row->volume_ml;
        set_limits(c, (const double[PARTS]){row->volume_ml, NAN, NAN, NAN}, tolerance);
    }
    if (!take_profiles(r, row)) return false;
    for (int i = 0; i < STM_ISCT_ITEMS; i++)
        row->isct[i] = cell_of(&r->claims->table, r->row, r->isct[i]);
    if (!row->n) {
        stm_fail(r->err, STM_BAD_INPUT, "the row claims nothing: no quantity, no limits, no profile");
        return stm_fail_in(r->err, "line %u", (unsigned)row->line);
    }
    r->claims->n++;
    return true;
}

static bool is_empty(const struct stm_csv *table, size_t row)
{
    for (size_t c = 0; c < stm_csv_columns(table, row); c++)
        if (*cell_of(table, row, (int)c)) return false;
    return true;
}

static bool read_rows(struct reader *r)
{
    struct stm_claims *const claims = r->claims;
    if (claims->table.rows > STM_CLAIMS_ROWS)
        return stm_fail(r->err, STM_BAD_INPUT, "the file has %zu lines; %d are read at most",
                        claims->table.rows, STM_CLAIMS_ROWS);
    if (!claims->table.rows || !find_columns(r))
        return claims->table.rows ? false : stm_fail(r->err, STM_BAD_INPUT, "the file is empty");
    claims->row = calloc(claims->table.rows, sizeof *claims->row);
    if (!claims->row) return stm_fail(r->err, STM_NO_MEMORY, "no memory for %zu claims", claims->table.rows);
    for (r->row = 1; r->row < claims->table.rows; r->row++)
        if (!is_empty(&claims->table, r->row) && !take_row(r)) return false;
    return claims->n > 0 || stm_fail(r->err, STM_BAD_INPUT, "the file has headings but no claims");
}

bool stm_claims_read(struct stm_claims *claims, const char *path, struct stm_error *err)
{
    struct reader r = {.claims = claims, .err = err};
    if (!stm_csv_read(&claims->table, path, STM_CLAIMS_BYTES, 0, err) ||
        !stm_sha256_file(path, claims->sha256, err))
        return false;
    return read_rows(&r) || stm_fail_file(err, path);
}

void stm_claims_free(struct stm_claims *claims)
{
    stm_csv_free(&claims->table);
    free(claims->row);
    stm_string_free(&claims->remarks);
    memset(claims, 0, sizeof *claims);
}

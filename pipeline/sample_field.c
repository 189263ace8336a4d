/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sample_field.h"

#include "pipeline/core/text.h"

#include <stdio.h>
#include <string.h>

const struct stm_sample_field stm_sample_fields[] = {
    {"Batch", STM_SAMPLE_TEXT, "the batch or lot of cells; `stroma verify` sums up by it"},
    {"Vial", STM_SAMPLE_TEXT, "the container the well was filled from"},
    {"Donor", STM_SAMPLE_DONOR, "a code, never a name or a date of birth"},
    {"Tissue", STM_SAMPLE_TISSUE, "where the cells come from"},
    {"Passage", STM_SAMPLE_PASSAGE, "4 or P4"},
    {"PopulationDoublings", STM_SAMPLE_NUMBER, "cumulative, since the tissue"},
    {"Operator", STM_SAMPLE_TEXT, "who prepared the well"},
    {"Instrument", STM_SAMPLE_TEXT, "what took the images"},
    {"Condition", STM_SAMPLE_TEXT, "what was done to the well: a drug, a medium"},
    {"Concentration", STM_SAMPLE_NUMBER, "of what the condition names"},
    {"ConcentrationUnit", STM_SAMPLE_TEXT, "of the concentration: uM, ng/mL"},
    {"Control", STM_SAMPLE_CONTROL, "positive or negative; empty for all other wells"},
    {"Replicate", STM_SAMPLE_TEXT, "which of several wells that were treated alike"},
    {.name = NULL},
};

/* Where mesenchymal stromal cells are taken from, as the outputs call it, and how it is abbreviated. */
static const struct {
    const char *name, *also[4];
} tissues[] = {
    {"bone marrow", {"BM", "bonemarrow", "marrow"}},
    {"adipose", {"AT", "AD", "fat", "adiposetissue"}},
    {"Wharton's jelly", {"WJ", "whartonsjelly", "whartonjelly"}},
    {"umbilical cord", {"UC", "cord", "umbilicalcordtissue"}},
    {"umbilical cord blood", {"UCB", "CB", "cordblood"}},
    {"endometrial", {"EM", "endometrium"}},
    {"menstrual blood", {"MB", "menstrualblood"}},
    {"dental pulp", {"DP", "dentalpulp"}},
    {"deciduous teeth", {"SHED", "deciduousteeth"}},
    {"periodontal ligament", {"PDL", "periodontalligament"}},
    {"placenta", {"PL", "placental"}},
    {"amniotic membrane", {"AM", "amnion"}},
    {"amniotic fluid", {"AF", "amnioticfluid"}},
    {"synovium", {"SM", "synovial"}},
    {"dermis", {"skin", "dermal"}},
    {"pluripotent", {"iPSC", "iMSC", "ESC"}},
};

static const char *const own_names[] = {"Plate",       "Well",   "Site",   "Timepoint",
                                        "ImageNumber", "Status", "Reason", "ObjectNumber"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters and digits only, in lower case. */
static void fold(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++)
        if (is_digit(*text))
            out[n++] = *text;
        else if (is_letter(*text))
            out[n++] = (char)(*text | 32);
    out[n] = '\0';
}

static bool same(const char *a, const char *b)
{
    char x[STM_SAMPLE_CELL], y[STM_SAMPLE_CELL];
    fold(x, sizeof x, a);
    fold(y, sizeof y, b);
    return x[0] && !strcmp(x, y);
}

static const char *after_prefix(const char *heading)
{
    heading += strspn(heading, " \t");
    return strncmp(heading, "Metadata_", 9) ? heading : heading + 9;
}

const struct stm_sample_field *stm_sample_field_find(const char *heading)
{
    for (const struct stm_sample_field *f = stm_sample_fields; f->name; f++)
        if (same(after_prefix(heading), f->name)) return f;
    return NULL;
}

bool stm_sample_field_name(char name[STM_SAMPLE_NAME], const char *heading, struct stm_error *err)
{
    const struct stm_sample_field *const known = stm_sample_field_find(heading);
    size_t n = 0;
    if (known) return stm_text_copy(name, STM_SAMPLE_NAME, known->name);
    for (const char *p = after_prefix(heading); *p; p++) {
        const bool kept = is_letter(*p) || is_digit(*p);
        if (!kept && (n == 0 || name[n - 1] == '_')) continue;
        if (n + 1 >= STM_SAMPLE_NAME)
            return stm_fail(err, STM_BAD_INPUT, "the heading '%.60s' is longer than %d bytes", heading,
                            STM_SAMPLE_NAME - 1);
        name[n++] = kept ? *p : '_';
    }
    while (n && name[n - 1] == '_')
        n--;
    name[n] = '\0';
    if (!n)
        return stm_fail(err, STM_BAD_INPUT, "the heading '%.60s' has neither letters nor digits", heading);
    for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
        if (same(name, own_names[i]))
            return stm_fail(err, STM_BAD_INPUT, "a column cannot be called %s: the outputs have their own",
                            own_names[i]);
    return true;
}

static bool put_tissue(char *out, const char *cell, struct stm_error *err)
{
    (void)err;
    for (size_t i = 0; i < sizeof tissues / sizeof *tissues; i++) {
        bool found = same(cell, tissues[i].name);
        for (int k = 0; k < 4 && tissues[i].also[k]; k++)
            found |= same(cell, tissues[i].also[k]);
        if (found) return stm_text_copy(out, STM_SAMPLE_CELL + 1, tissues[i].name);
    }
    return stm_text_copy(out, STM_SAMPLE_CELL + 1, cell);
}

static bool put_control(char *out, const char *cell, struct stm_error *err)
{
    static const struct {
        const char *word, *value;
    } words[] = {{"positive", "positive"}, {"pos", "positive"}, {"+", "positive"}, {"negative", "negative"},
                 {"neg", "negative"},      {"-", "negative"},   {"none", ""},      {"no", ""}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!stm_text_casecmp(cell, words[i].word))
            return stm_text_copy(out, STM_SAMPLE_CELL + 1, words[i].value);
    return stm_fail(err, STM_BAD_INPUT, "'%.40s' is neither positive nor negative (empty: no control)", cell);
}

static bool put_number(char *out, const char *cell, struct stm_error *err)
{
    double value;
    if (!stm_text_to_double(cell, &value))
        return stm_fail(err, STM_BAD_INPUT, "'%.40s' is not a number (decimal point, no unit)", cell);
    if (!(value >= 0 && value <= 1e15))
        return stm_fail(err, STM_BAD_INPUT, "%s is out of range: 0 to 1e15", cell);
    return stm_text_copy(out, STM_SAMPLE_CELL + 1, cell);
}

static bool put_passage(char *out, const char *cell, struct stm_error *err)
{
    long value;
    if (!stm_text_to_long(cell + (cell[0] == 'P' || cell[0] == 'p'), &value) || value < 0 || value > 500)
        return stm_fail(err, STM_BAD_INPUT, "'%.40s' is no passage: 4 or P4", cell);
    return snprintf(out, 16, "%ld", value) > 0;
}

static bool put_text(char *out, const char *cell, struct stm_error *err)
{
    (void)err;
    return stm_text_copy(out, STM_SAMPLE_CELL + 1, cell);
}

static bool (*const puts_of_kind[])(char *out, const char *cell, struct stm_error *err) = {
    [STM_SAMPLE_TEXT] = put_text,       [STM_SAMPLE_DONOR] = put_text,      [STM_SAMPLE_TISSUE] = put_tissue,
    [STM_SAMPLE_CONTROL] = put_control, [STM_SAMPLE_PASSAGE] = put_passage, [STM_SAMPLE_NUMBER] = put_number,
};

static bool plain(const char *cell, struct stm_error *err)
{
    if (strlen(cell) > STM_SAMPLE_CELL)
        return stm_fail(err, STM_BAD_INPUT, "the cell is longer than %d bytes", STM_SAMPLE_CELL);
    for (const char *p = cell; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return stm_fail(err, STM_BAD_INPUT, "the cell has control characters or line ends in it");
    return true;
}

bool stm_sample_field_value(char out[STM_SAMPLE_CELL + 1], const struct stm_sample_field *field,
                            const char *cell, struct stm_error *err)
{
    out[0] = '\0';
    if (!plain(cell, err)) return false;
    if (!cell[0]) return true;
    return puts_of_kind[field ? field->kind : STM_SAMPLE_TEXT](out, cell, err);
}

bool stm_sample_tissue_known(const char *value)
{
    for (size_t i = 0; i < sizeof tissues / sizeof *tissues; i++)
        if (!strcmp(value, tissues[i].name)) return true;
    return false;
}

const char *stm_sample_tissue_near(const char *value)
{
    const char *names[sizeof tissues / sizeof *tissues];
    for (size_t i = 0; i < sizeof tissues / sizeof *tissues; i++)
        names[i] = tissues[i].name;
    return stm_text_nearest(value, names, sizeof names / sizeof *names);
}

/* Numbers of a text that others separate: how many there are, the first three, and their digits. */
static int numbers_of(const char *text, long value[3], int digits[3])
{
    int n = 0;
    for (const char *p = text; *p;) {
        if (!is_digit(*p)) {
            p++;
            continue;
        }
        long v = 0;
        int d = 0;
        for (; is_digit(*p); p++, d++)
            v = v < 100000000 ? 10 * v + (*p - '0') : v;
        if (n < 3) value[n] = v, digits[n] = d;
        n++;
    }
    return n;
}

static bool is_year(long v)
{
    return v >= 1900 && v <= 2099;
}

static bool is_day_and_month(long a, long b)
{
    return a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12);
}

/* 1975-03-12, 12.03.1975, 3/12/75, 19750312. */
static bool is_date(const char *text)
{
    long v[3];
    int d[3];
    if (strspn(text, "0123456789./- ") != strlen(text)) return false;
    const int n = numbers_of(text, v, d);
    if (n == 1 && d[0] == 8)
        return (is_year(v[0] / 10000) && is_day_and_month(v[0] / 100 % 100, v[0] % 100)) ||
               (is_year(v[0] % 10000) && is_day_and_month(v[0] / 1000000, v[0] / 10000 % 100));
    if (n != 3) return false;
    if (d[0] == 4) return is_year(v[0]) && is_day_and_month(v[1], v[2]);
    return (d[2] == 4 ? is_year(v[2]) : d[2] == 2) && is_day_and_month(v[0], v[1]);
}

/* Words of letters only, each beginning with a capital and going on in small ones: "Smith, Anna", "Meier".
 * Other scripts count as small letters. Codes have digits, or capitals throughout. */
static bool is_name(const char *text)
{
    bool inside = false, small = false;
    if (!text[0]) return false;
    for (const char *p = text; *p; p++) {
        const bool letter = is_letter(*p) || (unsigned char)*p >= 0x80;
        if (!letter && !strchr(" ,.'-", *p)) return false;
        if (letter && !inside && *p >= 'a' && *p <= 'z') return false;
        small |= letter && inside && !(*p >= 'A' && *p <= 'Z');
        inside = letter;
    }
    return small && strlen(text) >= 4;
}

const char *stm_sample_personal(const char *text)
{
    if (is_date(text)) return "a date";
    return is_name(text) ? "a name" : NULL;
}

bool stm_sample_personal_heading(const char *heading)
{
    static const char *const words[] = {"name",      "donorname", "patient", "patientname",  "firstname",
                                        "lastname",  "surname",   "dob",     "birthdate",    "dateofbirth",
                                        "birth",     "mrn",       "ssn",     "email",        "address",
                                        "patientid", "initials",  "phone",   "donorinitials"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (same(after_prefix(heading), words[i])) return true;
    return false;
}

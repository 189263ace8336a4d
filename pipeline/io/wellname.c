/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/wellname.h"

#include <stdio.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 1 to 26 for a letter of either case, 0 for anything else. */
static int letter(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A' + 1;
    return c >= 'a' && c <= 'z' ? c - 'a' + 1 : 0;
}

/* Up to three digits; -1 when there are none or more. */
static int small_number(const char *text, size_t n)
{
    int value = 0;
    if (n < 1 || n > 3) return -1;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(text[i])) return -1;
        value = 10 * value + (text[i] - '0');
    }
    return value;
}

static size_t count_letters(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && letter(text[i]))
        i++;
    return i;
}

/* Rows after Z go on as AA, AB, … */
static bool letters_to_row(const char *text, size_t n, int *row)
{
    if (n < 1 || n > 2) return false;
    const int value = n == 1 ? letter(text[0]) : 26 * letter(text[0]) + letter(text[1]);
    *row = value - 1;
    return value <= STM_WELL_ROWS;
}

bool stm_wellname_parse(const char *text, size_t n, int *row, int *col)
{
    while (n && *text == ' ')
        text++, n--;
    while (n && text[n - 1] == ' ')
        n--;
    const size_t letters = count_letters(text, n);
    if (!letters_to_row(text, letters, row)) return false;
    const int column = small_number(text + letters, n - letters);
    *col = column - 1;
    return column >= 1 && column <= STM_WELL_COLUMNS;
}

bool stm_wellname_parse_row(const char *text, size_t n, int *row)
{
    const size_t letters = count_letters(text, n);
    if (letters == n) return letters_to_row(text, n, row);
    const int number = small_number(text, n);
    *row = number - 1;
    return number >= 1 && number <= STM_WELL_ROWS;
}

void stm_wellname_text(char out[STM_WELL_TEXT], int row, int col)
{
    const bool valid = row >= 0 && row < STM_WELL_ROWS && col >= 0 && col < STM_WELL_COLUMNS;
    if (!valid)
        snprintf(out, STM_WELL_TEXT, "-");
    else if (row < 26)
        snprintf(out, STM_WELL_TEXT, "%c%02d", 'A' + row, col + 1);
    else
        snprintf(out, STM_WELL_TEXT, "A%c%02d", 'A' + row - 26, col + 1);
}

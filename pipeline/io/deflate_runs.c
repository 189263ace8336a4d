/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One dynamic-Huffman block (RFC 1951) with a fixed table: a run is its first value as literals, then matches
 * at the distance of one value. */
#include "pipeline/io/deflate_runs.h"

enum { END_OF_BLOCK = 256, FIRST_LENGTH = 257, ADLER = 65521, ADLER_BLOCK = 1 << 24 };

/* Code lengths suited to label images: runs of zeros first, then lengths, then the bytes of numbers. They
 * fill the code space exactly: 2/4 + 30/128 + 6/256 + 248/1024 = 1. */
static int code_length(int symbol)
{
    if (symbol == 0 || symbol == STM_DEFLATE_SYMBOLS - 1) return 2;
    if (symbol > END_OF_BLOCK || symbol == 1 || symbol == 2) return 7;
    return symbol <= 8 ? 8 : 10;
}

/* A Huffman code enters the stream from its highest bit on. */
static uint16_t reversed(unsigned code, int bits)
{
    unsigned r = 0;
    for (int i = 0; i < bits; i++)
        r |= (code >> i & 1) << (bits - 1 - i);
    return (uint16_t)r;
}

/* Canonical codes: counted upwards by length, then by symbol. */
static void make_codes(uint16_t *code)
{
    unsigned next = 0;
    for (int bits = 1; bits <= 10; bits++, next <<= 1)
        for (int s = 0; s < STM_DEFLATE_SYMBOLS; s++)
            if (code_length(s) == bits) code[s] = reversed(next++, bits);
}

static void put_bits(struct stm_deflate_runs *d, uint64_t value, int n)
{
    d->pending |= value << d->n_pending;
    for (d->n_pending += n; d->n_pending >= 8; d->n_pending -= 8, d->pending >>= 8)
        d->out->data[d->out->length++] = (uint8_t)d->pending; /* room was reserved by the caller */
}

static void put_symbol(struct stm_deflate_runs *d, int symbol)
{
    put_bits(d, d->code[symbol], code_length(symbol));
}

/* Which of the 19 possible code lengths occur, in RFC 1951's order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14
 * 1 15: eight of them (0 1 2 3 4 7 8 10), so each gets a code of three bits, counted upwards. */
static void put_table(struct stm_deflate_runs *d, int distance_symbol)
{
    static const uint8_t used[19] = {0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0};
    static const uint8_t rank[11] = {[0] = 0, [1] = 1, [2] = 2, [3] = 3, [4] = 4, [7] = 5, [8] = 6, [10] = 7};
    put_bits(d, 1 | 2 << 1, 3); /* last block, dynamic codes */
    put_bits(d, STM_DEFLATE_SYMBOLS - 257, 5);
    put_bits(d, (uint64_t)distance_symbol, 5);
    put_bits(d, 19 - 4, 4);
    for (int i = 0; i < 19; i++)
        put_bits(d, used[i] ? 3 : 0, 3);
    for (int s = 0; s < STM_DEFLATE_SYMBOLS; s++)
        put_bits(d, reversed(rank[code_length(s)], 3), 3);
    for (int s = 0; s <= distance_symbol; s++)
        put_bits(d, reversed(rank[s == distance_symbol], 3), 3);
}

void stm_deflate_runs_begin(struct stm_deflate_runs *d, struct stm_bytes *out, int width)
{
    static const int distance_symbol[5] = {[1] = 0, [2] = 1, [4] = 3};
    *d = (struct stm_deflate_runs){.out = out, .width = width, .a = 1};
    make_codes(d->code);
    stm_bytes_add(out, (uint8_t[]){0x78, 0x01}, 2);
    if (stm_bytes_reserve(out, 256)) put_table(d, distance_symbol[width]);
}

/* Length symbols: the lowest length of each and how many extra bits say how far above it. */
static void put_match(struct stm_deflate_runs *d, int length)
{
    static const uint16_t lowest[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    int i = 28;
    while (lowest[i] > length)
        i--;
    put_symbol(d, FIRST_LENGTH + i);
    if (i >= 8 && i < 28) put_bits(d, (uint64_t)(length - lowest[i]), i / 4 - 1);
    put_bits(d, 0, 1); /* the only distance */
}

static void put_literals(struct stm_deflate_runs *d, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        put_symbol(d, value >> 8 * i & 255);
}

static void put_matches(struct stm_deflate_runs *d, uint32_t value, uint64_t n)
{
    const uint64_t longest = d->width == 4 ? 256 : 258, step = d->width == 1 ? 3 : (uint64_t)d->width;
    while (n > 2) {
        uint64_t length = n < longest ? n : longest;
        if (n - length == 1 || n - length == 2) length -= step; /* a match is 3 bytes at least */
        put_match(d, (int)length);
        n -= length;
    }
    put_literals(d, value, (int)n);
}

/* RFC 1950: a = 1 + sum of bytes, b = sum of all a. Byte q of value r of `count` is seen by the count * width
 * - (r * width + q) values of b that follow it; the sums over r have closed forms. */
static void checksum(struct stm_deflate_runs *d, uint32_t value, uint64_t count)
{
    const uint64_t width = (uint64_t)d->width, n = count * width;
    d->b += n * d->a;
    for (uint64_t q = 0; q < width; q++) {
        const uint64_t byte = value >> 8 * q & 255;
        d->b += byte * (count * (n - q) - width * (count * (count - 1) / 2)) % ADLER;
        d->a += byte * count;
    }
    d->a %= ADLER;
    d->b %= ADLER;
}

void stm_deflate_runs_put(struct stm_deflate_runs *d, uint32_t value, uint64_t count)
{
    const uint64_t n = count * (uint64_t)d->width;
    if (count == 0 || !stm_bytes_reserve(d->out, n / 128 + 32)) return; /* 16 bits a match of 256 at most */
    put_literals(d, value, d->width);
    put_matches(d, value, n - (uint64_t)d->width);
    for (; count > ADLER_BLOCK; count -= ADLER_BLOCK)
        checksum(d, value, ADLER_BLOCK);
    checksum(d, value, count);
}

void stm_deflate_runs_end(struct stm_deflate_runs *d)
{
    if (!stm_bytes_reserve(d->out, 8)) return;
    put_symbol(d, END_OF_BLOCK);
    put_bits(d, 0, 7); /* up to the next byte */
    stm_bytes_add_u32be(d->out, (uint32_t)(d->b << 16 | d->a));
}

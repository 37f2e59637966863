// Instructions of several lanes, and of several numbers in a word, written from the PTX ISA manual
// without a look at the kernels that use them.
#include "standin.h"
#include <math.h>
#include <string.h>

static f32 from_bits(u32 bits) {
    f32 value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static u32 to_bits(f32 value) {
    u32 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static u32 to_bf16(f32 value) {
    u32 bits = to_bits(value);
    // No number has one form alone.
    if (value != value) return 0x7fff;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

// The first operand goes to the upper half.
u32 bf16_pair(f32 high, f32 low) { return to_bf16(high) << 16 | to_bf16(low); }

static u32 to_f16(f32 value) {
    _Float16 half = (_Float16)value;
    uint16_t bits;
    memcpy(&bits, &half, sizeof bits);
    return value != value ? 0x7fff : bits;
}

u32 f16_pair(f32 high, f32 low) { return to_f16(high) << 16 | to_f16(low); }

// Four products of signed bytes.
i32 dp4a(i32 a, i32 b, i32 c) {
    u32 sum = (u32)c;
    for (int i = 0; i < 4; i++)
        sum += (u32)((i32)(int8_t)(a >> 8 * i) * (i32)(int8_t)(b >> 8 * i));
    return (i32)sum;
}

// What does not fit becomes the nearest that does; no number becomes 0.
i32 rounded_to_zero(f32 a) {
    if (a != a) return 0;
    if (a >= 2147483648.0f) return INT32_MAX;
    return a < -2147483648.0f ? INT32_MIN : (i32)a;
}

static f32 widened(u32 bits, int half) {
    if (!half) return from_bits(bits << 16);
    _Float16 value;
    uint16_t low = (uint16_t)bits;
    memcpy(&value, &low, sizeof value);
    return (f32)value;
}

// mma.m16n8k16, "Matrix Fragments for mma.m16n8k16 with floating point type". With g = lane / 4
// and t = lane % 4, element i of a lane stands at
//   A: row g, or g + 8 where i is 2, 3, 6 or 7; column 2 t + i % 2, and 8 more from i = 4 on
//   B: row 2 t + i % 2, and 8 more from i = 2 on; column g
//   C, D: row g, or g + 8 from i = 2 on; column 2 t + i % 2
// Operands: D in x[0..3], A in x[4..7], B in x[8..9], C in x[10..13].
void run_mma(u8 *rows, const i32 *x, int half) {
    f32 a[16][16], b[16][8], sum[16][8];
    for (int lane = 0; lane < LANES; lane++) {
        int g = lane / 4, t = lane % 4;
        for (int i = 0; i < 8; i++) {
            u32 word = ((const u32 *)(rows + x[4 + i / 2]))[lane];
            int row = i == 2 || i == 3 || i >= 6 ? g + 8 : g;
            a[row][2 * t + i % 2 + (i >= 4 ? 8 : 0)] = widened(word >> 16 * (i % 2), half);
        }
        for (int i = 0; i < 4; i++) {
            u32 word = ((const u32 *)(rows + x[8 + i / 2]))[lane];
            b[2 * t + i % 2 + (i >= 2 ? 8 : 0)][g] = widened(word >> 16 * (i % 2) & 0xffff, half);
        }
        for (int i = 0; i < 4; i++)
            sum[i >= 2 ? g + 8 : g][2 * t + i % 2] = ((const f32 *)(rows + x[10 + i]))[lane];
    }
    for (int row = 0; row < 16; row++)
        for (int k = 0; k < 16; k++)
            for (int column = 0; column < 8; column++)
                sum[row][column] += a[row][k] * b[k][column];
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++)
            ((f32 *)(rows + x[i]))[lane] =
                sum[lane / 4 + (i >= 2 ? 8 : 0)][2 * (lane % 4) + i % 2];
}

// shfl.sync of the kind 'u'p, 'd'own, 'b'utterfly or 'i'ndexed: d, a, b, c in x[0..3].
void run_shfl(u8 *rows, const i32 *x, int kind, u32 active) {
    u32 result[LANES];
    const u32 *a = (u32 *)(rows + x[1]), *b = (u32 *)(rows + x[2]), *c = (u32 *)(rows + x[3]);
    for (u32 lane = 0; lane < LANES; lane++) {
        u32 most = c[lane] & 31, segment = c[lane] >> 8 & 31;
        u32 maximum = (lane & segment) | (most & ~segment), amount = b[lane] & 31;
        i32 from;
        int valid;
        switch (kind) {
        case 'u': from = (i32)(lane - amount); valid = from >= (i32)maximum; break;
        case 'd': from = (i32)(lane + amount); valid = from <= (i32)maximum; break;
        case 'b': from = (i32)(lane ^ amount); valid = from <= (i32)maximum; break;
        default:
            from = (i32)((lane & segment) | (amount & ~segment & 31));
            valid = from <= (i32)maximum;
            break;
        }
        if (!valid) from = (i32)lane;
        // What a lane that is not there holds is not defined.
        result[lane] = active >> from & 1 ? a[from] : ~0u;
    }
    for (u32 lane = 0; lane < LANES; lane++)
        if (active >> lane & 1) ((u32 *)(rows + x[0]))[lane] = result[lane];
}

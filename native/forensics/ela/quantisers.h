// What one quality means for a block's 64 coefficients, prepared for exact division by
// multiplication.
#pragma once

#include <cstdint>

#include "../jpeg_tables.h"

namespace aidet::forensics {

// Divides coefficients scaled by 8: ((|x| + correction) * reciprocal >> 16) * scale >> 16 equals
// (|x| + 4 step) / (8 step), rounded down, for |x| < 2^15. Source: T. Granlund and P. Montgomery,
// "Division by invariant integers using multiplication", 1994.
struct Quantisers {
  alignas(64) uint16_t reciprocal[64];
  alignas(64) uint16_t correction[64];
  alignas(64) uint16_t scale[64];
  alignas(64) uint16_t step[64];
  alignas(64) uint16_t divisor[64];  // 8 step
};

// `table` holds 64 steps of 1..255.
static inline void PrepareDivisors(const uint16_t* table, Quantisers* q) {
  for (int i = 0; i < 64; i++) {
    const uint32_t divisor = static_cast<uint32_t>(table[i]) * 8;
    int bits = 0;
    while ((divisor >> (bits + 1)) != 0) bits++;
    int shift = 16 + bits;
    uint32_t reciprocal = (1u << shift) / divisor;
    const uint32_t rest = (1u << shift) % divisor;
    uint32_t correction = divisor / 2;
    if (rest == 0) {
      reciprocal >>= 1;
      shift--;
    } else if (rest <= divisor / 2) {
      correction++;
    } else {
      reciprocal++;
    }
    q->reciprocal[i] = static_cast<uint16_t>(reciprocal);
    q->correction[i] = static_cast<uint16_t>(correction);
    q->scale[i] = static_cast<uint16_t>(1u << (32 - shift));
    q->step[i] = table[i];
    q->divisor[i] = static_cast<uint16_t>(divisor);
  }
}

static inline void PrepareQuantisers(const uint8_t* base, int quality, Quantisers* q) {
  uint16_t table[64];
  ScaleTable(base, quality, table);
  PrepareDivisors(table, q);
}

}  // namespace aidet::forensics

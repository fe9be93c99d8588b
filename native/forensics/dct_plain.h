// libjpeg's islow DCT on one line of eight values, as published; for the plain kernels and for
// CUDA.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define AIDET_ANYWHERE __host__ __device__
#else
#define AIDET_ANYWHERE
#endif

namespace aidet::forensics::plain {

constexpr int kConstBits = 13;
constexpr int kPass1Bits = 2;

AIDET_ANYWHERE static inline int32_t Descale(int32_t x, int bits) {
  return (x + (1 << (bits - 1))) >> bits;
}

// z5-form of the odd part, as published; a..d are the inputs 7, 5, 3, 1 (or the differences 4, 5,
// 6, 7).
AIDET_ANYWHERE static inline void OddPart(int32_t t0, int32_t t1, int32_t t2, int32_t t3,
                                          int32_t odd[4]) {
  const int32_t z5 = (t0 + t2 + t1 + t3) * 9633;
  const int32_t z1 = (t0 + t3) * -7373;
  const int32_t z2 = (t1 + t2) * -20995;
  const int32_t z3 = (t0 + t2) * -16069 + z5;
  const int32_t z4 = (t1 + t3) * -3196 + z5;
  odd[0] = t0 * 2446 + z1 + z3;
  odd[1] = t1 * 16819 + z2 + z4;
  odd[2] = t2 * 25172 + z2 + z3;
  odd[3] = t3 * 12299 + z1 + z4;
}

// d[0], d[step], ... d[7 step] in place; rows first, then columns.
AIDET_ANYWHERE static inline void ForwardPass(int32_t* d, int step, bool rows) {
  int32_t sum[4], difference[4], odd[4];
  for (int i = 0; i < 4; i++) {
    sum[i] = d[i * step] + d[(7 - i) * step];
    difference[i] = d[i * step] - d[(7 - i) * step];
  }
  const int shift = rows ? kConstBits - kPass1Bits : kConstBits + kPass1Bits;
  const int32_t t10 = sum[0] + sum[3], t13 = sum[0] - sum[3];
  const int32_t t11 = sum[1] + sum[2], t12 = sum[1] - sum[2];
  d[0] = rows ? (t10 + t11) * (1 << kPass1Bits) : Descale(t10 + t11, kPass1Bits);
  d[4 * step] = rows ? (t10 - t11) * (1 << kPass1Bits) : Descale(t10 - t11, kPass1Bits);
  const int32_t z1 = (t12 + t13) * 4433;
  d[2 * step] = Descale(z1 + t13 * 6270, shift);
  d[6 * step] = Descale(z1 - t12 * 15137, shift);
  OddPart(difference[3], difference[2], difference[1], difference[0], odd);
  for (int i = 0; i < 4; i++) d[(7 - 2 * i) * step] = Descale(odd[i], shift);
}

// Columns first, then rows.
AIDET_ANYWHERE static inline void InversePass(int32_t* d, int step, bool rows) {
  const int shift = rows ? kConstBits + kPass1Bits + 3 : kConstBits - kPass1Bits;
  int32_t odd[4];
  const int32_t z1 = (d[2 * step] + d[6 * step]) * 4433;
  const int32_t t2 = z1 - d[6 * step] * 15137, t3 = z1 + d[2 * step] * 6270;
  const int32_t t0 = (d[0] + d[4 * step]) * (1 << kConstBits);
  const int32_t t1 = (d[0] - d[4 * step]) * (1 << kConstBits);
  const int32_t even[4] = {t0 + t3, t1 + t2, t1 - t2, t0 - t3};
  OddPart(d[7 * step], d[5 * step], d[3 * step], d[step], odd);
  for (int i = 0; i < 4; i++) {
    d[i * step] = Descale(even[i] + odd[3 - i], shift);
    d[(7 - i) * step] = Descale(even[i] - odd[3 - i], shift);
  }
}

// Rounded to the nearest multiple of `step`, of a coefficient scaled by 8; the result is not
// scaled.
AIDET_ANYWHERE static inline int32_t Requantise(int32_t scaled, int32_t step) {
  const int32_t divisor = 8 * step;
  const int32_t magnitude = ((scaled < 0 ? -scaled : scaled) + divisor / 2) / divisor * step;
  return scaled < 0 ? -magnitude : magnitude;
}

}  // namespace aidet::forensics::plain

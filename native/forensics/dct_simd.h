// libjpeg's islow DCT, forward and inverse, of kLanes 8 x 8 blocks side by side: v[r] holds row r,
// a group a block. Sums are regrouped so that each odd output is two multiply-adds; all of it is
// exact in 32 bits, so the result is that of the published order of operations.
#pragma once

#include <cstddef>

#include "lanes.h"

namespace aidet::forensics::AIDET_TARGET {

constexpr int kConstBits = 13;
constexpr int kPass1Bits = 2;
// round(c * 2^13) as libjpeg writes them; sums of them, not rounded sums.
constexpr int kF0298 = 2446, kF0390 = 3196, kF0541 = 4433, kF0765 = 6270, kF0899 = 7373,
              kF1175 = 9633, kF1501 = 12299, kF1847 = 15137, kF1961 = 16069, kF2053 = 16819,
              kF2562 = 20995, kF3072 = 25172;
// The odd part as a 4 x 4 matrix: the same four magnitudes up to rounding, kept apart to stay
// exact.
constexpr int kOdd44 = kF0298 - kF0899 - kF1961 + kF1175, kOdd46 = kF1175 - kF1961,
              kOdd47 = kF1175 - kF0899;
constexpr int kOdd55 = kF2053 - kF2562 - kF0390 + kF1175, kOdd56 = kF1175 - kF2562,
              kOdd57 = kF1175 - kF0390;
constexpr int kOdd66 = kF3072 - kF2562 - kF1961 + kF1175;
constexpr int kOdd77 = kF1501 - kF0899 - kF0390 + kF1175;

AIDET_OP void Transpose8(Vec v[8]) {
  Vec a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[2 * i] = Low16(v[2 * i], v[2 * i + 1]);
    a[2 * i + 1] = High16(v[2 * i], v[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    b[4 * i] = Low32(a[4 * i], a[4 * i + 2]);
    b[4 * i + 1] = High32(a[4 * i], a[4 * i + 2]);
    b[4 * i + 2] = Low32(a[4 * i + 1], a[4 * i + 3]);
    b[4 * i + 3] = High32(a[4 * i + 1], a[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    v[2 * i] = Low64(b[i], b[i + 4]);
    v[2 * i + 1] = High64(b[i], b[i + 4]);
  }
}

// Bytes of 8 x 8 blocks, two rows a vector, turned on their side: v[i] holds columns 2 i, 2 i + 1.
AIDET_OP void TransposeBytes(Vec v[4]) {
  const Vec a = Low8(v[0], v[1]), b = High8(v[0], v[1]);
  const Vec c = Low8(v[2], v[3]), d = High8(v[2], v[3]);
  const Vec ab_low = Low8(a, b), ab_high = High8(a, b);
  const Vec cd_low = Low8(c, d), cd_high = High8(c, d);
  v[0] = Low32(ab_low, cd_low), v[1] = High32(ab_low, cd_low);
  v[2] = Low32(ab_high, cd_high), v[3] = High32(ab_high, cd_high);
}

template <int kShift>
AIDET_OP Vec Half() {
  return Set32(1 << (kShift - 1));
}
// Sums that hold their half already.
template <int kShift>
AIDET_OP Vec Descale(Vec low, Vec high) {
  return Pack32(ShiftRight32<kShift>(low), ShiftRight32<kShift>(high));
}

// The four odd products, for the low and the high half of each group: rows a..d against the matrix
// above.
struct Odd {
  Vec low[4];
  Vec high[4];
};
AIDET_OP Odd OddPart(Vec t4, Vec t5, Vec t6, Vec t7, Vec start) {
  const Vec ab_low = Low16(t4, t5), ab_high = High16(t4, t5);
  const Vec cd_low = Low16(t6, t7), cd_high = High16(t6, t7);
  const Vec a[4] = {SetPair(kOdd44, kF1175), SetPair(kF1175, kOdd55), SetPair(kOdd46, kOdd56),
                    SetPair(kOdd47, kOdd57)};
  const Vec b[4] = {SetPair(kOdd46, kOdd47), SetPair(kOdd56, kOdd57), SetPair(kOdd66, kF1175),
                    SetPair(kF1175, kOdd77)};
  Odd odd;
  for (int i = 0; i < 4; i++) {
    odd.low[i] = MulAddTo16(MulAddTo16(start, ab_low, a[i]), cd_low, b[i]);
    odd.high[i] = MulAddTo16(MulAddTo16(start, ab_high, a[i]), cd_high, b[i]);
  }
  return odd;
}

template <bool kRows>
AIDET_OP void ForwardPass(Vec v[8]) {
  constexpr int kShift = kRows ? kConstBits - kPass1Bits : kConstBits + kPass1Bits;
  const Vec t0 = Add16(v[0], v[7]), t7 = Sub16(v[0], v[7]);
  const Vec t1 = Add16(v[1], v[6]), t6 = Sub16(v[1], v[6]);
  const Vec t2 = Add16(v[2], v[5]), t5 = Sub16(v[2], v[5]);
  const Vec t3 = Add16(v[3], v[4]), t4 = Sub16(v[3], v[4]);
  const Vec t10 = Add16(t0, t3), t13 = Sub16(t0, t3);
  const Vec t11 = Add16(t1, t2), t12 = Sub16(t1, t2);
  if constexpr (kRows) {
    // Samples come as 0..255; the 128 that is to be taken from each shows in this sum alone.
    v[0] = ShiftLeft16<kPass1Bits>(Sub16(Add16(t10, t11), Set16(8 * 128)));
    v[4] = ShiftLeft16<kPass1Bits>(Sub16(t10, t11));
  } else {
    const Vec half16 = Set16(1 << (kPass1Bits - 1));
    v[0] = ShiftRight16<kPass1Bits>(Add16(Add16(t10, t11), half16));
    v[4] = ShiftRight16<kPass1Bits>(Add16(Sub16(t10, t11), half16));
  }
  const Vec low = Low16(t12, t13), high = High16(t12, t13);
  const Vec c2 = SetPair(kF0541, kF0541 + kF0765), c6 = SetPair(kF0541 - kF1847, kF0541);
  const Vec half = Half<kShift>();
  v[2] = Descale<kShift>(MulAddTo16(half, low, c2), MulAddTo16(half, high, c2));
  v[6] = Descale<kShift>(MulAddTo16(half, low, c6), MulAddTo16(half, high, c6));
  const Odd odd = OddPart(t4, t5, t6, t7, half);
  v[7] = Descale<kShift>(odd.low[0], odd.high[0]);
  v[5] = Descale<kShift>(odd.low[1], odd.high[1]);
  v[3] = Descale<kShift>(odd.low[2], odd.high[2]);
  v[1] = Descale<kShift>(odd.low[3], odd.high[3]);
}

// Blocks of bytes side by side, rows `stride` apart -> coefficients times 8, v[r] holding vertical
// frequency r.
AIDET_OP void ForwardDct(const uint8_t* samples, ptrdiff_t stride, Vec v[8]) {
  Vec bytes[4];
  for (int i = 0; i < 4; i++) {
    bytes[i] = LoadHalves(samples + 2 * i * stride, samples + (2 * i + 1) * stride);
  }
  TransposeBytes(bytes);
  for (int i = 0; i < 4; i++) {
    v[2 * i] = Low8(bytes[i], Zero());
    v[2 * i + 1] = High8(bytes[i], Zero());
  }
  ForwardPass<true>(v);
  Transpose8(v);
  ForwardPass<false>(v);
}

template <bool kRows>
AIDET_OP void InversePass(Vec v[8]) {
  constexpr int kShift = kRows ? kConstBits + kPass1Bits + 3 : kConstBits - kPass1Bits;
  const Vec half = Half<kShift>();
  const Vec sum = SetPair(1 << kConstBits, 1 << kConstBits);
  const Vec difference = SetPair(1 << kConstBits, -(1 << kConstBits));
  const Vec c2 = SetPair(kF0541, kF0541 - kF1847), c3 = SetPair(kF0541 + kF0765, kF0541);
  const Vec minus_c2 = SetPair(-kF0541, kF1847 - kF0541);
  const Vec minus_c3 = SetPair(-kF0541 - kF0765, -kF0541);
  const Odd odd = OddPart(v[7], v[5], v[3], v[1], Zero());
  Vec result[8];
  Vec parts[8];
  for (int h = 0; h < 2; h++) {
    const Vec z04 = h == 0 ? Low16(v[0], v[4]) : High16(v[0], v[4]);
    const Vec z26 = h == 0 ? Low16(v[2], v[6]) : High16(v[2], v[6]);
    const Vec t0 = MulAddTo16(half, z04, sum), t1 = MulAddTo16(half, z04, difference);
    const Vec even[4] = {MulAddTo16(t0, z26, c3), MulAddTo16(t1, z26, c2),
                         MulAddTo16(t1, z26, minus_c2), MulAddTo16(t0, z26, minus_c3)};
    for (int i = 0; i < 4; i++) {
      const Vec o = h == 0 ? odd.low[3 - i] : odd.high[3 - i];
      const Vec up = ShiftRight32<kShift>(Add32(even[i], o));
      const Vec down = ShiftRight32<kShift>(Sub32(even[i], o));
      if (h == 0) {
        parts[i] = up;
        parts[7 - i] = down;
      } else {
        result[i] = Pack32(parts[i], up);
        result[7 - i] = Pack32(parts[7 - i], down);
      }
    }
  }
  for (int i = 0; i < 8; i++) v[i] = result[i];
}

// Dequantised coefficients -> samples limited to 0..255, as bytes.
AIDET_OP void InverseDct(Vec v[8], uint8_t* samples, ptrdiff_t stride) {
  InversePass<false>(v);
  Transpose8(v);
  InversePass<true>(v);
  // v[c] holds column c minus 128, rows side by side: limited by saturation, then turned.
  Vec pairs[4];
  for (int i = 0; i < 4; i++) pairs[i] = Pack16(v[i], v[i + 4]);
  const Vec a = Low8(pairs[0], pairs[1]), b = Low8(pairs[2], pairs[3]);
  const Vec c = High8(pairs[0], pairs[1]), d = High8(pairs[2], pairs[3]);
  const Vec ab_low = Low16(a, b), ab_high = High16(a, b);
  const Vec cd_low = Low16(c, d), cd_high = High16(c, d);
  const Vec rows[4] = {Low32(ab_low, cd_low), High32(ab_low, cd_low), Low32(ab_high, cd_high),
                       High32(ab_high, cd_high)};
  const Vec centre = Set16(static_cast<int16_t>(0x8080));
  for (int i = 0; i < 4; i++) {
    StoreHalves(samples + 2 * i * stride, samples + (2 * i + 1) * stride, Xor(rows[i], centre));
  }
}

}  // namespace aidet::forensics::AIDET_TARGET

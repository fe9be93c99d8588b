// Interleaved RGB to vectors of one channel each, and the rest of a row by way of a padded copy,
// for *_simd.cc files.
#pragma once

#include "lanes.h"

namespace aidet::forensics::AIDET_TARGET {

struct Rgb {
  Vec r, g, b;
};

#if defined(AIDET_TARGET_AVX512)

// One byte permutation over the whole vector a channel and source, merged by mask.
struct alignas(64) PickTable {
  uint8_t place[3][64];
  uint64_t mask[3][3];
};
constexpr PickTable MakePickTable() {
  PickTable t{};
  for (int c = 0; c < 3; c++) {
    for (int i = 0; i < 64; i++) {
      const int from = 3 * i + c;
      t.place[c][i] = static_cast<uint8_t>(from % 64);
      t.mask[c][from / 64] |= uint64_t{1} << i;
    }
  }
  return t;
}
static constexpr PickTable kPick = MakePickTable();

AIDET_OP Rgb LoadRgb(const uint8_t* p) {
  const Vec a = Load(p), b = Load(p + 64), c = Load(p + 128);
  Vec out[3];
  for (int i = 0; i < 3; i++) {
    const Vec place = Load(kPick.place[i]);
    Vec v = _mm512_permutexvar_epi8(place, a);
    v = _mm512_mask_permutexvar_epi8(v, kPick.mask[i][1], place, b);
    out[i] = _mm512_mask_permutexvar_epi8(v, kPick.mask[i][2], place, c);
  }
  return {out[0], out[1], out[2]};
}

struct alignas(64) WeaveTable {
  uint8_t place[3][64];
  uint64_t mask[3][3];
};
constexpr WeaveTable MakeWeaveTable() {
  WeaveTable t{};
  for (int part = 0; part < 3; part++) {
    for (int i = 0; i < 64; i++) {
      const int to = 64 * part + i;
      t.place[part][i] = static_cast<uint8_t>(to / 3);
      t.mask[part][to % 3] |= uint64_t{1} << i;
    }
  }
  return t;
}
static constexpr WeaveTable kWeave = MakeWeaveTable();

AIDET_OP void StoreRgb(uint8_t* p, const Rgb& v) {
  for (int part = 0; part < 3; part++) {
    const Vec place = Load(kWeave.place[part]);
    Vec out = _mm512_permutexvar_epi8(place, v.r);
    out = _mm512_mask_permutexvar_epi8(out, kWeave.mask[part][1], place, v.g);
    Store(p + 64 * part, _mm512_mask_permutexvar_epi8(out, kWeave.mask[part][2], place, v.b));
  }
}

#elif defined(AIDET_TARGET_NEON)

AIDET_OP void StoreRgb(uint8_t* p, const Rgb& v) { vst3q_u8(p, uint8x16x3_t{{v.r, v.g, v.b}}); }

AIDET_OP Rgb LoadRgb(const uint8_t* p) {
  const uint8x16x3_t v = vld3q_u8(p);
  return {v.val[0], v.val[1], v.val[2]};
}

#else

// A group is 16 pixels, so 48 bytes in three parts; 0x80 leaves a zero.
struct alignas(16) PickTable {
  uint8_t place[3][3][16];
};
constexpr PickTable MakePickTable() {
  PickTable t{};
  for (int c = 0; c < 3; c++) {
    for (int part = 0; part < 3; part++) {
      for (int i = 0; i < 16; i++) {
        const int from = 3 * i + c - 16 * part;
        t.place[c][part][i] = static_cast<uint8_t>(from >= 0 && from < 16 ? from : 0x80);
      }
    }
  }
  return t;
}
static constexpr PickTable kPick = MakePickTable();

AIDET_OP Rgb LoadRgb(const uint8_t* p) {
  const Vec part[3] = {LoadGroups(p, 48), LoadGroups(p + 16, 48), LoadGroups(p + 32, 48)};
  Vec out[3];
  for (int c = 0; c < 3; c++) {
    out[c] = Or(Or(Shuffle8(part[0], Spread(kPick.place[c][0])),
                   Shuffle8(part[1], Spread(kPick.place[c][1]))),
                Shuffle8(part[2], Spread(kPick.place[c][2])));
  }
  return {out[0], out[1], out[2]};
}

struct alignas(16) WeaveTable {
  uint8_t place[3][3][16];
};
constexpr WeaveTable MakeWeaveTable() {
  WeaveTable t{};
  for (int part = 0; part < 3; part++) {
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 16; i++) {
        const int to = 16 * part + i;
        t.place[part][c][i] = static_cast<uint8_t>(to % 3 == c ? to / 3 : 0x80);
      }
    }
  }
  return t;
}
static constexpr WeaveTable kWeave = MakeWeaveTable();

AIDET_OP void StoreRgb(uint8_t* p, const Rgb& v) {
  for (int part = 0; part < 3; part++) {
    const Vec out = Or(Or(Shuffle8(v.r, Spread(kWeave.place[part][0])),
                          Shuffle8(v.g, Spread(kWeave.place[part][1]))),
                       Shuffle8(v.b, Spread(kWeave.place[part][2])));
    StoreGroups(p + 16 * part, 48, out);
  }
}

#endif

// Calls work(source, x) for kBytes pixels at a time; what is left of the row comes from a copy
// behind which stand zeros, so that nothing beyond the row is read.
template <class Work>
AIDET_OP void ForEachRgb(const uint8_t* row, int width, const Work& work) {
  int x = 0;
  for (; x + kBytes <= width; x += kBytes) work(row + 3 * x, x);
  if (x < width) {
    alignas(64) uint8_t rest[3 * kBytes] = {};
    std::memcpy(rest, row + 3 * x, static_cast<size_t>(width - x) * 3);
    work(rest, x);
  }
}

// Luma, and the chroma planes where wanted, of kBytes pixels: (r R + g G + b B + offset) >> 16,
// exact.
#if defined(AIDET_TARGET_AVX512)

// Pixels 16 k .. 16 k + 15 as 32-bit pairs (R, G) and (B, G): green twice, so that no weight of
// luma goes beyond 16 bits.
struct Colours {
  Vec rg[4], bg[4];
};
struct alignas(64) SpreadTable {
  uint8_t rg[2][64], bg[2][64];
};
// A quarter begins at the loaded bytes or, the last one, 16 bytes into them.
constexpr SpreadTable MakeSpreadTable() {
  SpreadTable t{};
  for (int last = 0; last < 2; last++) {
    for (int i = 0; i < 16; i++) {
      const int from = 16 * last + 3 * i;
      t.rg[last][4 * i] = static_cast<uint8_t>(from);
      t.rg[last][4 * i + 2] = t.bg[last][4 * i + 2] = static_cast<uint8_t>(from + 1);
      t.bg[last][4 * i] = static_cast<uint8_t>(from + 2);
    }
  }
  return t;
}
static constexpr SpreadTable kSpread = MakeSpreadTable();

AIDET_OP Colours LoadColours(const uint8_t* p) {
  constexpr uint64_t kLowBytes = 0x5555555555555555;
  Colours c;
  for (int k = 0; k < 4; k++) {
    const Vec bytes = Load(p + (k == 3 ? 128 : 48 * k));
    c.rg[k] = _mm512_maskz_permutexvar_epi8(kLowBytes, Load(kSpread.rg[k == 3]), bytes);
    c.bg[k] = _mm512_maskz_permutexvar_epi8(kLowBytes, Load(kSpread.bg[k == 3]), bytes);
  }
  return c;
}

struct alignas(64) SortTable {
  uint8_t place[64];
};
constexpr SortTable MakeSortTable() {
  SortTable t{};
  // Byte 4 i + j of what is sorted belongs to quarter 0, 2, 1, 3.
  constexpr int kPlaceOfQuarter[4] = {0, 2, 1, 3};
  for (int pixel = 0; pixel < 64; pixel++) {
    t.place[pixel] = static_cast<uint8_t>(4 * (pixel % 16) + kPlaceOfQuarter[pixel / 16]);
  }
  return t;
}
static constexpr SortTable kSort = MakeSortTable();

// Bits 16..23 of start + r R + g G + b B + g2 G.
AIDET_OP Vec Weigh(const Colours& c, int start, int r, int g, int b, int g2) {
  const Vec krg = SetPair(r, g), kbg = SetPair(b, g2), from = Set32(start);
  Vec sum[4];
  for (int k = 0; k < 4; k++) sum[k] = MulAddTo16(MulAddTo16(from, c.rg[k], krg), c.bg[k], kbg);
  const auto words = [](Vec low, Vec high) {
    return _mm512_mask_mov_epi16(_mm512_srli_epi32(low, 16), 0xaaaaaaaa, high);
  };
  const Vec even = words(sum[0], sum[1]), odd = words(sum[2], sum[3]);
  const Vec bytes = _mm512_mask_mov_epi8(even, 0xaaaaaaaaaaaaaaaa, _mm512_slli_epi16(odd, 8));
  return _mm512_permutexvar_epi8(Load(kSort.place), bytes);
}
AIDET_OP Vec Luma(const Colours& c) { return Weigh(c, 32768, 19595, 19235, 7471, 19235); }
// A weight of 32768 fits only with the sign turned: what is weighed is -x - 1, which is x with all
// bits turned.
AIDET_OP Vec Turned(Vec v) { return Xor(v, Set32(-1)); }
constexpr int kChromaStart = -((128 << 16) + 32767) - 1;
AIDET_OP Vec ChromaBlue(const Colours& c) {
  return Turned(Weigh(c, kChromaStart, 11059, 21709, -32768, 0));
}
AIDET_OP Vec ChromaRed(const Colours& c) {
  return Turned(Weigh(c, kChromaStart, -32768, 27439, 5329, 0));
}

#else

// The products with constants beyond 16
// bits are taken modulo 2^16 times a channel, which is added again after the shift; all of it is
// exact.
struct Colours {
  Vec rg[4], b1[4];  // 32-bit pairs (R, G) and (B, 1) of the quarters of each group
  Vec r16[2], g16[2], b16[2];
};
AIDET_OP Colours LoadColours(const uint8_t* from) {
  const Rgb p = LoadRgb(from);
  Colours c;
  const Vec zero = Zero(), one = Set16(1);
  c.r16[0] = Low8(p.r, zero), c.r16[1] = High8(p.r, zero);
  c.g16[0] = Low8(p.g, zero), c.g16[1] = High8(p.g, zero);
  c.b16[0] = Low8(p.b, zero), c.b16[1] = High8(p.b, zero);
  for (int h = 0; h < 2; h++) {
    c.rg[2 * h] = Low16(c.r16[h], c.g16[h]);
    c.rg[2 * h + 1] = High16(c.r16[h], c.g16[h]);
    c.b1[2 * h] = Low16(c.b16[h], one);
    c.b1[2 * h + 1] = High16(c.b16[h], one);
  }
  return c;
}
// (r R + g G + b B + one) >> 16, in the order of the bytes, plus `base` (two vectors of 16 bits),
// limited to 0..255.
AIDET_OP Vec Weigh(const Colours& c, int r, int g, int b, int one, const Vec base[2], int offset) {
  const Vec krg = SetPair(r, g), kb1 = SetPair(b, one), add = Set16(offset);
  Vec half[2];
  for (int h = 0; h < 2; h++) {
    const Vec low = Add32(MulAdd16(c.rg[2 * h], krg), MulAdd16(c.b1[2 * h], kb1));
    const Vec high = Add32(MulAdd16(c.rg[2 * h + 1], krg), MulAdd16(c.b1[2 * h + 1], kb1));
    const Vec sum = Pack32(ShiftRight32<16>(low), ShiftRight32<16>(high));
    half[h] = Add16(sum, Add16(base[h], add));
  }
  return Pack16AsU8(half[0], half[1]);
}
// 38470 = 65536 - 27066; 32768 = 65536 - 32768.
AIDET_OP Vec Luma(const Colours& c) { return Weigh(c, 19595, -27066, 7471, -32768, c.g16, 1); }
AIDET_OP Vec ChromaBlue(const Colours& c) {
  return Weigh(c, -11059, -21709, -32768, 32767, c.b16, 128);
}
AIDET_OP Vec ChromaRed(const Colours& c) {
  return Weigh(c, -32768, -27439, -5329, 32767, c.r16, 128);
}

#endif

}  // namespace aidet::forensics::AIDET_TARGET

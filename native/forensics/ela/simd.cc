// ELA's operations on rows in vectors; ela/reference.cc says what they compute.
#include "../dct_simd.h"
#include "../rgb_simd.h"
#include "../targets.h"
#include "walk.h"

namespace aidet::forensics::AIDET_TARGET {
namespace {

AIDET_OP void QuantiseRow(Vec& v, const Quantisers& q, int row) {
  const Vec magnitude =
      Add16(Abs16(v), Spread(reinterpret_cast<const uint8_t*>(q.correction + 8 * row)));
  const Vec level = MulHighU16(
      MulHighU16(magnitude, Spread(reinterpret_cast<const uint8_t*>(q.reciprocal + 8 * row))),
      Spread(reinterpret_cast<const uint8_t*>(q.scale + 8 * row)));
  const Vec value = MulLow16(level, Spread(reinterpret_cast<const uint8_t*>(q.step + 8 * row)));
  v = Sign16(value, v);
}

// A chroma pair of 2 kWords pixels, centred, as the even and the odd ones.
struct Chroma {
  Vec even, odd;
};

struct Ops {
  static void Convert(const uint8_t* rgb, int width, uint8_t* y, uint8_t* cb, uint8_t* cr) {
    ForEachRgb(rgb, width, [&](const uint8_t* p, int x) {
      const Colours colours = LoadColours(p);
      Store(y + x, Luma(colours));
      Store(cb + x, ChromaBlue(colours));
      Store(cr + x, ChromaRed(colours));
    });
  }

  static void ConvertPair(const uint8_t* row, const uint8_t* next, int width, int, uint8_t* y,
                          uint8_t* y_next, uint8_t* cb, uint8_t* cr) {
    int x = 0;
    for (; x + kBytes <= width; x += kBytes) {
      ConvertPiece(row + 3 * x, next + 3 * x, y + x, y_next + x, cb + x / 2, cr + x / 2);
    }
    if (x == width) return;
    // Continued by the last pixel to a whole vector, which reaches beyond what is wanted.
    alignas(64) uint8_t rest[2][3 * kBytes];
    for (int i = 0; i < 3 * kBytes; i++) {
      const int from = 3 * std::min(x + i / 3, width - 1) + i % 3;
      rest[0][i] = row[from], rest[1][i] = next[from];
    }
    ConvertPiece(rest[0], rest[1], y + x, y_next + x, cb + x / 2, cr + x / 2);
  }

  static void RoundTrip(const uint8_t* in, ptrdiff_t stride, int blocks, const Quantisers& q,
                        uint8_t* out, PixelsAhead ahead) {
    for (int block = 0; block < blocks; block += kLanes) {
      if (ahead.data != nullptr) Fetch(ahead, 8 * block);
      Vec v[8];
      ForwardDct(in + 8 * block, stride, v);
      for (int r = 0; r < 8; r++) QuantiseRow(v[r], q, r);
      InverseDct(v, out + 8 * block, stride);
    }
  }

  static void Compare420(const uint8_t* rgb, const uint8_t* y, const uint8_t* const cb[2],
                         const uint8_t* const cr[2], int16_t* const sums[2], int width,
                         const ElaRowOutput& out) {
    const int samples = (width + 1) / 2;
    const bool repeated = IsChromaRepeated(width);
    const uint8_t* const* const rows[2] = {cb, cr};
    for (int c = 0; c < 2; c++) {
      // Centred: 4 * 128 less, so that interpolation gives the chroma minus 128.
      const Vec centre = Set16(512);
      for (int i = 0; i < samples; i += kWords) {
        const Vec near = LoadU8AsI16(rows[c][0] + i);
        const Vec far = repeated ? near : LoadU8AsI16(rows[c][1] + i);
        const Vec sum = Add16(Add16(near, far), Add16(near, near));
        Store(sums[c] + i, Sub16(sum, centre));
      }
      sums[c][-1] = sums[c][0];
      sums[c][samples] = sums[c][samples - 1];
    }
    ForEachRgb(rgb, width, [&](const uint8_t* p, int x) {
      const Chroma blue = repeated ? Repeat(sums[0] + x / 2) : Interpolate(sums[0] + x / 2);
      const Chroma red = repeated ? Repeat(sums[1] + x / 2) : Interpolate(sums[1] + x / 2);
      Compare(LoadRgb(p), Load(y + x), blue, red, x, width, out);
    });
  }

  static void Compare444(const uint8_t* rgb, const uint8_t* y, const uint8_t* cb, const uint8_t* cr,
                         int width, const ElaRowOutput& out) {
    const Vec centre = Set16(128), low = Set16(255);
    ForEachRgb(rgb, width, [&](const uint8_t* p, int x) {
      const Vec b = Load(cb + x), r = Load(cr + x);
      Compare(LoadRgb(p), Load(y + x),
              {Sub16(And(b, low), centre), Sub16(ShiftRightU16<8>(b), centre)},
              {Sub16(And(r, low), centre), Sub16(ShiftRightU16<8>(r), centre)}, x, width, out);
    });
  }

 private:
  // kBytes pixels of two rows.
  AIDET_OP void ConvertPiece(const uint8_t* row, const uint8_t* next, uint8_t* y, uint8_t* y_next,
                             uint8_t* cb, uint8_t* cr) {
    const Colours upper = LoadColours(row), lower = LoadColours(next);
    Store(y, Luma(upper));
    Store(y_next, Luma(lower));
    StoreI16AsU8(cb, MeanOfFour(ChromaBlue(upper), ChromaBlue(lower)));
    StoreI16AsU8(cr, MeanOfFour(ChromaRed(upper), ChromaRed(lower)));
  }
  AIDET_OP Vec MeanOfFour(Vec upper, Vec lower) {
    const Vec ones = Set16(0x0101);
    const Vec sum = Add16(MulAddU8(upper, ones), MulAddU8(lower, ones));
    return ShiftRightU16<2>(Add16(sum, SetPair(1, 2)));
  }

  // 8 kLanes pixels from x on of 8 rows, into the second cache: a strip is too large for the first.
  AIDET_OP void Fetch(PixelsAhead ahead, int x) {
    for (int r = 0; r < 8; r++) {
      const uint8_t* p = ahead.data + r * ahead.stride + 3 * x;
      for (int byte = 0; byte < 24 * kLanes; byte += 64) __builtin_prefetch(p + byte, 0, 2);
    }
  }
  AIDET_OP Chroma Interpolate(const int16_t* sums) {
    const Vec here = Load(sums);
    const Vec three = Add16(here, Add16(here, here));
    return {ShiftRight16<4>(Add16(Add16(three, Load(sums - 1)), Set16(8))),
            ShiftRight16<4>(Add16(Add16(three, Load(sums + 1)), Set16(7)))};
  }
  // Four times the centred sample stands in the sums.
  AIDET_OP Chroma Repeat(const int16_t* sums) {
    const Vec here = ShiftRight16<2>(Load(sums));
    return {here, here};
  }

  // (constant * chroma + 2^15) >> 16, from twice the chroma.
  AIDET_OP Vec Scale(Vec twice, int constant) {
    return ShiftRight16<1>(Add16(MulHigh16(twice, Set16(constant)), Set16(1)));
  }
  struct Colour {
    Vec r, g, b;
  };
  // 91881 = 65536 + 26345, 116130 = 131072 - 14942, -46802 = -65536 + 18734.
  AIDET_OP Colour ToRgb(Vec y, Vec cb, Vec cr) {
    const Vec cb2 = Add16(cb, cb), cr2 = Add16(cr, cr);
    const Vec weights = SetPair(-22554, 18734), half = Set32(32768);
    const Vec low = MulAddTo16(half, Low16(cb, cr), weights);
    const Vec high = MulAddTo16(half, High16(cb, cr), weights);
    const Vec green = Pack32(ShiftRight32<16>(low), ShiftRight32<16>(high));
    return {Add16(Add16(y, cr), Scale(cr2, 26345)), Add16(Sub16(y, cr), green),
            Add16(Add16(y, cb2), Scale(cb2, -14942))};
  }
  // Even and odd pixels of each group to bytes in order.
  AIDET_OP Vec Weave(Vec even, Vec odd) {
    alignas(16) static const uint8_t kOrder[16] = {0, 8,  1, 9,  2, 10, 3, 11,
                                                   4, 12, 5, 13, 6, 14, 7, 15};
    return Shuffle8(Pack16AsU8(even, odd), Spread(kOrder));
  }
  AIDET_OP Vec Difference(Vec a, Vec b) { return Or(SubSaturated8(a, b), SubSaturated8(b, a)); }

  AIDET_OP void Compare(const Rgb& p, Vec y, Chroma cb, Chroma cr, int x, int width,
                        const ElaRowOutput& out) {
    const Colour even = ToRgb(And(y, Set16(255)), cb.even, cr.even);
    const Colour odd = ToRgb(ShiftRightU16<8>(y), cb.odd, cr.odd);
    Vec r = Difference(p.r, Weave(even.r, odd.r));
    Vec g = Difference(p.g, Weave(even.g, odd.g));
    Vec b = Difference(p.b, Weave(even.b, odd.b));
    const int valid = width - x;
    if (__builtin_expect(valid < kBytes, 0)) {
      const Vec mask = FirstBytes(valid);
      r = And(r, mask), g = And(g, mask), b = And(b, mask);
    }
    const Vec sum =
        Add64(Add64(SumAbsDiff8(r, Zero()), SumAbsDiff8(g, Zero())), SumAbsDiff8(b, Zero()));
    uint64_t* sums = out.sums + x / kBlock * 2;
    Store(sums, Add64(Load(sums), sum));
    if (out.difference_max != nullptr) {
      StoreFirst(out.difference_max + x, Max8(Max8(r, g), b), valid);
    }
    if (out.difference_rgb != nullptr) {
      StoreDifference(out.difference_rgb + 3 * x, {r, g, b}, valid);
    }
  }

  AIDET_OP void StoreDifference(uint8_t* to, const Rgb& v, int valid) {
    if (valid >= kBytes) return StoreRgb(to, v);
    alignas(64) uint8_t bytes[3 * kBytes];
    StoreRgb(bytes, v);
    std::memcpy(to, bytes, static_cast<size_t>(valid) * 3);
  }
};

}  // namespace

void Ela(const ElaParams& params, void* workspace, ElaOutput* out) {
  RunEla<Ops>(params, workspace, out);
}

}  // namespace aidet::forensics::AIDET_TARGET

// The median's residual of kLanes blocks side by side, a column of blocks at a time, everything in
// registers; noise/reference.cc says what is computed.
#include "../targets.h"
#include "noise.h"

namespace aidet::forensics::AIDET_TARGET {
namespace {

struct Sorted {
  Vec low, middle, high;
};

// Of three rows, where `a` and `b` are the lesser and greater of two of them.
AIDET_OP Sorted Insert(Vec a, Vec b, Vec c) {
  const Vec d = Min8(b, c);
  return {Min8(a, d), Max8(a, d), Max8(b, c)};
}
AIDET_OP Vec MedianOf3(Vec a, Vec b, Vec c) { return Max8(Min8(a, b), Min8(Max8(a, b), c)); }
// The median of nine out of three sorted columns: greatest of the lows, median of the middles,
// least of the highs.
AIDET_OP Vec MedianOf9(const Sorted s[3]) {
  return MedianOf3(Max8(Max8(s[0].low, s[1].low), s[2].low),
                   MedianOf3(s[0].middle, s[1].middle, s[2].middle),
                   Min8(Min8(s[0].high, s[1].high), s[2].high));
}

struct Sums {
  Vec grey, sum, sum2, sum4;
};

AIDET_OP void Count(Vec grey, Vec residual, Sums& s) {
  const Vec sign = Set32(static_cast<int>(0x80808080u));
  s.grey = Add64(s.grey, SumAbsDiff8(grey, Zero()));
  s.sum = Add64(s.sum, SumAbsDiff8(Xor(residual, sign), Zero()));
  // Sign-extended by unpacking into the upper bytes.
  const Vec low = ShiftRight16<8>(Low8(Zero(), residual));
  const Vec high = ShiftRight16<8>(High8(Zero(), residual));
  s.sum2 = Add32(s.sum2, Add32(MulAdd16(low, low), MulAdd16(high, high)));
  const Vec low2 = MulLow16(low, low), high2 = MulLow16(high, high);
  // At most 2^30 in each of the sums of pairs.
  const Vec fourth = Add32(MulAdd16(low2, low2), MulAdd16(high2, high2));
  s.sum4 = Add64(s.sum4, Add64(ShiftRightU64<32>(fourth), LowHalf64(fourth)));
}

struct Column {
  const GreyView& image;
  NoiseOutput* out;
  int x;

  const uint8_t* Row(int y) const {
    const int last = image.height - 1;
    return image.data + (y < 0 ? 0 : y > last ? last : y) * image.stride + x;
  }

  // Rows top..bottom - 1 of one row of blocks.
  template <bool kPartial>
  AIDET_OP void Walk(const Column& c, int top, int bottom, Sums& s) {
    const int valid = c.image.width - c.x;
    const Vec mask = kPartial ? FirstBytes(valid) : Zero();
    const auto emit = [&](Vec grey, Vec median, int y) __attribute__((always_inline)) {
      const Vec sign = Set32(static_cast<int>(0x80808080u));
      Vec residual = SubSaturatedI8(Xor(grey, sign), Xor(median, sign));
      if (kPartial) {
        residual = And(residual, mask);
        grey = And(grey, mask);
      }
      Count(grey, residual, s);
      if (c.out->residual != nullptr) {
        StoreFirst(c.out->residual + static_cast<ptrdiff_t>(y) * c.image.width + c.x, residual,
                   valid);
      }
    };
    // Two rows share the sorting of what lies between them.
    int y = top;
    for (; y + 1 < bottom; y += 2) {
      const uint8_t* rows[4] = {c.Row(y - 1), c.Row(y), c.Row(y + 1), c.Row(y + 2)};
      Sorted upper[3], lower[3];
      for (int i = 0; i < 3; i++) {
        const Vec a = Load(rows[1] + i - 1), b = Load(rows[2] + i - 1);
        const Vec less = Min8(a, b), more = Max8(a, b);
        upper[i] = Insert(less, more, Load(rows[0] + i - 1));
        lower[i] = Insert(less, more, Load(rows[3] + i - 1));
      }
      emit(Load(rows[1]), MedianOf9(upper), y);
      emit(Load(rows[2]), MedianOf9(lower), y + 1);
    }
    if (y < bottom) {
      const uint8_t* rows[3] = {c.Row(y - 1), c.Row(y), c.Row(y + 1)};
      Sorted sorted[3];
      for (int i = 0; i < 3; i++) {
        const Vec a = Load(rows[0] + i - 1), b = Load(rows[1] + i - 1);
        sorted[i] = Insert(Min8(a, b), Max8(a, b), Load(rows[2] + i - 1));
      }
      emit(Load(rows[1]), MedianOf9(sorted), y);
    }
  }
};

void Finish(const Column& c, int top, int bottom, const Sums& s) {
  alignas(64) uint64_t grey[2 * kLanes], sum[2 * kLanes], sum4[2 * kLanes];
  alignas(64) uint32_t sum2[4 * kLanes];
  Store(grey, s.grey), Store(sum, s.sum), Store(sum2, s.sum2), Store(sum4, s.sum4);
  const int columns = BlocksOf(c.image.width);
  for (int i = 0; i < kLanes && c.x + i * kBlock < c.image.width; i++) {
    const int left = c.x + i * kBlock;
    const int width = c.image.width - left < kBlock ? c.image.width - left : kBlock;
    const int height = bottom - top;
    NoiseBlock block;
    block.grey = static_cast<int64_t>(grey[2 * i] + grey[2 * i + 1]);
    // All 16 columns were counted with 128 added; those beyond the image are 0.
    block.sum = static_cast<int64_t>(sum[2 * i] + sum[2 * i + 1]) - int64_t{128} * kBlock * height;
    block.sum2 = int64_t{sum2[4 * i]} + sum2[4 * i + 1] + sum2[4 * i + 2] + sum2[4 * i + 3];
    block.sum4 = static_cast<int64_t>(sum4[2 * i] + sum4[2 * i + 1]);
    const auto index = static_cast<size_t>(top / kBlock) * static_cast<size_t>(columns) +
                       static_cast<size_t>(left / kBlock);
    FinishNoiseBlock(block, width * height, index, c.out);
  }
}

}  // namespace

void Noise(const GreyView& image, NoiseOutput* out) {
  out->sum = out->sum2 = out->sum4 = 0;
  for (int top = 0; top < image.height; top += kBlock) {
    const int bottom = top + kBlock < image.height ? top + kBlock : image.height;
    for (int x = 0; x < image.width; x += kBytes) {
      Column c{image, out, x};
      Sums s{Zero(), Zero(), Zero(), Zero()};
      if (x + kBytes <= image.width) {
        Column::Walk<false>(c, top, bottom, s);
      } else {
        Column::Walk<true>(c, top, bottom, s);
      }
      Finish(c, top, bottom, s);
    }
  }
}

namespace {

AIDET_OP Vec SecondDifference(const uint8_t* p, ptrdiff_t step) {
  const Vec here = LoadU8AsI16(p);
  const Vec sides = Add16(LoadU8AsI16(p - step), LoadU8AsI16(p + step));
  return Abs16(Sub16(Add16(here, here), sides));
}

// At most 510 each, so that 16 bits hold this many rows.
constexpr int kRowsIn16Bits = 128;

void ColumnSums(const GreyView& image, uint32_t* columns) {
  constexpr int kVectors = 4;
  for (int left = 0; left < image.width; left += kVectors * kWords) {
    const int count =
        image.width - left < kVectors * kWords ? image.width - left : kVectors * kWords;
    const int vectors = (count + kWords - 1) / kWords;
    for (int i = 0; i < count; i++) columns[left + i] = 0;
    for (int top = 0; top < image.height; top += kRowsIn16Bits) {
      const int bottom = top + kRowsIn16Bits < image.height ? top + kRowsIn16Bits : image.height;
      Vec sums[kVectors];
      for (int v = 0; v < kVectors; v++) sums[v] = Zero();
      for (int y = top; y < bottom; y++) {
        const uint8_t* row = image.data + y * image.stride + left;
        for (int v = 0; v < vectors; v++) {
          sums[v] = Add16(sums[v], SecondDifference(row + v * kWords, 1));
        }
      }
      alignas(64) uint16_t words[kVectors * kWords];
      for (int v = 0; v < kVectors; v++) Store(words + v * kWords, sums[v]);
      for (int i = 0; i < count; i++) columns[left + i] += words[i];
    }
  }
  columns[0] = columns[image.width - 1] = 0;
}

uint32_t RowSum(const GreyView& image, int y) {
  const uint8_t* row = image.data + y * image.stride;
  const Vec one = Set16(1);
  Vec sum = Zero();
  int x = 0;
  for (; x + kWords <= image.width; x += kWords) {
    sum = Add32(sum, MulAdd16(SecondDifference(row + x, image.stride), one));
  }
  if (x < image.width) {
    const Vec mask = FirstBytes(2 * (image.width - x));
    sum = Add32(sum, MulAdd16(And(SecondDifference(row + x, image.stride), mask), one));
  }
  alignas(64) uint32_t parts[4 * kLanes];
  Store(parts, sum);
  uint32_t total = 0;
  for (const uint32_t part : parts) total += part;
  return total;
}

}  // namespace

void SecondDifferences(const GreyView& image, SecondDifferenceOutput* out) {
  if (out->columns != nullptr) ColumnSums(image, out->columns);
  if (out->rows == nullptr) return;
  out->rows[0] = out->rows[image.height - 1] = 0;
  for (int y = 1; y < image.height - 1; y++) out->rows[y] = RowSum(image, y);
}

}  // namespace aidet::forensics::AIDET_TARGET

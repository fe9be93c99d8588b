#include "reference.h"

#include <cstdlib>

namespace aidet::forensics {
namespace {

constexpr int kConstBits = 13;
constexpr int kPass1Bits = 2;

int32_t Descale(int32_t x, int bits) { return (x + (1 << (bits - 1))) >> bits; }
uint8_t Limit(int x) { return static_cast<uint8_t>(std::clamp(x, 0, 255)); }

// z5-form of the odd part, as published; a..d are the inputs 7, 5, 3, 1 (or the differences 4, 5,
// 6, 7).
void OddPart(int32_t t0, int32_t t1, int32_t t2, int32_t t3, int32_t odd[4]) {
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

void ForwardPass(int32_t* d, int step, bool rows) {
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

void InversePass(int32_t* d, int step, int shift) {
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

void Compare(const uint8_t* rgb, int y, int cb, int cr, int x, const ElaRowOutput& out) {
  cb -= 128;
  cr -= 128;
  const int again[3] = {Limit(y + ((91881 * cr + 32768) >> 16)),
                        Limit(y + ((-22554 * cb - 46802 * cr + 32768) >> 16)),
                        Limit(y + ((116130 * cb + 32768) >> 16))};
  int largest = 0;
  for (int c = 0; c < 3; c++) {
    const int difference = std::abs(rgb[3 * x + c] - again[c]);
    largest = std::max(largest, difference);
    if (out.difference_rgb != nullptr) {
      out.difference_rgb[3 * x + c] = static_cast<uint8_t>(difference);
    }
    out.sums[x / kBlock * 2] += static_cast<uint64_t>(difference);
  }
  if (out.difference_max != nullptr) out.difference_max[x] = static_cast<uint8_t>(largest);
}

}  // namespace

void ForwardDctPlain(const uint8_t* samples, ptrdiff_t stride, int32_t* coefficients) {
  for (int i = 0; i < 64; i++) coefficients[i] = samples[i / 8 * stride + i % 8] - 128;
  for (int i = 0; i < 8; i++) ForwardPass(coefficients + 8 * i, 1, true);
  for (int i = 0; i < 8; i++) ForwardPass(coefficients + i, 8, false);
}

void ElaPlainOps::Convert(const uint8_t* rgb, int width, uint8_t* y, uint8_t* cb, uint8_t* cr) {
  for (int x = 0; x < width; x++) {
    const int r = rgb[3 * x], g = rgb[3 * x + 1], b = rgb[3 * x + 2];
    y[x] = static_cast<uint8_t>((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
    cb[x] = static_cast<uint8_t>((-11059 * r - 21709 * g + 32768 * b + (128 << 16) + 32767) >> 16);
    cr[x] = static_cast<uint8_t>((32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16);
  }
}

void ElaPlainOps::Downsample(const uint8_t* row, const uint8_t* next, int samples, uint8_t* out) {
  for (int x = 0; x < samples; x++) {
    const int sum = row[2 * x] + row[2 * x + 1] + next[2 * x] + next[2 * x + 1];
    out[x] = static_cast<uint8_t>((sum + 1 + (x & 1)) >> 2);
  }
}

void ElaPlainOps::RoundTrip(const uint8_t* in, ptrdiff_t stride, int blocks, const Quantisers& q,
                            uint8_t* out) {
  for (int block = 0; block < blocks; block++) {
    int32_t d[64];
    ForwardDctPlain(in + 8 * block, stride, d);
    for (int i = 0; i < 64; i++) {
      const int divisor = 8 * q.step[i];
      const int magnitude = (std::abs(d[i]) + divisor / 2) / divisor * q.step[i];
      d[i] = d[i] < 0 ? -magnitude : magnitude;
    }
    for (int i = 0; i < 8; i++) InversePass(d + i, 8, kConstBits - kPass1Bits);
    for (int i = 0; i < 8; i++) InversePass(d + 8 * i, 1, kConstBits + kPass1Bits + 3);
    for (int i = 0; i < 64; i++) out[i / 8 * stride + 8 * block + i % 8] = Limit(d[i] + 128);
  }
}

void ElaPlainOps::Compare420(const uint8_t* rgb, const uint8_t* y, const uint8_t* const cb[2],
                             const uint8_t* const cr[2], int16_t* const sums[2], int width,
                             const ElaRowOutput& out) {
  const int samples = (width + 1) / 2;
  const bool repeated = IsChromaRepeated(width);
  const uint8_t* const* const rows[2] = {cb, cr};
  for (int c = 0; c < 2; c++) {
    for (int i = 0; i < samples; i++) {
      sums[c][i] = static_cast<int16_t>(3 * rows[c][0][i] + rows[c][1][i]);
    }
    sums[c][-1] = sums[c][0];
    sums[c][samples] = sums[c][samples - 1];
  }
  for (int x = 0; x < width; x++) {
    const int i = x / 2, side = (x & 1) != 0 ? i + 1 : i - 1, half = 8 - (x & 1);
    int chroma[2];
    for (int c = 0; c < 2; c++) {
      chroma[c] = repeated ? rows[c][0][i] : (3 * sums[c][i] + sums[c][side] + half) >> 4;
    }
    Compare(rgb, y[x], chroma[0], chroma[1], x, out);
  }
}

void ElaPlainOps::Compare444(const uint8_t* rgb, const uint8_t* y, const uint8_t* cb,
                             const uint8_t* cr, int width, const ElaRowOutput& out) {
  for (int x = 0; x < width; x++) Compare(rgb, y[x], cb[x], cr[x], x, out);
}

void ElaReference(const ElaParams& params, void* workspace, ElaOutput* out) {
  RunEla<ElaPlainOps>(params, workspace, out);
}

size_t ElaWorkspaceBytes(int width, Subsampling) { return LayOutEla(nullptr, width).bytes; }

}  // namespace aidet::forensics

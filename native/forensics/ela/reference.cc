#include "reference.h"

#include <cstdlib>

#include "../dct_plain.h"

namespace aidet::forensics {
namespace {

using plain::ForwardPass;
using plain::InversePass;

uint8_t Limit(int x) { return static_cast<uint8_t>(std::clamp(x, 0, 255)); }

struct Colour {
  int y, cb, cr;
};

Colour ColourOf(const uint8_t* rgb) {
  const int r = rgb[0], g = rgb[1], b = rgb[2];
  return {(19595 * r + 38470 * g + 7471 * b + 32768) >> 16,
          (-11059 * r - 21709 * g + 32768 * b + (128 << 16) + 32767) >> 16,
          (32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16};
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
    const Colour c = ColourOf(rgb + 3 * x);
    y[x] = static_cast<uint8_t>(c.y);
    cb[x] = static_cast<uint8_t>(c.cb);
    cr[x] = static_cast<uint8_t>(c.cr);
  }
}

void ElaPlainOps::ConvertPair(const uint8_t* row, const uint8_t* next, int width, int padded,
                              uint8_t* y, uint8_t* y_next, uint8_t* cb, uint8_t* cr) {
  const uint8_t* const rows[2] = {row, next};
  uint8_t* const luma[2] = {y, y_next};
  for (int i = 0; i < padded / 2; i++) {
    int blue = 0, red = 0;
    for (int j = 0; j < 4; j++) {
      const int x = 2 * i + j % 2;
      const Colour c = ColourOf(rows[j / 2] + 3 * std::min(x, width - 1));
      luma[j / 2][x] = static_cast<uint8_t>(c.y);
      blue += c.cb, red += c.cr;
    }
    cb[i] = static_cast<uint8_t>((blue + 1 + (i & 1)) >> 2);
    cr[i] = static_cast<uint8_t>((red + 1 + (i & 1)) >> 2);
  }
}

void ElaPlainOps::RoundTrip(const uint8_t* in, ptrdiff_t stride, int blocks, const Quantisers& q,
                            uint8_t* out, PixelsAhead) {
  for (int block = 0; block < blocks; block++) {
    int32_t d[64];
    ForwardDctPlain(in + 8 * block, stride, d);
    for (int i = 0; i < 64; i++) d[i] = plain::Requantise(d[i], q.step[i]);
    for (int i = 0; i < 8; i++) InversePass(d + i, 8, false);
    for (int i = 0; i < 8; i++) InversePass(d + 8 * i, 1, true);
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

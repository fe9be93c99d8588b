// The plain operations of ELA on rows, written as T.81 and T.871 are usually implemented; they
// judge the vectors.
#pragma once

#include "walk.h"

namespace aidet::forensics {

struct ElaPlainOps {
  static void Convert(const uint8_t* rgb, int width, uint8_t* y, uint8_t* cb, uint8_t* cr);
  // Two rows, each continued to `padded` by its last pixel: their luma, and of their chroma the
  // mean of 2 x 2, rounded with 1 and 2 alternating, so that the sum has no bias.
  static void ConvertPair(const uint8_t* row, const uint8_t* next, int width, int padded,
                          uint8_t* y, uint8_t* y_next, uint8_t* cb, uint8_t* cr);
  static void RoundTrip(const uint8_t* in, ptrdiff_t stride, int blocks, const Quantisers& q,
                        uint8_t* out, PixelsAhead ahead);
  // cb, cr: the nearer and the farther chroma row; sums: room for their weighted sums, a sample
  // either side.
  static void Compare420(const uint8_t* rgb, const uint8_t* y, const uint8_t* const cb[2],
                         const uint8_t* const cr[2], int16_t* const sums[2], int width,
                         const ElaRowOutput& out);
  static void Compare444(const uint8_t* rgb, const uint8_t* y, const uint8_t* cb, const uint8_t* cr,
                         int width, const ElaRowOutput& out);
};

void ForwardDctPlain(const uint8_t* samples, ptrdiff_t stride, int32_t* coefficients);

void ElaReference(const ElaParams& params, void* workspace, ElaOutput* out);

}  // namespace aidet::forensics

// Pixel planes that the kernels read. Nothing here owns memory. Functions in headers are static,
// here and beside: each target's files are compiled for other instructions, and the linker must
// never take one's copy for another's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aidet::forensics {

// Interleaved 8-bit RGB, row-major.
struct RgbView {
  const uint8_t* data;
  int width;
  int height;
  // Bytes from one row to the next; at least 3 * width.
  ptrdiff_t stride;
};

// Bytes beyond either end of a row of a GreyView that may be read; the nearest pixel is repeated
// there, so that neighbourhoods need no special case at the left and right border.
constexpr int kGreyPadding = 64;

// JPEG luma, 8 bits: (19595 R + 38470 G + 7471 B + 32768) >> 16 (ITU-T T.871, as libjpeg rounds
// it).
struct GreyView {
  // Pixel (0, 0); kGreyPadding readable bytes stand before it and after each row's last pixel.
  const uint8_t* data;
  int width;
  int height;
  ptrdiff_t stride;
};

static inline ptrdiff_t GreyStride(int width) {
  return (static_cast<ptrdiff_t>(width) + 2 * kGreyPadding + 63) / 64 * 64;
}
static inline size_t GreyBytes(int width, int height) {
  return static_cast<size_t>(GreyStride(width)) * static_cast<size_t>(height) + 64;
}

// Statistics are kept for squares of this many pixels; the last of a row or column may be smaller.
constexpr int kBlock = 16;
static inline int BlocksOf(int pixels) { return (pixels + kBlock - 1) / kBlock; }

}  // namespace aidet::forensics

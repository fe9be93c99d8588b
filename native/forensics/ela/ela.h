// Error level analysis: |image - image after a JPEG round trip|, bit for bit what libjpeg (islow
// forward and inverse DCT, fancy upsampling, no smoothing) gives, without any entropy coding.
//
// Source of the method: N. Krawetz, "A Picture's Worth", 2007. Source of the arithmetic:
// Independent JPEG Group's published islow DCT (Loeffler, Ligtenberg, Moschytz 1989) and ITU-T
// T.81, T.871.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../planes.h"

namespace aidet::forensics {

enum class Subsampling { k444, k420 };

struct ElaParams {
  RgbView image;
  // Quality 1..100 of the round trip, libjpeg's scale over the tables of T.81 annex K.
  int quality;
  Subsampling subsampling;
};

struct ElaOutput {
  // width * height * 3 absolute differences, interleaved RGB; null: not wanted.
  uint8_t* difference_rgb;
  // width * height, the largest difference of the three channels, 0..255; null: not wanted.
  uint8_t* difference_max;
  // BlocksOf(width) * BlocksOf(height): sum of the differences of all channels in a 16 x 16 block;
  // never null.
  uint32_t* block_sum;
};

// Bytes that `workspace` must hold, aligned to 64.
size_t ElaWorkspaceBytes(int width, Subsampling subsampling);

}  // namespace aidet::forensics

// The inner loop of packing: bytes of one row to normalised floats. Every version gives the same
// bits.
#pragma once

#include <array>
#include <cstdint>

namespace aidet::inference {

// value = byte * factor[c] + offset[c]
struct Normalisation {
  std::array<float, 3> factor;
  std::array<float, 3> offset;
};

struct RowPacker {
  // One plane a channel, `pixels` values each.
  void (*planes)(const uint8_t* rgb, int pixels, const Normalisation& normalisation, float* red,
                 float* green, float* blue);
  // Red, green, blue of each pixel.
  void (*interleaved)(const uint8_t* rgb, int pixels, const Normalisation& normalisation,
                      float* out);
};

// The plain loops that judge the others.
const RowPacker& ScalarRowPacker();

// The fastest that this CPU runs.
const RowPacker& BestRowPacker();

}  // namespace aidet::inference

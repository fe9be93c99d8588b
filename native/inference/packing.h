// Tiles cut out of 8-bit RGB straight into a batch tensor: one pass, no memory between.
#pragma once

#include <array>
#include <cstdint>

namespace aidet::inference {

// Row-major, three bytes a pixel, no padding.
struct RgbView {
  const uint8_t* data;
  int width;
  int height;
};

// value = byte * factor[c] + offset[c]
struct Normalisation {
  std::array<float, 3> factor;
  std::array<float, 3> offset;
};

// (byte * scale - mean[c]) / std[c] as one multiplication and one addition.
Normalisation MakeNormalisation(double scale, const std::array<double, 3>& mean,
                                const std::array<double, 3>& std);

// Writes tile x tile pixels from (x, y) on: planes where `channels_last` is false, else pixels.
// What lies beyond the right and bottom edge is reflected as numpy's pad mode `reflect` does (the
// edge itself is not repeated).
//
// Along each axis either the tile lies inside the image, or the axis is shorter than the tile and
// the origin 0.
void PackTile(const RgbView& image, int x, int y, int tile, bool channels_last,
              const Normalisation& normalisation, float* out);

}  // namespace aidet::inference

// Tiles cut out of 8-bit RGB straight into a batch tensor: one pass, no memory between.
#pragma once

#include <array>
#include <cstdint>

#include "inference/row_packer.h"

namespace aidet::inference {

// Row-major, three bytes a pixel, no padding.
struct RgbView {
  const uint8_t* data;
  int width;
  int height;
};

struct TileFormat {
  // Side in pixels.
  int tile;
  // Pixels of three values instead of three planes.
  bool channels_last;
  Normalisation normalisation;
};

// (byte * scale - mean[c]) / std[c] as one multiplication and one addition.
Normalisation MakeNormalisation(double scale, const std::array<double, 3>& mean,
                                const std::array<double, 3>& std);

// Writes the tile whose left top is (x, y), 3 * tile * tile values. What lies beyond the right and
// bottom edge is reflected as numpy's pad mode `reflect` does (the edge itself is not repeated).
//
// Along each axis either the tile lies inside the image, or the axis is shorter than the tile and
// the origin is 0.
void PackTile(const RgbView& image, int x, int y, const TileFormat& format, const RowPacker& packer,
              float* out);

}  // namespace aidet::inference

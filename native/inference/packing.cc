#include "inference/packing.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace aidet::inference {
namespace {

// Index into 0..n-1 of position i >= 0 of a signal that swings between both ends.
int Reflect(int i, int n) {
  if (n == 1) return 0;
  const int period = 2 * (n - 1);
  const int phase = i % period;
  return phase < n ? phase : period - phase;
}

// Continues a row of which `filled` elements of `size` floats are there.
void ReflectRow(float* row, int filled, int length, int size) {
  for (int i = filled; i < length; ++i) {
    std::copy_n(row + static_cast<size_t>(Reflect(i, filled)) * size, size,
                row + static_cast<size_t>(i) * size);
  }
}

}  // namespace

Normalisation MakeNormalisation(double scale, const std::array<double, 3>& mean,
                                const std::array<double, 3>& std) {
  Normalisation n{};
  for (int c = 0; c < 3; ++c) {
    n.factor[c] = static_cast<float>(scale / std[c]);
    n.offset[c] = static_cast<float>(-mean[c] / std[c]);
  }
  return n;
}

void PackTile(const RgbView& image, int x, int y, const TileFormat& format, const RowPacker& packer,
              float* out) {
  const int tile = format.tile;
  const int cols = std::min(tile, image.width - x);
  const int rows = std::min(tile, image.height - y);
  // Planes and their rows; interleaved pixels are one plane of longer rows.
  const int planes = format.channels_last ? 1 : 3;
  const int element = format.channels_last ? 3 : 1;
  const size_t row_size = static_cast<size_t>(tile) * element;
  const size_t plane_size = row_size * tile;

  for (int r = 0; r < rows; ++r) {
    const uint8_t* in = image.data + 3 * (static_cast<size_t>(y + r) * image.width + x);
    float* row = out + r * row_size;
    if (format.channels_last) {
      packer.interleaved(in, cols, format.normalisation, row);
    } else {
      packer.planes(in, cols, format.normalisation, row, row + plane_size, row + 2 * plane_size);
    }
    for (int p = 0; p < planes; ++p) ReflectRow(row + p * plane_size, cols, tile, element);
  }
  for (int p = 0; p < planes; ++p) {
    ReflectRow(out + p * plane_size, rows, tile, static_cast<int>(row_size));
  }
}

}  // namespace aidet::inference

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

void PackTile(const RgbView& image, int x, int y, int tile, bool channels_last,
              const Normalisation& normalisation, float* out) {
  const int cols = std::min(tile, image.width - x);
  const int rows = std::min(tile, image.height - y);
  const size_t row_size = channels_last ? 3 * static_cast<size_t>(tile) : tile;
  const size_t plane = static_cast<size_t>(tile) * tile;
  const int planes = channels_last ? 1 : 3;
  const auto at = [&](float* row, int col, int c) -> float& {
    return channels_last ? row[3 * col + c] : row[c * plane + col];
  };
  for (int r = 0; r < rows; ++r) {
    const uint8_t* in = image.data + 3 * (static_cast<size_t>(y + r) * image.width + x);
    float* row = out + r * row_size;
    for (int i = 0; i < cols; ++i) {
      for (int c = 0; c < 3; ++c) {
        at(row, i, c) = in[3 * i + c] * normalisation.factor[c] + normalisation.offset[c];
      }
    }
    for (int i = cols; i < tile; ++i) {
      for (int c = 0; c < 3; ++c) at(row, i, c) = at(row, Reflect(i, cols), c);
    }
  }
  for (int r = rows; r < tile; ++r) {
    for (int p = 0; p < planes; ++p) {
      float* base = out + p * plane;
      std::memcpy(base + r * row_size, base + Reflect(r, rows) * row_size,
                  row_size * sizeof(float));
    }
  }
}

}  // namespace aidet::inference

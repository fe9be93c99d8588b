#include "grid.h"

#include <algorithm>
#include <cmath>

namespace aidet::forensics {
namespace {

// A border between pixels x - 1 and x raises the second difference at both; its contrast is taken
// against the two on either side, and limited, so that one strong edge of the picture does not
// decide. For 3 < x < count - 3.
double Contrast(const uint32_t* sums, int x) {
  const double here = static_cast<double>(sums[x - 1]) + sums[x];
  const double beside = static_cast<double>(sums[x - 3]) + sums[x - 2] + sums[x + 1] + sums[x + 2];
  return std::clamp(2 * (here + 1) / (beside + 2) - 1, -0.5, 0.5);
}

}  // namespace

GridEstimate FindGrid(const uint32_t* sums, int count) {
  if (count < 32) return {0, 0};
  double sum[8] = {}, square[8] = {};
  int n[8] = {};
  for (int x = 4; x + 3 < count; x++) {
    const double contrast = Contrast(sums, x);
    sum[x & 7] += contrast;
    square[x & 7] += contrast * contrast;
    n[x & 7]++;
  }
  GridEstimate best{0, -1e9};
  for (int k = 0; k < 8; k++) {
    double rest = 0, rest_square = 0;
    int rest_n = 0;
    for (int j = 0; j < 8; j++) {
      if (j == k) continue;
      rest += sum[j], rest_square += square[j], rest_n += n[j];
    }
    const double mean = rest / rest_n;
    const double variance = std::max(rest_square / rest_n - mean * mean, 1e-12);
    const double z = (sum[k] / n[k] - mean) / std::sqrt(variance * (1.0 / n[k] + 1.0 / rest_n));
    if (z > best.significance) best = {k, z};
  }
  return best;
}

void FindLocalGrids(const ForensicsBackend& backend, const GreyView& image, uint32_t* sums,
                    float* cells) {
  const int cols = image.width / kGridCell, rows = image.height / kGridCell;
  std::fill_n(cells, static_cast<size_t>(cols) * rows * kGridPhases * 2, 0.0f);
  uint32_t* const along_x = sums;
  uint32_t* const along_y = sums + image.width;
  SecondDifferenceOutput out{along_x, along_y};
  const auto add = [&](int col, int row, int axis, int phase, double contrast) {
    cells[((static_cast<size_t>(row) * cols + col) * 2 + axis) * kGridPhases + phase] +=
        static_cast<float>(contrast);
  };
  for (int row = 0; row < rows; row++) {
    const ptrdiff_t top = static_cast<ptrdiff_t>(row) * kGridCell;
    backend.second_differences(
        {image.data + top * image.stride, image.width, kGridCell, image.stride}, &out);
    for (int x = 4; x + 3 < image.width && x < cols * kGridCell; x++) {
      add(x / kGridCell, row, 0, x % kGridPhases, Contrast(along_x, x));
    }
  }
  for (int col = 0; col < cols; col++) {
    backend.second_differences(
        {image.data + col * kGridCell, kGridCell, image.height, image.stride}, &out);
    for (int y = 4; y + 3 < image.height && y < rows * kGridCell; y++) {
      add(col, y / kGridCell, 1, y % kGridPhases, Contrast(along_y, y));
    }
  }
}

}  // namespace aidet::forensics

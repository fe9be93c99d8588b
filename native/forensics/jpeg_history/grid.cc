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
                    SecondDifferenceOutput* whole, float* cells) {
  const int cols = image.width / kGridCell, rows = image.height / kGridCell;
  const int strips = (image.width + kGridCell - 1) / kGridCell;
  std::fill_n(cells, static_cast<size_t>(cols) * rows * kGridPhases * 2, 0.0f);
  std::fill_n(whole->columns, image.width, 0u);
  std::fill_n(whole->rows, image.height, 0u);
  uint32_t* const along_x = sums;
  uint32_t* const piece = along_x + image.width;
  uint32_t* const along_y = piece + kGridCell + 2;  // [strip][y]
  const auto add = [&](int col, int row, int axis, int phase, double contrast) {
    cells[((static_cast<size_t>(row) * cols + col) * 2 + axis) * kGridPhases + phase] +=
        static_cast<float>(contrast);
  };
  // A band of rows stays in the cache for both axes.
  for (int top = 0; top < image.height; top += kGridCell) {
    const int bottom = std::min(top + kGridCell, image.height);
    const uint8_t* const first = image.data + static_cast<ptrdiff_t>(top) * image.stride;
    SecondDifferenceOutput columns{along_x, nullptr};
    backend.second_differences({first, image.width, bottom - top, image.stride}, &columns);
    for (int x = 0; x < image.width; x++) whole->columns[x] += along_x[x];
    if (top / kGridCell < rows) {
      for (int x = 4; x + 3 < image.width && x < cols * kGridCell; x++) {
        add(x / kGridCell, top / kGridCell, 0, x % kGridPhases, Contrast(along_x, x));
      }
    }
    // With the row above and the one below, whose own sums are not looked at.
    const int above = top > 0 ? 1 : 0, below = bottom < image.height ? 1 : 0;
    for (int strip = 0; strip < strips; strip++) {
      const int left = strip * kGridCell;
      SecondDifferenceOutput lines{nullptr, piece};
      backend.second_differences(
          {first - above * image.stride + left, std::min(kGridCell, image.width - left),
           bottom - top + above + below, image.stride},
          &lines);
      uint32_t* const to = along_y + static_cast<ptrdiff_t>(strip) * image.height;
      for (int y = top; y < bottom; y++) {
        to[y] = piece[y - top + above];
        whole->rows[y] += to[y];
      }
    }
  }
  for (int col = 0; col < cols; col++) {
    const uint32_t* const strip = along_y + static_cast<ptrdiff_t>(col) * image.height;
    for (int y = 4; y + 3 < image.height && y < rows * kGridCell; y++) {
      add(col, y / kGridCell, 1, y % kGridPhases, Contrast(strip, y));
    }
  }
}

}  // namespace aidet::forensics

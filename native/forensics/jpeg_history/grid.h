// Where the 8 x 8 grid of earlier JPEG compression lies, from the second differences of the pixels.
// Source: Z. Fan and R. de Queiroz, IEEE Trans. Image Processing 12, 2003; here with a
// significance.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../backend.h"

namespace aidet::forensics {

struct GridEstimate {
  // Block borders stand before pixels offset, offset + 8, ...; 0..7.
  int offset;
  // How far the mean contrast at those borders stands above that of the other seven phases, in
  // standard errors.
  double significance;
};

// `sums` is one axis of SecondDifferenceOutput. Fewer than 32 values give a significance of 0.
GridEstimate FindGrid(const uint32_t* sums, int count);

constexpr int kGridCell = 32;
constexpr int kGridPhases = 8;

// The same in cells of 32 x 32 pixels, those that are whole: `cells` gets
// [row][column][axis][phase], the sum of the contrasts, -0.5..0.5 each, of the cell's four borders
// of that phase along x, then along y. `whole` gets what second_differences gives for the image,
// summed on the way; both its pointers must be there. Source of looking at it locally: W. Li,
// Y. Yuan, N. Yu, Signal Processing 89, 2009. `sums` has room for LocalGridSums values.
void FindLocalGrids(const ForensicsBackend& backend, const GreyView& image, uint32_t* sums,
                    SecondDifferenceOutput* whole, float* cells);

static inline size_t LocalGridSums(int width, int height) {
  const auto strips = static_cast<size_t>((width + kGridCell - 1) / kGridCell);
  return static_cast<size_t>(width) + kGridCell + 2 + strips * static_cast<size_t>(height);
}

}  // namespace aidet::forensics

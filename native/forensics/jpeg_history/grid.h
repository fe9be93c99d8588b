// Where the 8 x 8 grid of earlier JPEG compression lies, from the second differences of the pixels.
// Source: Z. Fan and R. de Queiroz, IEEE Trans. Image Processing 12, 2003; here with a
// significance.
#pragma once

#include <cstdint>

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

}  // namespace aidet::forensics

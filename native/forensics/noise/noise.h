// Noise residual: grey minus the median of its 3 x 3 neighbourhood (border repeated), limited to
// -128..127, with statistics of 16 x 16 blocks. Source of local noise levels as a trace of
// splicing: Mahdian and Saic, Image and Vision Computing 27, 2009; of the median residual: Kirchner
// and Fridrich, SPIE 7541, 2010.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../planes.h"

namespace aidet::forensics {

struct NoiseOutput {
  // width * height residuals; null: not wanted.
  int8_t* residual;
  // Per 16 x 16 block, BlocksOf(width) * BlocksOf(height): standard deviation of the residual and
  // mean of the grey values, both in grey levels.
  float* deviation;
  float* mean;
  // Sums over all pixels of the residual's powers 1, 2 and 4.
  int64_t sum;
  int64_t sum2;
  int64_t sum4;
};

struct NoiseBlock {
  int64_t grey;
  int64_t sum;
  int64_t sum2;
  int64_t sum4;
};

// Fills what a block's sums say and adds them to the totals; shared by all targets, so that they
// cannot differ.
void FinishNoiseBlock(const NoiseBlock& block, int pixels, size_t index, NoiseOutput* out);

// Sums over rows and columns of |2 p(i) - p(i - 1) - p(i + 1)|, along x for `columns` (width
// values; first and last are 0) and along y for `rows` (height values). Interpolation and 8 x 8
// blocks leave a period in them. Source: A. Gallagher, CRV 2005 (resampling); Fan and de Queiroz,
// IEEE Trans. Image Processing 12, 2003 (grid). Null: not wanted.
struct SecondDifferenceOutput {
  uint32_t* columns;
  uint32_t* rows;
};

void NoiseReference(const GreyView& image, NoiseOutput* out);
void SecondDifferencesReference(const GreyView& image, SecondDifferenceOutput* out);

}  // namespace aidet::forensics

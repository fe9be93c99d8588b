#include "grid.h"

#include <algorithm>
#include <cmath>

namespace aidet::forensics {

GridEstimate FindGrid(const uint32_t* sums, int count) {
  if (count < 32) return {0, 0};
  // A border between pixels x - 1 and x raises the second difference at both; its contrast is taken
  // against the two on either side, and limited, so that one strong edge of the picture does not
  // decide.
  double sum[8] = {}, square[8] = {};
  int n[8] = {};
  for (int x = 4; x + 3 < count; x++) {
    const double here = static_cast<double>(sums[x - 1]) + sums[x];
    const double beside =
        static_cast<double>(sums[x - 3]) + sums[x - 2] + sums[x + 1] + sums[x + 2];
    const double contrast = std::clamp(2 * (here + 1) / (beside + 2) - 1, -0.5, 0.5);
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

}  // namespace aidet::forensics

#include "../ela/reference.h"

#include <cstdlib>

#include "walk.h"

namespace aidet::forensics {

// Zigzag 1..9.
const int kHistogramPlaces[kHistogramModes] = {1, 8, 16, 9, 2, 3, 10, 17, 24};

namespace {

struct PlainOps {
  static void Row(const uint8_t* pixels, ptrdiff_t stride, const GhostBuffers& b,
                  uint32_t* histograms) {
    for (int block = 0; block < b.blocks; block++) {
      int32_t d[64];
      ForwardDctPlain(pixels + 8 * block, stride, d);
      for (int i = 0; i < b.quads * kQuad; i++) {
        uint32_t sum = 0;
        for (int k = 0; i < b.tables && k < 64; k++) {
          const int divisor = 8 * b.quantisers[i].step[k];
          const int magnitude = std::abs(d[k]);
          const int error = magnitude - (magnitude + divisor / 2) / divisor * divisor;
          sum += static_cast<uint32_t>(error * error);
        }
        b.row[(static_cast<ptrdiff_t>(i / kQuad) * b.blocks + block) * kQuad + i % kQuad] = sum;
      }
      if (histograms == nullptr) continue;
      for (int m = 0; m < kHistogramModes; m++) {
        CountCoefficient(histograms + m * kHistogramBins, d[kHistogramPlaces[m]]);
      }
    }
  }
};

}  // namespace

void GhostsReference(const GhostParams& params, void* workspace, GhostOutput* out) {
  GhostWalk<PlainOps>(params, workspace, out).Run();
}

size_t GhostWorkspaceBytes(int width, int table_count) {
  return LayOutGhosts(nullptr, width, table_count).bytes;
}

}  // namespace aidet::forensics

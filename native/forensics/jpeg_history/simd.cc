// Ghosts of kLanes blocks side by side; jpeg_history/reference.cc says what is computed.
#include "../dct_simd.h"
#include "../targets.h"
#include "walk.h"

namespace aidet::forensics::AIDET_TARGET {
namespace {

AIDET_OP Vec Constants(const uint16_t* row) {
  return Spread(reinterpret_cast<const uint8_t*>(row));
}

// Four sums a block of squared errors.
AIDET_OP Vec SquaredError(const Vec magnitude[8], const Quantisers& q) {
  Vec sum = Zero();
  for (int r = 0; r < 8; r++) {
    const Vec biased = Add16(magnitude[r], Constants(q.correction + 8 * r));
    const Vec level =
        MulHighU16(MulHighU16(biased, Constants(q.reciprocal + 8 * r)), Constants(q.scale + 8 * r));
    const Vec error = Sub16(magnitude[r], MulLow16(level, Constants(q.divisor + 8 * r)));
    sum = MulAddTo16(sum, error, error);
  }
  return sum;
}

struct Ops {
  static void Row(const uint8_t* pixels, ptrdiff_t stride, const GhostBuffers& b,
                  uint32_t* histograms) {
    for (int block = 0; block < b.blocks; block += kLanes) {
      Vec v[8];
      ForwardDct(pixels + 8 * block, stride, v);
      if (histograms != nullptr) Count(v, block, b.blocks, histograms);
      for (int r = 0; r < 8; r++) v[r] = Abs16(v[r]);
      for (int quad = 0; quad < b.quads; quad++) {
        const Quantisers* q = b.quantisers + quad * kQuad;
        const int used = b.tables - quad * kQuad;
        const Vec s0 = SquaredError(v, q[0]), s1 = used > 1 ? SquaredError(v, q[1]) : Zero();
        const Vec s2 = used > 2 ? SquaredError(v, q[2]) : Zero();
        const Vec s3 = used > 3 ? SquaredError(v, q[3]) : Zero();
        // Each group's 4 x 4 sums, transposed and added: group k is block k's four qualities.
        const Vec a = Add32(Low32(s0, s1), High32(s0, s1)),
                  c = Add32(Low32(s2, s3), High32(s2, s3));
        const Vec sums = Add32(Low64(a, c), High64(a, c));
        const int valid = b.blocks - block;
        StoreFirst(b.row + (static_cast<ptrdiff_t>(quad) * b.blocks + block) * kQuad, sums,
                   16 * valid);
      }
    }
  }

  static void Count(const Vec v[8], int block, int blocks, uint32_t* histograms) {
    alignas(64) int16_t rows[4][kWords];
    for (int r = 0; r < 4; r++) Store(rows[r], v[r]);
    for (int i = 0; i < kLanes && block + i < blocks; i++) {
      for (int m = 0; m < kHistogramModes; m++) {
        const int place = kHistogramPlaces[m];
        CountCoefficient(histograms + m * kHistogramBins, rows[place / 8][8 * i + place % 8]);
      }
    }
  }
};

}  // namespace

void Ghosts(const GhostParams& params, void* workspace, GhostOutput* out) {
  GhostWalk<Ops>(params, workspace, out).Run();
}

}  // namespace aidet::forensics::AIDET_TARGET

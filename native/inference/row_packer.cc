#include "inference/row_packer.h"

#include "inference/row_packer_avx2.h"

namespace aidet::inference {
namespace {

void Planes(const uint8_t* rgb, int pixels, const Normalisation& n, float* red, float* green,
            float* blue) {
  for (int i = 0; i < pixels; ++i) {
    red[i] = rgb[3 * i] * n.factor[0] + n.offset[0];
    green[i] = rgb[3 * i + 1] * n.factor[1] + n.offset[1];
    blue[i] = rgb[3 * i + 2] * n.factor[2] + n.offset[2];
  }
}

void Interleaved(const uint8_t* rgb, int pixels, const Normalisation& n, float* out) {
  for (int i = 0; i < pixels; ++i) {
    for (int c = 0; c < 3; ++c) out[3 * i + c] = rgb[3 * i + c] * n.factor[c] + n.offset[c];
  }
}

}  // namespace

const RowPacker& ScalarRowPacker() {
  static constexpr RowPacker packer = {Planes, Interleaved};
  return packer;
}

const RowPacker& BestRowPacker() {
  const RowPacker* avx2 = Avx2RowPacker();
  return avx2 != nullptr ? *avx2 : ScalarRowPacker();
}

}  // namespace aidet::inference

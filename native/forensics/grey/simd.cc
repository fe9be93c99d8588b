#include "../rgb_simd.h"
#include "../targets.h"
#include "grey.h"

namespace aidet::forensics::AIDET_TARGET {

GreyView Grey(const RgbView& image, uint8_t* storage) {
  return FillGrey(image, storage, [](const uint8_t* rgb, int width, uint8_t* grey) {
    ForEachRgb(rgb, width, [&](const uint8_t* p, int x) { Store(grey + x, Luma(LoadColours(p))); });
  });
}

}  // namespace aidet::forensics::AIDET_TARGET

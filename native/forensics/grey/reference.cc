#include "grey.h"

namespace aidet::forensics {

GreyView GreyReference(const RgbView& image, uint8_t* storage) {
  return FillGrey(image, storage, [](const uint8_t* rgb, int width, uint8_t* grey) {
    for (int x = 0; x < width; x++) {
      const int r = rgb[3 * x], g = rgb[3 * x + 1], b = rgb[3 * x + 2];
      grey[x] = static_cast<uint8_t>((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
    }
  });
}

}  // namespace aidet::forensics

// Grey planes with padding out of interleaved RGB; planes.h says which luma.
#pragma once

#include "../planes.h"

namespace aidet::forensics {

// Walks the rows: `convert(rgb, width, grey)` may write up to kGreyPadding bytes beyond a row's
// last pixel.
template <class Convert>
GreyView FillGrey(const RgbView& image, uint8_t* storage, const Convert& convert) {
  const ptrdiff_t stride = GreyStride(image.width);
  for (int y = 0; y < image.height; y++) {
    uint8_t* row = storage + y * stride;
    uint8_t* pixels = row + kGreyPadding;
    convert(image.data + y * image.stride, image.width, pixels);
    for (int i = 0; i < kGreyPadding; i++) row[i] = pixels[0];
    for (ptrdiff_t i = image.width; i < stride - kGreyPadding; i++) {
      pixels[i] = pixels[image.width - 1];
    }
  }
  for (int i = 0; i < 64; i++) storage[image.height * stride + i] = 0;
  return {storage + kGreyPadding, image.width, image.height, stride};
}

GreyView GreyReference(const RgbView& image, uint8_t* storage);

}  // namespace aidet::forensics

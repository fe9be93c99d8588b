#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "noise.h"

namespace aidet::forensics {
namespace {

int Median(const GreyView& image, int x, int y) {
  int values[9];
  for (int i = 0; i < 9; i++) {
    const int nx = std::clamp(x + i % 3 - 1, 0, image.width - 1);
    const int ny = std::clamp(y + i / 3 - 1, 0, image.height - 1);
    values[i] = image.data[ny * image.stride + nx];
  }
  std::nth_element(values, values + 4, values + 9);
  return values[4];
}

}  // namespace

void FinishNoiseBlock(const NoiseBlock& block, int pixels, size_t index, NoiseOutput* out) {
  const double mean = static_cast<double>(block.sum) / pixels;
  const double variance = static_cast<double>(block.sum2) / pixels - mean * mean;
  out->deviation[index] = static_cast<float>(std::sqrt(std::max(variance, 0.0)));
  out->mean[index] = static_cast<float>(static_cast<double>(block.grey) / pixels);
  out->sum += block.sum;
  out->sum2 += block.sum2;
  out->sum4 += block.sum4;
}

void NoiseReference(const GreyView& image, NoiseOutput* out) {
  out->sum = out->sum2 = out->sum4 = 0;
  const int columns = BlocksOf(image.width), rows = BlocksOf(image.height);
  for (int i = 0; i < columns * rows; i++) {
    const int left = i % columns * kBlock, right = std::min(left + kBlock, image.width);
    const int top = i / columns * kBlock, bottom = std::min(top + kBlock, image.height);
    NoiseBlock block{};
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        const int grey = image.data[y * image.stride + x];
        const int64_t r = std::clamp(grey - Median(image, x, y), -128, 127);
        if (out->residual != nullptr) {
          out->residual[static_cast<ptrdiff_t>(y) * image.width + x] = static_cast<int8_t>(r);
        }
        block.grey += grey;
        block.sum += r;
        block.sum2 += r * r;
        block.sum4 += r * r * r * r;
      }
    }
    FinishNoiseBlock(block, (right - left) * (bottom - top), static_cast<size_t>(i), out);
  }
}

void SecondDifferencesReference(const GreyView& image, SecondDifferenceOutput* out) {
  if (out->columns != nullptr) std::fill_n(out->columns, image.width, 0u);
  if (out->rows != nullptr) std::fill_n(out->rows, image.height, 0u);
  for (int y = 0; y < image.height; y++) {
    const uint8_t* p = image.data + y * image.stride;
    for (int x = 0; x < image.width; x++) {
      if (out->columns != nullptr && x > 0 && x < image.width - 1) {
        out->columns[x] += static_cast<uint32_t>(std::abs(2 * p[x] - p[x - 1] - p[x + 1]));
      }
      if (out->rows != nullptr && y > 0 && y < image.height - 1) {
        out->rows[y] +=
            static_cast<uint32_t>(std::abs(2 * p[x] - p[x - image.stride] - p[x + image.stride]));
      }
    }
  }
}

}  // namespace aidet::forensics

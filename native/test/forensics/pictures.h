// Random and picture-like test images, each with a guard behind its last byte, and what the kernels
// say of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "../../forensics/backend.h"
#include "../../forensics/jpeg_tables.h"

namespace aidet::forensics::test {

struct Picture {
  int width;
  int height;
  std::vector<uint8_t> rgb;
  RgbView view() const { return {rgb.data(), width, height, static_cast<ptrdiff_t>(width) * 3}; }
};

enum class Kind { kNoise, kExtremes, kSmooth };

inline Picture MakePicture(int width, int height, Kind kind, uint32_t seed) {
  Picture p{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
  std::mt19937 random(seed);
  const double fx = 0.01 + (random() % 100) * 1e-3, fy = 0.01 + (random() % 100) * 1e-3;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      for (int c = 0; c < 3; c++) {
        const uint32_t r = random();
        int value = static_cast<int>(r & 255);
        if (kind == Kind::kExtremes) value = (r & 1) != 0 ? 255 : 0;
        if (kind == Kind::kSmooth) {
          value =
              static_cast<int>(128 + 90 * std::sin(fx * x + c) * std::cos(fy * y) + (r & 15) - 8);
        }
        p.rgb[(static_cast<size_t>(y) * width + x) * 3 + c] =
            static_cast<uint8_t>(value < 0     ? 0
                                 : value > 255 ? 255
                                               : value);
      }
    }
  }
  return p;
}

// Rows out of a stock of random ones, each begun at another place, so that it is quickly made and
// repeats nowhere.
inline Picture MakeLarge(int width, int height) {
  constexpr int kStock = 61;
  const Picture stock = MakePicture(width + 256, kStock, Kind::kSmooth, 11);
  Picture p{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
  for (int y = 0; y < height; y++) {
    const size_t from = static_cast<size_t>(y % kStock) * stock.width + (y / kStock * 37) % 256;
    std::memcpy(p.rgb.data() + static_cast<size_t>(y) * width * 3, stock.rgb.data() + 3 * from,
                static_cast<size_t>(width) * 3);
  }
  return p;
}

// Memory of whole cache lines.
class Aligned {
 public:
  explicit Aligned(size_t bytes) : p_(std::aligned_alloc(64, (bytes + 63) / 64 * 64)) {}
  ~Aligned() { std::free(p_); }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  void* get() const { return p_; }
  uint8_t* bytes() const { return static_cast<uint8_t*>(p_); }

 private:
  void* p_;
};

inline std::vector<const ForensicsBackend*> Targets() {
  std::vector<const ForensicsBackend*> found;
  for (const char* name : {"scalar", "avx2", "avx512", "neon"}) {
    if (const ForensicsBackend* backend = BackendFor(name)) found.push_back(backend);
  }
  return found;
}

}  // namespace aidet::forensics::test

// Packing against a pixel-by-pixel reference, and the fast row loops against the plain ones, bit
// for bit. Buffers have exactly the size that is needed, so that AddressSanitizer sees a step too
// far.
#include "inference/packing.h"

#include <cstring>
#include <random>
#include <vector>

#include "../check.h"

namespace aidet::inference {
namespace {

std::mt19937 random_source(7);

std::vector<uint8_t> RandomBytes(size_t n) {
  std::vector<uint8_t> bytes(n);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random_source());
  return bytes;
}

const Normalisation kImagenet =
    MakeNormalisation(1.0 / 255, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

void NormalisesAsTheManifestSays() {
  const std::vector<uint8_t> pixel = {0, 128, 255};
  float out[3];
  ScalarRowPacker().interleaved(pixel.data(), 1, kImagenet, out);
  const double mean[] = {0.485, 0.456, 0.406};
  const double std[] = {0.229, 0.224, 0.225};
  for (int c = 0; c < 3; ++c) {
    const double wanted = (pixel[c] / 255.0 - mean[c]) / std[c];
    CHECK(out[c] > wanted - 1e-6 && out[c] < wanted + 1e-6);
  }
}

void FastRowsEqualPlainRows() {
  const RowPacker& best = BestRowPacker();
  const RowPacker& plain = ScalarRowPacker();
#if defined(__x86_64__)
  CHECK(!__builtin_cpu_supports("avx2") || &best != &plain);
#endif
  for (int pixels = 1; pixels <= 300; ++pixels) {
    const auto rgb = RandomBytes(3 * static_cast<size_t>(pixels));
    std::vector<float> a(3 * static_cast<size_t>(pixels)), b(a.size());
    best.interleaved(rgb.data(), pixels, kImagenet, a.data());
    plain.interleaved(rgb.data(), pixels, kImagenet, b.data());
    CHECK(SameBits(a, b));
    float* const pa = a.data();
    float* const pb = b.data();
    best.planes(rgb.data(), pixels, kImagenet, pa, pa + pixels, pa + 2 * pixels);
    plain.planes(rgb.data(), pixels, kImagenet, pb, pb + pixels, pb + 2 * pixels);
    CHECK(SameBits(a, b));
  }
}

// numpy.pad(..., mode='reflect') by walking: at an end, turn round.
int WalkReflected(int steps, int n) {
  int at = 0;
  int direction = 1;
  for (int i = 0; i < steps && n > 1; ++i) {
    if (at + direction < 0 || at + direction >= n) direction = -direction;
    at += direction;
  }
  return at;
}

std::vector<float> PlainTile(const std::vector<uint8_t>& rgb, int width, int height, int x, int y,
                             const TileFormat& format) {
  const int tile = format.tile;
  std::vector<float> out(3 * static_cast<size_t>(tile) * tile);
  for (int r = 0; r < tile; ++r) {
    for (int i = 0; i < tile; ++i) {
      const int column = width < tile ? WalkReflected(i, width) : x + i;
      const int row = height < tile ? WalkReflected(r, height) : y + r;
      for (int c = 0; c < 3; ++c) {
        const uint8_t byte = rgb[3 * (static_cast<size_t>(row) * width + column) + c];
        const float value = byte * format.normalisation.factor[c] + format.normalisation.offset[c];
        out[format.channels_last ? (static_cast<size_t>(r) * tile + i) * 3 + c
                                 : (static_cast<size_t>(c) * tile + r) * tile + i] = value;
      }
    }
  }
  return out;
}

void TilesEqualTheReference() {
  for (int round = 0; round < 600; ++round) {
    const int tile = 1 + static_cast<int>(random_source() % 70);
    const int width = 1 + static_cast<int>(random_source() % 150);
    const int height = 1 + static_cast<int>(random_source() % 150);
    const int x = width <= tile ? 0 : static_cast<int>(random_source() % (width - tile + 1));
    const int y = height <= tile ? 0 : static_cast<int>(random_source() % (height - tile + 1));
    const TileFormat format{tile, round % 2 == 1, kImagenet};
    const auto rgb = RandomBytes(3 * static_cast<size_t>(width) * height);
    std::vector<float> out(3 * static_cast<size_t>(tile) * tile);
    PackTile({rgb.data(), width, height}, x, y, format, BestRowPacker(), out.data());
    if (!CHECK(SameBits(out, PlainTile(rgb, width, height, x, y, format)))) {
      std::printf("tile %d of %d x %d at %d, %d\n", tile, width, height, x, y);
    }
  }
}

}  // namespace
}  // namespace aidet::inference

int main() {
  using namespace aidet::inference;
  return aidet::test::RunTests({
      {"bytes are normalised as the manifest says", NormalisesAsTheManifestSays},
      {"fast rows equal plain rows", FastRowsEqualPlainRows},
      {"tiles equal the reference", TilesEqualTheReference},
  });
}

#include "inference/self_test.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace aidet::inference {
namespace {

// Holds `got`, of the tiles from `first` on, against what is wanted of them.
Status Compare(const char* output, const std::vector<float>& got, const std::vector<float>& wanted,
               size_t first, double tolerance) {
  for (size_t i = 0; i < got.size(); ++i) {
    const double want = wanted[first + i];
    const double allowed = tolerance * std::max(1.0, std::abs(want));
    // Written so that not-a-number fails.
    if (!(std::abs(got[i] - want) <= allowed)) {
      return Failed(std::string("self-test: ") + output + "[" + std::to_string(first + i) +
                    "] is " + std::to_string(got[i]) + " instead of " + std::to_string(want));
    }
  }
  return {};
}

}  // namespace

Status RunSelfTest(const SelfTest& test, const TileFormat& format, const RowPacker& packer,
                   Session* session) {
  const OutputSizes& sizes = session->sizes();
  const size_t patches = static_cast<size_t>(sizes.patch_rows) * sizes.patch_cols;
  const int tiles = static_cast<int>(test.logits.size());
  const RgbView picture{test.rgb.data(), tiles * format.tile, format.tile};
  if (test.rgb.size() != 3ull * picture.width * picture.height ||
      test.patch_logits.size() != tiles * patches ||
      test.generator_logits.size() != static_cast<size_t>(tiles) * sizes.generators ||
      test.embeddings.size() != static_cast<size_t>(tiles) * sizes.embedding) {
    return Failed("self-test: the stored vectors have not the network's sizes");
  }
  const size_t tile_values = 3 * static_cast<size_t>(format.tile) * format.tile;
  for (const int count : {1, std::min(tiles, session->batch_max())}) {
    std::vector<float> input(count * tile_values), logits(count), patch_logits(count * patches),
        generator_logits(static_cast<size_t>(count) * sizes.generators),
        embeddings(static_cast<size_t>(count) * sizes.embedding);
    for (int first = 0; first + count <= tiles; first += count) {
      for (int i = 0; i < count; ++i) {
        PackTile(picture, (first + i) * format.tile, 0, format, packer,
                 input.data() + i * tile_values);
      }
      Status status = session->Run({input.data(), logits.data(), patch_logits.data(),
                                    generator_logits.data(), embeddings.data()},
                                   count);
      const auto compare = [&](const char* name, const std::vector<float>& got,
                               const std::vector<float>& wanted) {
        if (!status.ok()) return;
        status = Compare(name, got, wanted, first * (got.size() / count), test.tolerance);
      };
      compare("tile_logits", logits, test.logits);
      compare("patch_logits", patch_logits, test.patch_logits);
      compare("generator_logits", generator_logits, test.generator_logits);
      compare("embedding", embeddings, test.embeddings);
      if (!status.ok()) return status;
    }
  }
  return {};
}

}  // namespace aidet::inference

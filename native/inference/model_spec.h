// What the native side must know of a model package; checked by the caller.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace aidet::inference {

// A picture of tiles beside each other, one tile high, and what they must yield, tile after tile.
struct SelfTest {
  std::vector<uint8_t> rgb;
  // Largest difference, absolute up to 1 and relative beyond.
  double tolerance = 0;
  std::vector<float> logits;
  std::vector<float> patch_logits;
  std::vector<float> generator_logits;
  std::vector<float> embeddings;
};

struct ModelSpec {
  std::string id;
  std::string version;
  // Absolute path of the ONNX file.
  std::string path;
  std::string input;
  // NHWC instead of NCHW.
  bool channels_last = false;
  // Side of a tile in pixels.
  int tile = 0;
  // value = (byte * scale - mean[c]) / std[c]
  double scale = 1;
  std::array<double, 3> mean{};
  std::array<double, 3> std{1, 1, 1};
  // Names of the outputs.
  std::string logit;
  std::string patch_logits;
  std::string generator_logits;
  std::string embedding;
  // Generators that generator_logits speaks of.
  int generators = 0;
  // Batches that run well, ascending, of which a CPU uses the first; empty: powers of two.
  std::vector<int> batch_sizes;
  SelfTest self_test;
};

}  // namespace aidet::inference

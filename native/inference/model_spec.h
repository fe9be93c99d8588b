// What the native side must know of a model package; checked by the caller.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace aidet::inference {

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
  // Ascending; empty: single tiles on a CPU.
  std::vector<int> batch_sizes;
};

}  // namespace aidet::inference

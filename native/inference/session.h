// A loaded model on one execution provider. ONNX Runtime is the first implementation.
#pragma once

#include "base/status.h"

namespace aidet::inference {

// Values that one tile yields.
struct OutputSizes {
  int patch_rows = 0;
  int patch_cols = 0;
  int generators = 0;
  int embedding = 0;
};

// Memory of a batch, owned by the caller; tile after tile in each array.
struct BatchBuffers {
  // count x 3 x tile x tile, or count x tile x tile x 3
  float* input;
  // count
  float* logit;
  // count x patch_rows x patch_cols
  float* patch_logits;
  // count x generators
  float* generator_logits;
  // count x embedding
  float* embedding;
};

class Session {
 public:
  virtual ~Session() = default;
  virtual const OutputSizes& sizes() const = 0;
  // Largest batch that the network takes.
  virtual int batch_max() const = 0;
  // May be called by several threads at once.
  virtual Status Run(const BatchBuffers& buffers, int count) = 0;
};

}  // namespace aidet::inference

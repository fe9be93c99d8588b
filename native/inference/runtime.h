// Models, lanes and queue of the process: what `infer` reaches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "batching/scheduler.h"
#include "inference/model_spec.h"
#include "inference/ort_session.h"
#include "inference/packing.h"

namespace aidet::inference {

struct RuntimeSettings {
  std::vector<ModelSpec> models;
  std::string ort_library;
  // Tried in this order; the first on which every model passes is used.
  std::vector<Provider> providers;
  int cpu_lanes = 1;
  int tiles_max = 1;
  Nanos delay_max = 0;
};

struct RuntimeInfo {
  struct Refusal {
    Provider provider;
    std::string reason;
  };
  Provider provider = Provider::kCpu;
  std::vector<Refusal> refused;
  std::string ort_version;
  std::string ort_library;
  int lanes = 0;
};

struct Origin {
  int x;
  int y;
};

// One image and its tiles. `image` is borrowed from the client until the request is done.
class InferenceRequest : public batching::Request {
 public:
  RgbView image{};
  std::vector<Origin> origins;

  // Written by the lanes, tile after tile; the layout of BatchBuffers. Complete where the outcome
  // is ok.
  OutputSizes sizes;
  std::vector<float> logits;
  std::vector<float> patch_logits;
  std::vector<float> generator_logits;
  std::vector<float> embeddings;
};

class Runtime : private batching::BatchExecutor {
 public:
  // Loads every model on the first provider that passes its self-test on all of them, and starts
  // the lanes.
  static Status Open(RuntimeSettings settings, std::shared_ptr<Runtime>* runtime);

  // -1: none of this id.
  int FindModel(const std::string& id) const;

  // Checks the tiles against image and model, makes room for the outputs, and queues. Not ok: Done
  // will not be called.
  Status Submit(const std::shared_ptr<InferenceRequest>& request);

  void Abandon(const std::shared_ptr<batching::Client>& client) { scheduler_->Abandon(client); }

  batching::Statistics Statistics() { return scheduler_->Read(); }
  const RuntimeInfo& info() const { return info_; }
  int tiles_max() const { return settings_.tiles_max; }
  const std::vector<ModelSpec>& models() const { return settings_.models; }

 private:
  // What a lane works in, for one model.
  struct Workspace {
    std::vector<float> input, logits, patch_logits, generator_logits, embeddings;
    BatchBuffers buffers() {
      return {input.data(), logits.data(), patch_logits.data(), generator_logits.data(),
              embeddings.data()};
    }
  };

  explicit Runtime(RuntimeSettings settings);
  Status LoadSessions(Provider provider);
  void StartLanes();

  void Pack(int lane, int model, const std::vector<batching::Tile>& batch) override;
  Status Run(int lane, int model, const std::vector<batching::Tile>& batch) override;

  const RuntimeSettings settings_;
  RuntimeInfo info_;
  const RowPacker& packer_ = BestRowPacker();
  std::shared_ptr<OrtLibrary> library_;
  // By model.
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<TileFormat> formats_;
  // By lane, then by model.
  std::vector<std::vector<Workspace>> workspaces_;
  // Last, so that the lanes have ended before anything they use.
  std::unique_ptr<batching::Scheduler> scheduler_;
};

}  // namespace aidet::inference

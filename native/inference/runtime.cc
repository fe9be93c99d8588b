#include "inference/runtime.h"

#include <algorithm>
#include <utility>

#include "inference/self_test.h"

namespace aidet::inference {
namespace {

// Two lanes a device: one packs and unpacks while the other's batch runs.
constexpr int kDeviceLanes = 2;
const std::vector<int> kBatchSizes = {1, 2, 4, 8, 16, 32, 64};

const InferenceRequest& Of(const batching::Tile& tile) {
  return static_cast<const InferenceRequest&>(*tile.request);
}

bool Fits(int origin, int tile, int size) {
  return size < tile ? origin == 0 : origin >= 0 && origin <= size - tile;
}

}  // namespace

Runtime::Runtime(RuntimeSettings settings) : settings_(std::move(settings)) {
  for (const ModelSpec& model : settings_.models) {
    formats_.push_back(
        {model.tile, model.channels_last, MakeNormalisation(model.scale, model.mean, model.std)});
  }
}

Status Runtime::Open(RuntimeSettings settings, std::shared_ptr<Runtime>* runtime) {
  std::shared_ptr<Runtime> opened(new Runtime(std::move(settings)));
  const Status status = OrtLibrary::Open(opened->settings_.ort_library, &opened->library_);
  if (!status.ok()) return status;
  opened->info_.ort_version = opened->library_->version();
  opened->info_.ort_library = opened->settings_.ort_library;
  for (Provider provider : opened->settings_.providers) {
    const Status loaded = opened->LoadSessions(provider);
    if (loaded.ok()) {
      opened->info_.provider = provider;
      opened->StartLanes();
      *runtime = std::move(opened);
      return {};
    }
    opened->info_.refused.push_back({provider, loaded.message()});
  }
  std::string reasons = "no execution provider can run the models";
  for (const auto& [provider, reason] : opened->info_.refused) {
    reasons += std::string("; ") + ProviderName(provider) + ": " + reason;
  }
  return Failed(reasons);
}

Status Runtime::LoadSessions(Provider provider) {
  sessions_.clear();
  for (size_t m = 0; m < settings_.models.size(); ++m) {
    const ModelSpec& model = settings_.models[m];
    std::unique_ptr<Session> session;
    Status status = LoadOrtSession(library_, model, provider, &session);
    if (status.ok()) status = RunSelfTest(model.self_test, formats_[m], packer_, session.get());
    if (!status.ok()) return Failed("model " + model.id + ": " + status.message());
    sessions_.push_back(std::move(session));
  }
  return {};
}

void Runtime::StartLanes() {
  const bool cpu = info_.provider == Provider::kCpu;
  batching::SchedulerSettings scheduling;
  scheduling.lanes = cpu ? settings_.cpu_lanes : kDeviceLanes;
  scheduling.shared_device = !cpu;
  scheduling.tiles_max = settings_.tiles_max;
  info_.lanes = scheduling.lanes;
  workspaces_.resize(scheduling.lanes);
  for (size_t m = 0; m < settings_.models.size(); ++m) {
    const ModelSpec& model = settings_.models[m];
    batching::BatchLimits limits;
    limits.sizes = model.batch_sizes.empty() ? kBatchSizes : model.batch_sizes;
    // Measured: a core gains nothing by a batch, and small ones are shared out most evenly.
    if (cpu) limits.sizes.resize(1);
    if (sessions_[m]->batch_max() == 1) limits.sizes = {1};
    limits.delay_max = cpu ? 0 : settings_.delay_max;
    const size_t n = limits.sizes.back();
    const OutputSizes& sizes = sessions_[m]->sizes();
    for (auto& lane : workspaces_) {
      Workspace w;
      w.input.resize(n * 3 * model.tile * model.tile);
      w.logits.resize(n);
      w.patch_logits.resize(n * sizes.patch_rows * sizes.patch_cols);
      w.generator_logits.resize(n * sizes.generators);
      w.embeddings.resize(n * sizes.embedding);
      lane.push_back(std::move(w));
    }
    scheduling.limits.push_back(std::move(limits));
  }
  batching::BatchExecutor* const executor = this;
  scheduler_ = std::make_unique<batching::Scheduler>(std::move(scheduling), executor);
}

int Runtime::FindModel(const std::string& id) const {
  for (size_t m = 0; m < settings_.models.size(); ++m) {
    if (settings_.models[m].id == id) return static_cast<int>(m);
  }
  return -1;
}

Status Runtime::Submit(const std::shared_ptr<InferenceRequest>& request) {
  const ModelSpec& model = settings_.models[request->model];
  for (const Origin& origin : request->origins) {
    if (!Fits(origin.x, model.tile, request->image.width) ||
        !Fits(origin.y, model.tile, request->image.height)) {
      return Invalid("a tile lies outside the image");
    }
  }
  const size_t n = request->origins.size();
  const OutputSizes& sizes = sessions_[request->model]->sizes();
  request->tiles = static_cast<int>(n);
  request->sizes = sizes;
  // More tiles than the queue ever holds are refused by it, and need no room.
  if (request->tiles <= settings_.tiles_max) {
    request->logits.resize(n);
    request->patch_logits.resize(n * sizes.patch_rows * sizes.patch_cols);
    request->generator_logits.resize(n * sizes.generators);
    request->embeddings.resize(n * sizes.embedding);
  }
  return scheduler_->Submit(request);
}

void Runtime::Pack(int lane, int model, const std::vector<batching::Tile>& batch) {
  const TileFormat& format = formats_[model];
  float* out = workspaces_[lane][model].input.data();
  for (const batching::Tile& tile : batch) {
    const InferenceRequest& request = Of(tile);
    const Origin& origin = request.origins[tile.index];
    PackTile(request.image, origin.x, origin.y, format, packer_, out);
    out += 3 * static_cast<size_t>(format.tile) * format.tile;
  }
}

Status Runtime::Run(int lane, int model, const std::vector<batching::Tile>& batch) {
  Workspace& w = workspaces_[lane][model];
  const Status status = sessions_[model]->Run(w.buffers(), static_cast<int>(batch.size()));
  if (!status.ok()) return status;
  const auto copy = [&](const std::vector<float>& from, size_t i, std::vector<float>* to,
                        size_t index, size_t size) {
    std::copy_n(from.begin() + i * size, size, to->begin() + index * size);
  };
  for (size_t i = 0; i < batch.size(); ++i) {
    auto& request = static_cast<InferenceRequest&>(*batch[i].request);
    const size_t index = batch[i].index;
    const OutputSizes& sizes = request.sizes;
    copy(w.logits, i, &request.logits, index, 1);
    copy(w.patch_logits, i, &request.patch_logits, index, sizes.patch_rows * sizes.patch_cols);
    copy(w.generator_logits, i, &request.generator_logits, index, sizes.generators);
    copy(w.embeddings, i, &request.embeddings, index, sizes.embedding);
  }
  return {};
}

}  // namespace aidet::inference

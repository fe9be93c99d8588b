#include "inference/ort_session.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/cpu.h"

namespace aidet::inference {
namespace {

constexpr int kOutputs = 4;

// Runs a chain of calls until one fails.
#define RETURN_IF_FAILED(expression)   \
  do {                                 \
    Status status_ = (expression);     \
    if (!status_.ok()) return status_; \
  } while (false)

Status AppendCuda(const OrtLibrary& library, ort::SessionOptions* options) {
  const ort::Api& api = library.api();
  ort::CudaOptions* cuda = nullptr;
  RETURN_IF_FAILED(library.Check(api.CreateCUDAProviderOptions(&cuda)));
  const Status status =
      library.Check(api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda));
  api.ReleaseCUDAProviderOptions(cuda);
  return status;
}

Status AppendTensorRt(const OrtLibrary& library, ort::SessionOptions* options) {
  const ort::Api& api = library.api();
  ort::TensorRtOptions* tensorrt = nullptr;
  RETURN_IF_FAILED(library.Check(api.CreateTensorRTProviderOptions(&tensorrt)));
  const Status status =
      library.Check(api.SessionOptionsAppendExecutionProvider_TensorRT_V2(options, tensorrt));
  api.ReleaseTensorRTProviderOptions(tensorrt);
  if (!status.ok()) return status;
  // What TensorRT leaves over runs on CUDA rather than on the CPU.
  return AppendCuda(library, options);
}

Status Shape(const OrtLibrary& library, const ort::TensorInfo* info, std::vector<int64_t>* shape) {
  const ort::Api& api = library.api();
  int type = 0;
  size_t rank = 0;
  RETURN_IF_FAILED(library.Check(api.GetTensorElementType(info, &type)));
  if (type != ort::kFloat) return Failed("is not float32");
  RETURN_IF_FAILED(library.Check(api.GetDimensionsCount(info, &rank)));
  shape->resize(rank);
  return library.Check(api.GetDimensions(info, shape->data(), rank));
}

class OrtSession : public Session {
 public:
  OrtSession(std::shared_ptr<OrtLibrary> library, const ModelSpec& spec)
      : library_(std::move(library)), spec_(spec) {}

  ~OrtSession() override {
    if (session_ != nullptr) library_->api().ReleaseSession(session_);
  }

  Status Load(Provider provider) {
    const ort::Api& api = library_->api();
    ort::SessionOptions* made = nullptr;
    RETURN_IF_FAILED(library_->Check(api.CreateSessionOptions(&made)));
    const OrtPtr<ort::SessionOptions> options(made, api.ReleaseSessionOptions);
    for (ort::Status* status :
         {api.SetIntraOpNumThreads(made, 1), api.SetInterOpNumThreads(made, 1),
          api.SetSessionGraphOptimizationLevel(made, ort::kOptimizeAll),
          api.AddSessionConfigEntry(made, "session.intra_op.allow_spinning", "0"),
          // Where quantised products would saturate: half as fast, but the same answer.
          api.AddSessionConfigEntry(made, "session.x64quantprecision",
                                    HasExactInt8Products() ? "0" : "1")}) {
      RETURN_IF_FAILED(library_->Check(status));
    }
    if (provider == Provider::kCuda) RETURN_IF_FAILED(AppendCuda(*library_, made));
    if (provider == Provider::kTensorRt) RETURN_IF_FAILED(AppendTensorRt(*library_, made));
    RETURN_IF_FAILED(
        library_->Check(api.CreateSession(library_->env(), spec_.path.c_str(), made, &session_)));
    RETURN_IF_FAILED(CheckInput());
    return CheckOutputs();
  }

  const OutputSizes& sizes() const override { return sizes_; }
  int batch_max() const override { return batch_max_; }

  Status Run(const BatchBuffers& buffers, int count) override {
    std::array<OrtPtr<ort::Value>, kOutputs> outputs = {NoValue(), NoValue(), NoValue(), NoValue()};
    float* const data[kOutputs] = {buffers.logit, buffers.patch_logits, buffers.generator_logits,
                                   buffers.embedding};
    ort::Value* out[kOutputs];
    for (int i = 0; i < kOutputs; ++i) {
      std::vector<int64_t> shape = shapes_[i];
      shape[0] = count;
      RETURN_IF_FAILED(Wrap(data[i], shape, &outputs[i]));
      out[i] = outputs[i].get();
    }
    return RunInto(buffers.input, count, out);
  }

 private:
  OrtPtr<ort::Value> NoValue() const { return {nullptr, library_->api().ReleaseValue}; }

  // A tensor in the caller's memory.
  Status Wrap(float* data, const std::vector<int64_t>& shape, OrtPtr<ort::Value>* value) const {
    size_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= size;
    ort::Value* made = nullptr;
    const Status status = library_->Check(library_->api().CreateTensorWithDataAsOrtValue(
        library_->cpu_memory(), data, bytes, shape.data(), shape.size(), ort::kFloat, &made));
    value->reset(made);
    return status;
  }

  // `outputs` hold tensors to write to, or null where the library shall allocate them.
  Status RunInto(float* input, int count, ort::Value** outputs) const {
    const int64_t t = spec_.tile;
    const std::vector<int64_t> shape = spec_.channels_last ? std::vector<int64_t>{count, t, t, 3}
                                                           : std::vector<int64_t>{count, 3, t, t};
    OrtPtr<ort::Value> tensor = NoValue();
    RETURN_IF_FAILED(Wrap(input, shape, &tensor));
    const char* const input_name = spec_.input.c_str();
    const ort::Value* const inputs[] = {tensor.get()};
    const char* const names[kOutputs] = {spec_.logit.c_str(), spec_.patch_logits.c_str(),
                                         spec_.generator_logits.c_str(), spec_.embedding.c_str()};
    return library_->Check(
        library_->api().Run(session_, nullptr, &input_name, inputs, 1, names, kOutputs, outputs));
  }

  Status CheckInput() {
    const ort::Api& api = library_->api();
    size_t inputs = 0;
    RETURN_IF_FAILED(library_->Check(api.SessionGetInputCount(session_, &inputs)));
    if (inputs != 1) return Failed("the network has not exactly one input");
    ort::TypeInfo* made = nullptr;
    RETURN_IF_FAILED(library_->Check(api.SessionGetInputTypeInfo(session_, 0, &made)));
    const OrtPtr<ort::TypeInfo> type(made, api.ReleaseTypeInfo);
    const ort::TensorInfo* info = nullptr;
    RETURN_IF_FAILED(library_->Check(api.CastTypeInfoToTensorInfo(made, &info)));
    std::vector<int64_t> shape;
    const Status status = info == nullptr ? Failed("is no tensor") : Shape(*library_, info, &shape);
    if (!status.ok()) return Failed("the network's input " + status.message());
    const int64_t t = spec_.tile;
    const std::array<int64_t, 3> wanted =
        spec_.channels_last ? std::array<int64_t, 3>{t, t, 3} : std::array<int64_t, 3>{3, t, t};
    bool fits = shape.size() == 4;
    // A size of -1 is free.
    for (int i = 0; fits && i < 3; ++i) fits = shape[i + 1] < 0 || shape[i + 1] == wanted[i];
    if (!fits) return Failed("the network's input has not the manifest's layout and tile size");
    if (shape[0] > 0) batch_max_ = static_cast<int>(shape[0]);
    if (batch_max_ > 1 && shape[0] > 0) return Failed("the network has a fixed batch size above 1");
    return {};
  }

  // Sizes may be free in the file, so one tile is run and what it yields is looked at.
  Status CheckOutputs() {
    std::vector<float> black(3 * static_cast<size_t>(spec_.tile) * spec_.tile);
    ort::Value* outputs[kOutputs] = {};
    const Status ran = RunInto(black.data(), 1, outputs);
    Status status = ran;
    for (int i = 0; i < kOutputs; ++i) {
      const OrtPtr<ort::Value> value(outputs[i], library_->api().ReleaseValue);
      if (status.ok()) status = ReadShape(value.get(), &shapes_[i]);
      if (ran.ok() && !status.ok())
        return Failed("output " + std::to_string(i) + " " + status.message());
    }
    RETURN_IF_FAILED(status);
    const auto& patches = shapes_[1];
    if (Count(shapes_[0]) != 1) return Failed("logit is not one value a tile");
    if (patches.size() < 3 || Count(patches) != patches[patches.size() - 2] * patches.back()) {
      return Failed("patch_logits is not rows x columns a tile");
    }
    if (Count(shapes_[2]) != spec_.generators) {
      return Failed("generator_logits has " + std::to_string(Count(shapes_[2])) +
                    " values, the manifest lists " + std::to_string(spec_.generators) +
                    " generators");
    }
    sizes_ = {static_cast<int>(patches[patches.size() - 2]), static_cast<int>(patches.back()),
              spec_.generators, static_cast<int>(Count(shapes_[3]))};
    return {};
  }

  Status ReadShape(const ort::Value* value, std::vector<int64_t>* shape) const {
    ort::TensorInfo* made = nullptr;
    RETURN_IF_FAILED(library_->Check(library_->api().GetTensorTypeAndShape(value, &made)));
    const OrtPtr<ort::TensorInfo> info(made, library_->api().ReleaseTensorTypeAndShapeInfo);
    RETURN_IF_FAILED(Shape(*library_, made, shape));
    if (shape->empty() || (*shape)[0] != 1) return Failed("does not begin with the batch");
    return {};
  }

  static int64_t Count(const std::vector<int64_t>& shape) {
    int64_t count = 1;
    for (int64_t size : shape) count *= size;
    return count;
  }

  const std::shared_ptr<OrtLibrary> library_;
  const ModelSpec spec_;
  ort::Session* session_ = nullptr;
  OutputSizes sizes_;
  int batch_max_ = 1 << 16;
  // Of one tile.
  std::vector<int64_t> shapes_[kOutputs];
};

}  // namespace

const char* ProviderName(Provider provider) {
  switch (provider) {
    case Provider::kCpu:
      return "cpu";
    case Provider::kCuda:
      return "cuda";
    case Provider::kTensorRt:
      return "tensorrt";
  }
  return "";
}

Status LoadOrtSession(std::shared_ptr<OrtLibrary> library, const ModelSpec& spec, Provider provider,
                      std::unique_ptr<Session>* session) {
  auto loaded = std::make_unique<OrtSession>(std::move(library), spec);
  RETURN_IF_FAILED(loaded->Load(provider));
  *session = std::move(loaded);
  return {};
}

}  // namespace aidet::inference

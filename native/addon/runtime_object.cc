#include "addon/runtime_object.h"

#include <cmath>
#include <mutex>
#include <utility>

#include "addon/environment.h"
#include "addon/inference_result.h"
#include "addon/settings.h"
#include "addon/typed_array.h"
#include "base/cpu.h"

namespace aidet::addon {
namespace {

// The one piece of state that belongs to the process: who asks while a runtime lives shares it.
std::mutex shared_mutex;
std::weak_ptr<inference::Runtime> shared_runtime;

Status Acquire(inference::RuntimeSettings settings, std::shared_ptr<inference::Runtime>* runtime) {
  // Held while the runtime is built: who comes meanwhile waits for it instead of building another.
  std::lock_guard<std::mutex> lock(shared_mutex);
  *runtime = shared_runtime.lock();
  if (*runtime != nullptr) return {};
  const Status status = inference::Runtime::Open(std::move(settings), runtime);
  shared_runtime = *runtime;
  return status;
}

Napi::Value Throw(Napi::Env env, const Status& status) {
  const napi_value error = MakeError(env, status);
  if (error != nullptr) napi_throw(env, error);
  return {};
}

bool ReadDimension(const Napi::Value& value, int* out) {
  if (!value.IsNumber()) return false;
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 1 && number <= (1 << 30)) || number != std::floor(number)) return false;
  *out = static_cast<int>(number);
  return true;
}

// infer(model, rgb, width, height, tiles, priority, timeoutMs, cancel | undefined)
Status ReadRequest(const Napi::CallbackInfo& info, const inference::Runtime& runtime,
                   inference::InferenceRequest* request) {
  if (!info[0].IsString()) return Invalid("the model must be a string");
  const std::string id = info[0].As<Napi::String>().Utf8Value();
  request->model = runtime.FindModel(id);
  if (request->model < 0) return Invalid("no model " + id);

  size_t bytes = 0;
  request->image.data = TypedArrayData<uint8_t>(info[1], napi_uint8_array, &bytes);
  if (!ReadDimension(info[2], &request->image.width) ||
      !ReadDimension(info[3], &request->image.height)) {
    return Invalid("width and height must be positive integers");
  }
  const uint64_t wanted = 3ull * request->image.width * request->image.height;
  if (request->image.data == nullptr || bytes != wanted) {
    return Invalid("rgb must be a Uint8Array of " + std::to_string(wanted) + " bytes");
  }

  size_t numbers = 0;
  const int32_t* xy = TypedArrayData<int32_t>(info[4], napi_int32_array, &numbers);
  if (xy == nullptr || numbers == 0 || numbers % 2 != 0) {
    return Invalid("tiles must be an Int32Array of x, y pairs");
  }
  request->origins.resize(numbers / 2);
  for (auto& origin : request->origins) {
    origin = {xy[0], xy[1]};
    xy += 2;
  }

  if (!info[5].IsNumber()) return Invalid("the priority must be 0, 1 or 2");
  const double priority = info[5].As<Napi::Number>().DoubleValue();
  if (priority != 0 && priority != 1 && priority != 2) {
    return Invalid("the priority must be 0, 1 or 2");
  }
  request->priority = static_cast<int>(priority);

  if (!info[6].IsNumber()) return Invalid("the timeout must be a number");
  const double timeout_ms = info[6].As<Napi::Number>().DoubleValue();
  if (std::isnan(timeout_ms)) return Invalid("the timeout must be a number");
  constexpr double kDayMs = 86'400'000;
  request->deadline =
      Now() + static_cast<Nanos>(std::fmax(0, std::fmin(timeout_ms, kDayMs)) * kNanosPerMilli);

  if (!info[7].IsUndefined()) {
    size_t length = 0;
    request->cancel = TypedArrayData<int32_t>(info[7], napi_int32_array, &length);
    if (request->cancel == nullptr || length == 0) {
      return Invalid("cancel must be an Int32Array with an element");
    }
  }
  return {};
}

template <size_t N>
Napi::Object MakeHistogram(Napi::Env env, const char* bounds_name,
                           const batching::Histogram<N>& histogram) {
  Napi::Array bounds = Napi::Array::New(env, N);
  Napi::Array counts = Napi::Array::New(env, N + 1);
  for (uint32_t i = 0; i < N; ++i) bounds.Set(i, histogram.bounds[i]);
  for (uint32_t i = 0; i <= N; ++i) counts.Set(i, static_cast<double>(histogram.counts[i]));
  Napi::Object object = Napi::Object::New(env);
  object[bounds_name] = bounds;
  object["counts"] = counts;
  return object;
}

}  // namespace

Napi::Function RuntimeObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Runtime",
      {InstanceMethod<&RuntimeObject::Infer>("infer"),
       InstanceMethod<&RuntimeObject::Stats>("stats"), InstanceMethod<&RuntimeObject::Info>("info"),
       InstanceMethod<&RuntimeObject::Close>("close")});
}

RuntimeObject::RuntimeObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  inference::RuntimeSettings settings;
  Status status = ReadSettings(info[0], &settings);
  if (status.ok()) status = Acquire(std::move(settings), &runtime_);
  if (!status.ok()) {
    if (!info.Env().IsExceptionPending()) Throw(info.Env(), status);
    return;
  }
  Environment::Of(info.Env())->Add(this);
}

RuntimeObject::~RuntimeObject() {
  if (runtime_ == nullptr) return;
  Environment::Of(Env())->Remove(this);
  CloseHandle();
}

void RuntimeObject::CloseHandle() {
  if (runtime_ == nullptr) return;
  runtime_->Abandon(client_);
  runtime_.reset();
}

Napi::Value RuntimeObject::Infer(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (runtime_ == nullptr) return Throw(env, {Code::kClosed, "the runtime handle is closed"});
  Environment* environment = Environment::Of(env);
  auto pending = std::make_unique<PendingInference>();
  pending->request = environment->NewRequest();
  Status status = ReadRequest(info, *runtime_, pending->request.get());
  if (!status.ok()) return Throw(env, status);
  pending->request->client = client_;
  pending->held.push_back(Napi::Persistent(info.This().As<Napi::Object>()));
  pending->held.push_back(Napi::Persistent(info[1].As<Napi::Object>()));
  if (info[7].IsObject()) pending->held.push_back(Napi::Persistent(info[7].As<Napi::Object>()));
  napi_value promise;
  if (napi_create_promise(env, &pending->deferred, &promise) != napi_ok) {
    return Throw(env, Failed("no promise could be made"));
  }
  // Waiting before it is submitted: a lane may be done at once.
  const auto request = pending->request;
  const napi_deferred deferred = pending->deferred;
  environment->Await(std::move(pending));
  status = runtime_->Submit(request);
  if (!status.ok()) {
    environment->Forget(request->id());
    const napi_value error = MakeError(env, status);
    if (error != nullptr) napi_reject_deferred(env, deferred, error);
  }
  return {env, promise};
}

Napi::Value RuntimeObject::Stats(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (runtime_ == nullptr) return Throw(env, {Code::kClosed, "the runtime handle is closed"});
  const batching::Statistics s = runtime_->Statistics();
  Napi::Object stats = Napi::Object::New(env);
  const auto set = [&](const char* name, auto value) { stats[name] = static_cast<double>(value); };
  set("lanes", runtime_->info().lanes);
  set("queuedTiles", s.queued_tiles);
  set("runningTiles", s.running_tiles);
  set("tilesMax", runtime_->tiles_max());
  set("batches", s.batches);
  set("tiles", s.tiles);
  set("rejected", s.rejected);
  set("expired", s.expired);
  set("cancelled", s.cancelled);
  set("failed", s.failed);
  set("executeMsTotal", s.execute_ms);
  set("queueDelayMsTotal", s.queue_delay_ms);
  stats["queueDelayHistogram"] = MakeHistogram(env, "boundsMs", s.queue_delay);
  stats["executeHistogram"] = MakeHistogram(env, "boundsMs", s.execute);
  stats["batchSizeHistogram"] = MakeHistogram(env, "bounds", s.batch_size);
  return stats;
}

Napi::Value RuntimeObject::Info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (runtime_ == nullptr) return Throw(env, {Code::kClosed, "the runtime handle is closed"});
  const inference::RuntimeInfo& from = runtime_->info();
  Napi::Object object = Napi::Object::New(env);
  object["executionProvider"] = inference::ProviderName(from.provider);
  object["ortVersion"] = from.ort_version;
  object["ortLibrary"] = from.ort_library;
  object["lanes"] = from.lanes;
  Napi::Array features = Napi::Array::New(env);
  for (const char* feature : CpuFeatures()) features.Set(features.Length(), feature);
  object["cpuFeatures"] = features;
  Napi::Array refused = Napi::Array::New(env);
  for (uint32_t i = 0; i < from.refused.size(); ++i) {
    Napi::Object refusal = Napi::Object::New(env);
    refusal["provider"] = inference::ProviderName(from.refused[i].provider);
    refusal["reason"] = from.refused[i].reason;
    refused.Set(i, refusal);
  }
  object["refusedProviders"] = refused;
  Napi::Array models = Napi::Array::New(env);
  for (uint32_t i = 0; i < runtime_->models().size(); ++i) {
    Napi::Object model = Napi::Object::New(env);
    model["id"] = runtime_->models()[i].id;
    model["version"] = runtime_->models()[i].version;
    models.Set(i, model);
  }
  object["models"] = models;
  return object;
}

void RuntimeObject::Close(const Napi::CallbackInfo& info) {
  Environment::Of(info.Env())->Remove(this);
  CloseHandle();
}

}  // namespace aidet::addon

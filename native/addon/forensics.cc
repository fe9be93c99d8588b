#include "addon/forensics.h"

#include <dlfcn.h>

#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "addon/forensics_result.h"
#include "addon/inference_result.h"
#include "base/status.h"
#include "forensics/cuda/backend.h"
#include "forensics/measure.h"

namespace aidet::addon {
namespace {

struct Job {
  forensics::MeasureRequest request{};
  forensics::Measurements result{};
  const forensics::ForensicsBackend* backend = nullptr;
  Status outcome;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  // Pixels, file and flag.
  std::vector<Napi::ObjectReference> held;
};

template <class T>
const T* Elements(const Napi::Value& value, napi_typedarray_type type, size_t* length) {
  napi_typedarray_type found;
  void* data = nullptr;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(value.Env(), value, &found, length, &data, nullptr, nullptr) !=
          napi_ok ||
      found != type) {
    return nullptr;
  }
  return static_cast<const T*>(data);
}

bool ReadInteger(const Napi::Value& value, int min, int max, int* out) {
  if (!value.IsNumber()) return false;
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= min && number <= max) || number != std::floor(number)) return false;
  *out = static_cast<int>(number);
  return true;
}

// `cuda` is the library that lies beside the addon. Null, with a sentence in `*why`, where it is
// not there or does not run.
const forensics::ForensicsBackend* BackendOf(const std::string& target, const char** why) {
  if (target != "cuda") return forensics::BackendFor(target.c_str());
  Dl_info addon{};
  std::string library = "aidet_cuda.so";
  if (dladdr(reinterpret_cast<const void*>(&BackendOf), &addon) != 0) {
    const std::string path = addon.dli_fname;
    library.insert(0, path, 0, path.rfind('/') + 1);
  }
  return forensics::CudaBackend(library.c_str(), why);
}

// The caller bounds the pixels; this is more than any of the formats holds.
constexpr int kSideMax = 1 << 20;

Status ReadImage(const Napi::Object& from, forensics::MeasureRequest* r) {
  if (!ReadInteger(from.Get("width"), 1, kSideMax, &r->image.width) ||
      !ReadInteger(from.Get("height"), 1, kSideMax, &r->image.height)) {
    return Invalid("width and height must be positive integers");
  }
  size_t bytes = 0;
  r->image.data = Elements<uint8_t>(from.Get("rgb"), napi_uint8_array, &bytes);
  r->image.stride = 3 * static_cast<ptrdiff_t>(r->image.width);
  if (r->image.data == nullptr ||
      bytes != static_cast<uint64_t>(r->image.stride) * static_cast<uint64_t>(r->image.height)) {
    return Invalid("rgb must be a Uint8Array of 3 * width * height bytes");
  }
  return {};
}

Status ReadQualities(const Napi::Value& value, std::vector<int>* out) {
  size_t count = 0;
  const auto* qualities = Elements<uint8_t>(value, napi_uint8_array, &count);
  if (qualities == nullptr || count == 0 || count > forensics::kGhostQualitiesMax) {
    return Invalid("qualities must be Uint8Arrays of 1 to 64");
  }
  for (size_t i = 0; i < count; i++) {
    if (qualities[i] < 1 || qualities[i] > 100) return Invalid("a quality is from 1 to 100");
    out->push_back(qualities[i]);
  }
  return {};
}

Status Read(const Napi::Object& from, Job* job) {
  forensics::MeasureRequest& r = job->request;
  Status status = ReadImage(from, &r);
  if (status.ok()) status = ReadQualities(from.Get("qualities"), &r.qualities);
  if (status.ok()) status = ReadQualities(from.Get("curveQualities"), &r.curve_qualities);
  if (!status.ok()) return status;
  const Napi::Value file = from.Get("file"), cancel = from.Get("cancel");
  if (!file.IsNull()) {
    r.file = Elements<uint8_t>(file, napi_uint8_array, &r.file_bytes);
    if (r.file == nullptr) return Invalid("file must be a Uint8Array with bytes, or null");
    if (!ReadInteger(from.Get("fileGridX"), 0, 7, &r.file_grid_x) ||
        !ReadInteger(from.Get("fileGridY"), 0, 7, &r.file_grid_y)) {
      return Invalid("fileGridX and fileGridY must be integers from 0 to 7");
    }
  }
  if (!cancel.IsNull()) {
    size_t length = 0;
    r.cancel = Elements<int32_t>(cancel, napi_int32_array, &length);
    if (r.cancel == nullptr || length == 0) {
      return Invalid("cancel must be an Int32Array with an element, or null");
    }
  }
  if (!ReadInteger(from.Get("elaQuality"), 1, 100, &r.ela_quality)) {
    return Invalid("elaQuality must be an integer from 1 to 100");
  }
  if (!ReadInteger(from.Get("mapSide"), 0, kSideMax, &r.map_side)) {
    return Invalid("mapSide must be an integer from 0 on");
  }
  const Napi::Value target = from.Get("target");
  job->backend = forensics::BestBackend();
  if (!target.IsNull()) {
    if (!target.IsString()) return Invalid("target must be a string or null");
    const char* refusal = "this machine does not run that target";
    job->backend = BackendOf(target.As<Napi::String>().Utf8Value(), &refusal);
    if (job->backend == nullptr) return Invalid(refusal);
  }
  for (const Napi::Value& value : {from.Get("rgb"), file, cancel}) {
    if (value.IsObject()) job->held.push_back(Napi::Persistent(value.As<Napi::Object>()));
  }
  return {};
}

void Execute(napi_env, void* data) {
  Job& job = *static_cast<Job*>(data);
  // Memory is the one thing that can fail below; no exception leaves this thread.
  try {
    if (forensics::Measure(*job.backend, job.request, &job.result) ==
        forensics::MeasureOutcome::kCancelled) {
      job.outcome = {Code::kCancelled, "the request was cancelled"};
    }
  } catch (const std::bad_alloc&) {
    job.outcome = Failed("out of memory");
  }
}

void Complete(napi_env env, napi_status status, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  const Napi::HandleScope scope(env);
  napi_delete_async_work(env, job->work);
  if (status != napi_ok && job->outcome.ok()) job->outcome = Failed("the work was not run");
  if (job->outcome.ok()) {
    if (const napi_value result = MakeForensicsResult(env, job->result)) {
      napi_resolve_deferred(env, job->deferred, result);
      return;
    }
    job->outcome = Failed("the result could not be made");
  }
  const napi_value error = MakeError(env, job->outcome);
  if (error != nullptr) napi_reject_deferred(env, job->deferred, error);
}

}  // namespace

Napi::Value Forensics(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto job = std::make_unique<Job>();
  Status status = info[0].IsObject() ? Read(info[0].As<Napi::Object>(), job.get())
                                     : Invalid("an object of arguments is wanted");
  if (env.IsExceptionPending()) return env.Undefined();
  napi_value name, promise;
  if (status.ok() &&
      (napi_create_string_utf8(env, "aidet forensics", NAPI_AUTO_LENGTH, &name) != napi_ok ||
       napi_create_promise(env, &job->deferred, &promise) != napi_ok ||
       napi_create_async_work(env, nullptr, name, Execute, Complete, job.get(), &job->work) !=
           napi_ok)) {
    status = Failed("no work could be made");
  }
  if (!status.ok()) {
    const napi_value error = MakeError(env, status);
    if (error != nullptr) napi_throw(env, error);
    return env.Undefined();
  }
  if (napi_queue_async_work(env, job->work) != napi_ok) {
    napi_delete_async_work(env, job->work);
    const napi_value error = MakeError(env, Failed("no work could be queued"));
    if (error != nullptr) napi_reject_deferred(env, job->deferred, error);
    return {env, promise};
  }
  job.release();
  return {env, promise};
}

}  // namespace aidet::addon

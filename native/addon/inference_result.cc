#include "addon/inference_result.h"

#include <cstring>
#include <vector>

namespace aidet::addon {
namespace {

const char* Name(Code code) {
  switch (code) {
    case Code::kOk:
      return "OK";
    case Code::kInvalid:
      return "INVALID";
    case Code::kQueueFull:
      return "QUEUE_FULL";
    case Code::kExpired:
      return "EXPIRED";
    case Code::kCancelled:
      return "CANCELLED";
    case Code::kClosed:
      return "CLOSED";
    case Code::kFailed:
      return "FAILED";
  }
  return "FAILED";
}

// Plain Node-API with every status looked at: a worker may be terminated between any two calls.
class ObjectBuilder {
 public:
  explicit ObjectBuilder(napi_env env) : env_(env) { Try(napi_create_object(env, &object_)); }

  void Set(const char* name, const std::vector<float>& values) {
    void* data = nullptr;
    napi_value buffer, array;
    const size_t bytes = values.size() * sizeof(float);
    if (!Try(napi_create_arraybuffer(env_, bytes, &data, &buffer))) return;
    if (bytes > 0) std::memcpy(data, values.data(), bytes);
    if (!Try(napi_create_typedarray(env_, napi_float32_array, values.size(), buffer, 0, &array)))
      return;
    Try(napi_set_named_property(env_, object_, name, array));
  }

  void Set(const char* name, double number) {
    napi_value value;
    if (!Try(napi_create_double(env_, number, &value))) return;
    Try(napi_set_named_property(env_, object_, name, value));
  }

  // Null where any step failed.
  napi_value Finish() const { return ok_ ? object_ : nullptr; }

 private:
  bool Try(napi_status status) {
    ok_ = ok_ && status == napi_ok;
    return ok_;
  }

  const napi_env env_;
  napi_value object_ = nullptr;
  bool ok_ = true;
};

napi_value MakeResult(napi_env env, const inference::InferenceRequest& request) {
  constexpr double kMillis = kNanosPerMilli;
  ObjectBuilder result(env);
  result.Set("tileLogits", request.logits);
  result.Set("patchLogits", request.patch_logits);
  result.Set("patchRows", request.sizes.patch_rows);
  result.Set("patchCols", request.sizes.patch_cols);
  result.Set("generatorLogits", request.generator_logits);
  result.Set("embedding", request.embeddings);
  result.Set("queueDelayMs", request.queue_delay / kMillis);
  result.Set("executeMs", request.execute_time / kMillis);
  result.Set("batches", request.batches);
  return result.Finish();
}

}  // namespace

napi_value MakeError(napi_env env, const Status& status) {
  napi_value code, message, error;
  const std::string& text = status.message();
  if (napi_create_string_utf8(env, Name(status.code()), NAPI_AUTO_LENGTH, &code) != napi_ok ||
      napi_create_string_utf8(env, text.data(), text.size(), &message) != napi_ok ||
      napi_create_error(env, code, message, &error) != napi_ok) {
    return nullptr;
  }
  return error;
}

void Settle(napi_env env, napi_deferred deferred, const inference::InferenceRequest& request) {
  if (request.outcome.ok()) {
    const napi_value result = MakeResult(env, request);
    if (result != nullptr) napi_resolve_deferred(env, deferred, result);
  } else {
    const napi_value error = MakeError(env, request.outcome);
    if (error != nullptr) napi_reject_deferred(env, deferred, error);
  }
}

}  // namespace aidet::addon

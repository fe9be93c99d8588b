#include "addon/inference_result.h"

#include <vector>

#include "addon/object_builder.h"

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

napi_value MakeResult(napi_env env, const inference::InferenceRequest& request) {
  constexpr double kMillis = kNanosPerMilli;
  ObjectBuilder result(env);
  const auto floats = [&](const char* name, const std::vector<float>& values) {
    result.Set(name, napi_float32_array, values.data(), values.size());
  };
  floats("tileLogits", request.logits);
  floats("patchLogits", request.patch_logits);
  result.Set("patchRows", static_cast<double>(request.sizes.patch_rows));
  result.Set("patchCols", static_cast<double>(request.sizes.patch_cols));
  floats("generatorLogits", request.generator_logits);
  floats("embedding", request.embeddings);
  result.Set("queueDelayMs", request.queue_delay / kMillis);
  result.Set("executeMs", request.execute_time / kMillis);
  result.Set("batches", static_cast<double>(request.batches));
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

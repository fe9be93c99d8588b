// Outcomes of the native side as JavaScript values.
#pragma once

#include <napi.h>

#include "base/status.h"
#include "inference/runtime.h"

namespace aidet::addon {

// An Error with the status's message and a `code`: INVALID, QUEUE_FULL, EXPIRED, CANCELLED, CLOSED
// or FAILED.
napi_value MakeError(napi_env env, const Status& status);

// Resolves or rejects. Does nothing where the environment is ending and can hold no new values.
void Settle(napi_env env, napi_deferred deferred, const inference::InferenceRequest& request);

}  // namespace aidet::addon

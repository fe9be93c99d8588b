#pragma once

#include <napi.h>

#include "base/status.h"
#include "inference/runtime.h"

namespace aidet::addon {

// Reads the object that src/inference/runtime.ts passes to `new Runtime`.
Status ReadSettings(const Napi::Value& value, inference::RuntimeSettings* settings);

}  // namespace aidet::addon

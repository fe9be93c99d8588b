#pragma once

#include <napi.h>

#include "forensics/measure.h"

namespace aidet::addon {

// The measurements as one JavaScript object; null where the environment is ending.
napi_value MakeForensicsResult(napi_env env, const forensics::Measurements& measurements);

}  // namespace aidet::addon

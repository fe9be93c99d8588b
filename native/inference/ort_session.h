#pragma once

#include <memory>
#include <string>

#include "inference/model_spec.h"
#include "inference/ort_library.h"
#include "inference/session.h"

namespace aidet::inference {

enum class Provider { kCpu, kCuda, kTensorRt };

const char* ProviderName(Provider provider);

// Loads the model onto a provider and checks names, types and shapes against the spec. On the CPU
// `Run` computes on the calling thread alone.
Status LoadOrtSession(std::shared_ptr<OrtLibrary> library, const ModelSpec& spec, Provider provider,
                      std::unique_ptr<Session>* session);

}  // namespace aidet::inference

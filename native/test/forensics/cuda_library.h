// The functions of aidet_cuda.so themselves: what the backend calls, without its way back to the
// CPU, which would hide a call that failed.
#pragma once

#include <dlfcn.h>

#include <cstring>

#include "../../forensics/cuda/api.h"

namespace aidet::forensics::test {

struct CudaLibrary {
  decltype(&aidet_cuda_ela) ela = nullptr;
  decltype(&aidet_cuda_noise) noise = nullptr;
  decltype(&aidet_cuda_spectrum) spectrum = nullptr;
};

template <class F>
bool FindCall(void* handle, const char* name, F* out) {
  void* symbol = dlsym(handle, name);
  std::memcpy(out, &symbol, sizeof symbol);
  return symbol != nullptr;
}

// Null, or why there is none.
inline const char* OpenCudaLibrary(const char* path, CudaLibrary* out) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return dlerror();
  decltype(&aidet_cuda_abi) abi = nullptr;
  decltype(&aidet_cuda_devices) devices = nullptr;
  if (!FindCall(handle, "aidet_cuda_abi", &abi) || abi() != kAidetCudaAbi) return "another version";
  if (!FindCall(handle, "aidet_cuda_devices", &devices) || devices() == 0) {
    return "no CUDA device answers";
  }
  if (!FindCall(handle, "aidet_cuda_ela", &out->ela) ||
      !FindCall(handle, "aidet_cuda_noise", &out->noise) ||
      !FindCall(handle, "aidet_cuda_spectrum", &out->spectrum)) {
    return "a function is missing";
  }
  return nullptr;
}

}  // namespace aidet::forensics::test

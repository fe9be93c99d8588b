// ONNX Runtime, opened at run time from a file.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "inference/ort_abi.h"

namespace aidet::inference {

// Owner of an object of the library.
template <typename T>
using OrtPtr = std::unique_ptr<T, void (*)(T*)>;

// Outlives every session made with it.
class OrtLibrary {
 public:
  // `path` names libonnxruntime.so.1. It is never unloaded: its threads and static objects do not
  // survive that.
  static Status Open(const std::string& path, std::shared_ptr<OrtLibrary>* library);

  ~OrtLibrary();
  OrtLibrary(const OrtLibrary&) = delete;
  OrtLibrary& operator=(const OrtLibrary&) = delete;

  const ort::Api& api() const { return api_; }
  const ort::Env* env() const { return env_; }
  // Describes CPU memory that the caller owns.
  const ort::MemoryInfo* cpu_memory() const { return cpu_memory_; }
  const std::string& version() const { return version_; }

  // Takes over the library's status.
  Status Check(ort::Status* status) const;

 private:
  OrtLibrary() = default;

  ort::Api api_;
  ort::Env* env_ = nullptr;
  ort::MemoryInfo* cpu_memory_ = nullptr;
  std::string version_;
};

}  // namespace aidet::inference

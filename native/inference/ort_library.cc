#include "inference/ort_library.h"

#include <dlfcn.h>

namespace aidet::inference {

Status OrtLibrary::Open(const std::string& path, std::shared_ptr<OrtLibrary>* library) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return Failed(std::string("cannot load ONNX Runtime: ") + dlerror());
  const auto get_base = reinterpret_cast<const ort::ApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
  if (get_base == nullptr) return Failed(path + " is not ONNX Runtime: no OrtGetApiBase");
  const ort::ApiBase* base = get_base();
  const void* table = base->GetApi(ort::kApiVersion);
  if (table == nullptr) {
    return Failed(path + " is ONNX Runtime " + base->GetVersionString() +
                  "; 1.17 or later is needed");
  }
  std::shared_ptr<OrtLibrary> opened(new OrtLibrary);
  opened->api_ = ort::ReadTable(table);
  opened->version_ = base->GetVersionString();
  // Errors come back as statuses; the library's own lines on stderr would say them a second time.
  Status status = opened->Check(opened->api_.CreateEnv(ort::kLoggingFatal, "aidet", &opened->env_));
  if (!status.ok()) return status;
  status = opened->Check(opened->api_.CreateCpuMemoryInfo(
      ort::kDeviceAllocator, ort::kMemTypeDefault, &opened->cpu_memory_));
  if (!status.ok()) return status;
  *library = std::move(opened);
  return {};
}

OrtLibrary::~OrtLibrary() {
  if (cpu_memory_ != nullptr) api_.ReleaseMemoryInfo(cpu_memory_);
  if (env_ != nullptr) api_.ReleaseEnv(env_);
}

Status OrtLibrary::Check(ort::Status* status) const {
  if (status == nullptr) return {};
  Status failed = Failed(api_.GetErrorMessage(status));
  api_.ReleaseStatus(status);
  return failed;
}

}  // namespace aidet::inference

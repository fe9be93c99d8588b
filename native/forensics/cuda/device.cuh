// Device memory that frees itself, the first error of a sequence of calls, and what its parts took.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "api.h"

namespace aidet::cuda {

class Calls {
 public:
  bool Try(cudaError_t status) {
    if (error_ == cudaSuccess) error_ = status;
    return error_ == cudaSuccess;
  }
  bool ok() const { return error_ == cudaSuccess; }
  int error() const { return static_cast<int>(error_); }

 private:
  cudaError_t error_ = cudaSuccess;
};

// Events between the parts of a call: copies in, kernels, copies out. Does nothing where nobody
// asks.
class Parts {
 public:
  Parts(Calls* calls, AidetCudaTimes* times) : calls_(calls), times_(times) {
    if (times == nullptr) return;
    for (cudaEvent_t& event : events_) {
      if (calls->ok()) calls->Try(cudaEventCreate(&event));
    }
  }
  ~Parts() {
    for (cudaEvent_t event : events_) {
      if (event != nullptr) cudaEventDestroy(event);
    }
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // To be called before each part and after the last.
  void Next() {
    if (times_ == nullptr || !calls_->ok()) return;
    calls_->Try(cudaEventRecord(events_[at_]));
    if (++at_ < 4 || !calls_->ok()) return;
    calls_->Try(cudaEventSynchronize(events_[3]));
    float* const parts[3] = {&times_->copy_in, &times_->kernels, &times_->copy_out};
    for (int i = 0; i < 3; i++) {
      if (calls_->ok()) {
        calls_->Try(cudaEventElapsedTime(parts[i], events_[i], events_[i + 1]));
      }
    }
  }

 private:
  Calls* calls_;
  AidetCudaTimes* times_;
  cudaEvent_t events_[4] = {};
  int at_ = 0;
};

// Out of the device's pool, which keeps some for the next call (aidet_cuda_devices).
template <class T>
class Buffer {
 public:
  Buffer(Calls* calls, size_t count) : calls_(calls), bytes_(count * sizeof(T)) {
    if (calls->ok()) calls->Try(cudaMallocAsync(&data_, bytes_, nullptr));
  }
  ~Buffer() {
    if (data_ != nullptr) cudaFreeAsync(data_, nullptr);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  T* get() const { return static_cast<T*>(data_); }
  void Clear() {
    if (calls_->ok()) calls_->Try(cudaMemset(data_, 0, bytes_));
  }
  void CopyIn(const T* from) {
    if (calls_->ok()) calls_->Try(cudaMemcpy(data_, from, bytes_, cudaMemcpyHostToDevice));
  }
  void CopyRowsIn(const T* from, ptrdiff_t stride, size_t width, size_t height) {
    if (!calls_->ok()) return;
    calls_->Try(cudaMemcpy2D(data_, width * sizeof(T), from,
                             static_cast<size_t>(stride) * sizeof(T), width * sizeof(T), height,
                             cudaMemcpyHostToDevice));
  }
  void CopyOut(T* to) const {
    if (calls_->ok()) calls_->Try(cudaMemcpy(to, data_, bytes_, cudaMemcpyDeviceToHost));
  }

 private:
  Calls* calls_;
  size_t bytes_;
  void* data_ = nullptr;
};

}  // namespace aidet::cuda

// Device memory that frees itself, and the first error of a sequence of calls.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

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

template <class T>
class Buffer {
 public:
  Buffer(Calls* calls, size_t count) : calls_(calls), bytes_(count * sizeof(T)) {
    if (calls->ok()) calls->Try(cudaMalloc(&data_, bytes_));
  }
  ~Buffer() { cudaFree(data_); }
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

// The Welch spectrum on a device: rows, then columns of each block of 256 x 256, 64 threads a
// transform of radix 4 in shared memory. Powers of blocks are added in one order, so that every run
// gives the same bits.
#include "../cuda/api.h"
#include "../cuda/device.cuh"

namespace aidet::cuda {
namespace {

constexpr int kSize = 256;
constexpr int kHop = 128;
constexpr int kQuarter = kSize / 4;
// Blocks in flight: 512 KiB of device memory each.
constexpr int kBatch = 64;

__device__ int Unscramble(int i) {
  return (i & 3) << 6 | (i >> 2 & 3) << 4 | (i >> 4 & 3) << 2 | i >> 6;
}

__device__ float2 Times(float2 a, float2 w) {
  return make_float2(a.x * w.x - a.y * w.y, a.x * w.y + a.y * w.x);
}

// In place by decimation in frequency; the result stands in the order of reversed base-4 digits.
__device__ void Transform(float2* v) {
  const int t = static_cast<int>(threadIdx.x);
  for (int n = kSize; n >= 4; n /= 4) {
    const int q = n / 4, k = t % q, at = t / q * n + k;
    const float2 a = v[at], b = v[at + q], c = v[at + 2 * q], d = v[at + 3 * q];
    const float2 t0 = make_float2(a.x + c.x, a.y + c.y), t1 = make_float2(a.x - c.x, a.y - c.y);
    const float2 t2 = make_float2(b.x + d.x, b.y + d.y), t3 = make_float2(b.y - d.y, d.x - b.x);
    float2 out[4] = {make_float2(t0.x + t2.x, t0.y + t2.y), make_float2(t1.x + t3.x, t1.y + t3.y),
                     make_float2(t0.x - t2.x, t0.y - t2.y), make_float2(t1.x - t3.x, t1.y - t3.y)};
    for (int j = 1; j < 4; j++) {
      float s, c2;
      sincospif(-2.0f * static_cast<float>(j * k) / static_cast<float>(n), &s, &c2);
      out[j] = Times(out[j], make_float2(c2, s));
    }
    for (int j = 0; j < 4; j++) v[at + j * q] = out[j];
    __syncthreads();
  }
}

__device__ float Hann(int i) { return 0.5f - 0.5f * cospif(2.0f * static_cast<float>(i) / kSize); }

// A row of one block a group: blockIdx.x the row, blockIdx.y the block of the batch.
__global__ void Rows(const uint8_t* grey, int width, int columns, int first, float2* out) {
  __shared__ float2 v[kSize];
  const int block = first + static_cast<int>(blockIdx.y), row = static_cast<int>(blockIdx.x);
  const uint8_t* p = grey + (static_cast<size_t>(block / columns) * kHop + row) * width +
                     static_cast<size_t>(block % columns) * kHop;
  for (int i = 0; i < 4; i++) {
    const int x = static_cast<int>(threadIdx.x) + i * kQuarter;
    v[x] = make_float2((static_cast<float>(p[x]) - 128.0f) * Hann(x) * Hann(row), 0.0f);
  }
  __syncthreads();
  Transform(v);
  float2* to = out + (static_cast<size_t>(blockIdx.y) * kSize + row) * kSize;
  for (int i = 0; i < 4; i++) {
    const int x = static_cast<int>(threadIdx.x) + i * kQuarter;
    to[Unscramble(x)] = v[x];
  }
}

__global__ void Columns(const float2* in, float* power) {
  __shared__ float2 v[kSize];
  const float2* p = in + static_cast<size_t>(blockIdx.y) * kSize * kSize + blockIdx.x;
  for (int i = 0; i < 4; i++) {
    const int y = static_cast<int>(threadIdx.x) + i * kQuarter;
    v[y] = p[static_cast<size_t>(y) * kSize];
  }
  __syncthreads();
  Transform(v);
  float* to = power + static_cast<size_t>(blockIdx.y) * kSize * kSize + blockIdx.x;
  for (int i = 0; i < 4; i++) {
    const int y = static_cast<int>(threadIdx.x) + i * kQuarter;
    to[static_cast<size_t>(Unscramble(y)) * kSize] = v[y].x * v[y].x + v[y].y * v[y].y;
  }
}

__global__ void Add(const float* powers, int count, float* total) {
  const int at = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  float sum = total[at];
  for (int i = 0; i < count; i++) sum += powers[static_cast<size_t>(i) * kSize * kSize + at];
  total[at] = sum;
}

}  // namespace
}  // namespace aidet::cuda

extern "C" __attribute__((visibility("default"))) int aidet_cuda_spectrum(const uint8_t* grey,
                                                                          ptrdiff_t stride,
                                                                          int width, int height,
                                                                          float* power, int* blocks,
                                                                          AidetCudaTimes* times) {
  using namespace aidet::cuda;
  Calls calls;
  Parts parts(&calls, times);
  const int columns = (width - kSize) / kHop + 1, count = columns * ((height - kSize) / kHop + 1);
  constexpr size_t kPlane = static_cast<size_t>(kSize) * kSize;
  Buffer<uint8_t> source(&calls, static_cast<size_t>(width) * height);
  Buffer<float2> half(&calls, kBatch * kPlane);
  Buffer<float> powers(&calls, kBatch * kPlane), total(&calls, kPlane);
  parts.Next();
  source.CopyRowsIn(grey, stride, static_cast<size_t>(width), static_cast<size_t>(height));
  if (!calls.ok()) return calls.error();
  parts.Next();
  total.Clear();
  for (int first = 0; first < count; first += kBatch) {
    const int batch = count - first < kBatch ? count - first : kBatch;
    const dim3 grid(kSize, static_cast<unsigned>(batch));
    Rows<<<grid, kQuarter>>>(source.get(), width, columns, first, half.get());
    Columns<<<grid, kQuarter>>>(half.get(), powers.get());
    Add<<<static_cast<unsigned>(kPlane / 256), 256>>>(powers.get(), batch, total.get());
  }
  calls.Try(cudaGetLastError());
  parts.Next();
  total.CopyOut(power);
  parts.Next();
  for (size_t i = 0; i < kPlane; i++) power[i] /= static_cast<float>(count);
  *blocks = count;
  return calls.error();
}

extern "C" __attribute__((visibility("default"))) int aidet_cuda_abi() { return kAidetCudaAbi; }

extern "C" __attribute__((visibility("default"))) int aidet_cuda_devices() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) return 0;
  // What one call frees stays for the next, up to what a picture of some 20 megapixels needs.
  cudaMemPool_t pool = nullptr;
  uint64_t kept = uint64_t{256} << 20;
  if (cudaDeviceGetDefaultMemPool(&pool, 0) != cudaSuccess) return 0;
  if (cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &kept) != cudaSuccess)
    return 0;
  return count;
}

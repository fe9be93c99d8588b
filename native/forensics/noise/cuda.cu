// The median residual on a device: a thread a pixel, a group a block of 16 x 16; sums are whole
// numbers, so their order does not matter.
#include "../cuda/api.h"
#include "../cuda/device.cuh"

namespace aidet::cuda {
namespace {

__device__ void Sort(int& a, int& b) {
  const int less = min(a, b);
  b = max(a, b);
  a = less;
}

__device__ int MedianOf3(int a, int b, int c) { return max(min(a, b), min(max(a, b), c)); }

// Three sorted columns: greatest of the lows, median of the middles, least of the highs.
__device__ int MedianOf9(int v[3][3]) {
  for (int i = 0; i < 3; i++) {
    Sort(v[i][0], v[i][1]);
    Sort(v[i][1], v[i][2]);
    Sort(v[i][0], v[i][1]);
  }
  return MedianOf3(max(max(v[0][0], v[1][0]), v[2][0]), MedianOf3(v[0][1], v[1][1], v[2][1]),
                   min(min(v[0][2], v[1][2]), v[2][2]));
}

__global__ void Noise(const uint8_t* grey, int width, int height, int8_t* residual, int64_t* sums) {
  __shared__ unsigned long long total[4];
  const int thread = static_cast<int>(threadIdx.y * 16 + threadIdx.x);
  if (thread < 4) total[thread] = 0;
  __syncthreads();
  const int x = static_cast<int>(blockIdx.x * 16 + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * 16 + threadIdx.y);
  int here = 0, r = 0;
  if (x < width && y < height) {
    int v[3][3];
    for (int i = 0; i < 9; i++) {
      const int nx = min(max(x + i % 3 - 1, 0), width - 1),
                ny = min(max(y + i / 3 - 1, 0), height - 1);
      v[i % 3][i / 3] = grey[static_cast<size_t>(ny) * width + nx];
    }
    const size_t at = static_cast<size_t>(y) * width + x;
    here = grey[at];
    r = min(max(here - MedianOf9(v), -128), 127);
    if (residual != nullptr) residual[at] = static_cast<int8_t>(r);
  }
  // A warp's sums in 32 bits; a fourth power has up to 28 bits and is summed in two halves.
  constexpr unsigned kAll = 0xffffffffu;
  const auto fourth = static_cast<unsigned>(r * r * r * r);
  const unsigned low = __reduce_add_sync(kAll, fourth & 0xffffu);
  const unsigned high = __reduce_add_sync(kAll, fourth >> 16);
  const long long sums_of_warp[4] = {__reduce_add_sync(kAll, here), __reduce_add_sync(kAll, r),
                                     __reduce_add_sync(kAll, r * r),
                                     (static_cast<long long>(high) << 16) + low};
  if (thread % 32 == 0) {
    for (int i = 0; i < 4; i++) {
      atomicAdd(&total[i], static_cast<unsigned long long>(sums_of_warp[i]));
    }
  }
  __syncthreads();
  if (thread < 4) {
    const size_t block = static_cast<size_t>(blockIdx.y) * gridDim.x + blockIdx.x;
    sums[4 * block + thread] = static_cast<int64_t>(total[thread]);
  }
}

}  // namespace
}  // namespace aidet::cuda

extern "C" __attribute__((visibility("default"))) int aidet_cuda_noise(const uint8_t* grey,
                                                                       ptrdiff_t stride, int width,
                                                                       int height, int8_t* residual,
                                                                       int64_t* sums,
                                                                       AidetCudaTimes* times) {
  using namespace aidet::cuda;
  Calls calls;
  Parts parts(&calls, times);
  const size_t pixels = static_cast<size_t>(width) * height;
  const dim3 blocks(static_cast<unsigned>((width + 15) / 16),
                    static_cast<unsigned>((height + 15) / 16));
  Buffer<uint8_t> source(&calls, pixels);
  Buffer<int8_t> out(&calls, residual != nullptr ? pixels : 1);
  Buffer<int64_t> totals(&calls, 4 * static_cast<size_t>(blocks.x) * blocks.y);
  parts.Next();
  source.CopyRowsIn(grey, stride, static_cast<size_t>(width), static_cast<size_t>(height));
  if (!calls.ok()) return calls.error();
  parts.Next();
  Noise<<<blocks, dim3(16, 16)>>>(source.get(), width, height,
                                  residual != nullptr ? out.get() : nullptr, totals.get());
  calls.Try(cudaGetLastError());
  parts.Next();
  totals.CopyOut(sums);
  if (residual != nullptr) out.CopyOut(residual);
  parts.Next();
  return calls.error();
}

// ELA on a device: whole planes instead of strips, a thread a line of a block or a pixel; the
// arithmetic is that of reference.cc, so the result is the same to the bit.
#include "../cuda/api.h"
#include "../cuda/device.cuh"
#include "../dct_plain.h"

namespace aidet::cuda {
namespace {

using forensics::plain::ForwardPass;
using forensics::plain::InversePass;
using forensics::plain::Requantise;

struct Extent {
  int width, height;        // of the picture
  int padded, rows;         // of the luma plane: whole 16 x 16 units
  int chroma, chroma_rows;  // of the chroma planes
};

__device__ uint8_t Limit(int x) { return static_cast<uint8_t>(x < 0 ? 0 : x > 255 ? 255 : x); }

// Full planes, the last pixel and row repeated.
__global__ void Convert(const uint8_t* rgb, Extent e, uint8_t* y, uint8_t* cb, uint8_t* cr) {
  const int px = blockIdx.x * blockDim.x + threadIdx.x, py = blockIdx.y * blockDim.y + threadIdx.y;
  if (px >= e.padded || py >= e.rows) return;
  const int sx = min(px, e.width - 1), sy = min(py, e.height - 1);
  const uint8_t* p = rgb + 3 * (static_cast<size_t>(sy) * e.width + sx);
  const int r = p[0], g = p[1], b = p[2];
  const size_t at = static_cast<size_t>(py) * e.padded + px;
  y[at] = static_cast<uint8_t>((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
  cb[at] = static_cast<uint8_t>((-11059 * r - 21709 * g + 32768 * b + (128 << 16) + 32767) >> 16);
  cr[at] = static_cast<uint8_t>((32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16);
}

__global__ void Downsample(const uint8_t* full, Extent e, uint8_t* small) {
  const int px = blockIdx.x * blockDim.x + threadIdx.x, py = blockIdx.y * blockDim.y + threadIdx.y;
  if (px >= e.chroma || py >= e.chroma_rows) return;
  // Rows beyond the picture's are those of the last downsampled one.
  const int row = min(py, (e.height + 1) / 2 - 1);
  const uint8_t* p = full + static_cast<size_t>(2 * row) * e.padded + 2 * px;
  const int sum = p[0] + p[1] + p[e.padded] + p[e.padded + 1];
  small[static_cast<size_t>(py) * e.chroma + px] = static_cast<uint8_t>((sum + 1 + (px & 1)) >> 2);
}

constexpr int kBlocksAtOnce = 32;
// Coefficients from one line of a block to the next in shared memory: odd, so that lines and
// columns both spread over its banks.
constexpr int kPitch = 9;

// Eight threads a block of 8 x 8, a line each.
__global__ void RoundTrip(uint8_t* plane, int width, int height, const uint16_t* table) {
  __shared__ int32_t shared[kBlocksAtOnce][8 * kPitch];
  const int block = blockIdx.x * kBlocksAtOnce + threadIdx.y, line = threadIdx.x;
  const int columns = width / 8;
  const bool inside = block < columns * (height / 8);
  int32_t* d = shared[threadIdx.y];
  uint8_t* p = plane;
  // Eight pixels at once: planes are of whole blocks and begin at a multiple of eight.
  union {
    uint2 whole;
    uint8_t pixels[8];
  } samples;
  if (inside) {
    p += static_cast<size_t>(block / columns * 8 + line) * width + block % columns * 8;
    samples.whole = *reinterpret_cast<const uint2*>(p);
    for (int i = 0; i < 8; i++) d[kPitch * line + i] = samples.pixels[i] - 128;
    ForwardPass(d + kPitch * line, 1, true);
  }
  __syncwarp();
  if (inside) {
    ForwardPass(d + line, kPitch, false);
    for (int i = 0; i < 8; i++) {
      d[kPitch * i + line] = Requantise(d[kPitch * i + line], table[8 * i + line]);
    }
    InversePass(d + line, kPitch, false);
  }
  __syncwarp();
  if (inside) {
    InversePass(d + kPitch * line, 1, true);
    for (int i = 0; i < 8; i++) samples.pixels[i] = Limit(d[kPitch * line + i] + 128);
    *reinterpret_cast<uint2*>(p) = samples.whole;
  }
}

// libjpeg's fancy upsampling, or repetition where there are at most two samples in a row.
__device__ int Upsampled(const uint8_t* plane, Extent e, int px, int py) {
  const int samples = (e.width + 1) / 2, lines = (e.height + 1) / 2;
  const int x = px / 2, y = py / 2;
  const int far = min(max(y + ((py & 1) != 0 ? 1 : -1), 0), lines - 1);
  const uint8_t* near_row = plane + static_cast<size_t>(y) * e.chroma;
  const uint8_t* far_row = plane + static_cast<size_t>(far) * e.chroma;
  if (samples <= 2) return near_row[x];
  const int side = min(max(x + ((px & 1) != 0 ? 1 : -1), 0), samples - 1);
  const int here = 3 * near_row[x] + far_row[x], beside = 3 * near_row[side] + far_row[side];
  return (3 * here + beside + 8 - (px & 1)) >> 4;
}

__global__ void Compare(const uint8_t* rgb, Extent e, bool full_chroma, const uint8_t* luma,
                        const uint8_t* blue, const uint8_t* red, uint8_t* difference_rgb,
                        uint8_t* difference_max, uint32_t* block_sum) {
  const int px = blockIdx.x * 16 + threadIdx.x, py = blockIdx.y * 16 + threadIdx.y;
  const int thread = static_cast<int>(threadIdx.y * 16 + threadIdx.x);
  __shared__ uint32_t total;
  if (thread == 0) total = 0;
  __syncthreads();
  int largest = 0, sum = 0;
  if (px < e.width && py < e.height) {
    const size_t at = static_cast<size_t>(py) * e.width + px;
    const size_t padded_at = static_cast<size_t>(py) * e.padded + px;
    const int y = luma[padded_at];
    const int cb = (full_chroma ? blue[padded_at] : Upsampled(blue, e, px, py)) - 128;
    const int cr = (full_chroma ? red[padded_at] : Upsampled(red, e, px, py)) - 128;
    const int again[3] = {Limit(y + ((91881 * cr + 32768) >> 16)),
                          Limit(y + ((-22554 * cb - 46802 * cr + 32768) >> 16)),
                          Limit(y + ((116130 * cb + 32768) >> 16))};
    for (int c = 0; c < 3; c++) {
      const int difference = abs(rgb[3 * at + c] - again[c]);
      largest = max(largest, difference);
      sum += difference;
      if (difference_rgb != nullptr) difference_rgb[3 * at + c] = static_cast<uint8_t>(difference);
    }
    if (difference_max != nullptr) difference_max[at] = static_cast<uint8_t>(largest);
  }
  const uint32_t of_warp = __reduce_add_sync(0xffffffffu, static_cast<uint32_t>(sum));
  if (thread % 32 == 0) atomicAdd(&total, of_warp);
  __syncthreads();
  if (thread == 0) block_sum[blockIdx.y * gridDim.x + blockIdx.x] = total;
}

dim3 Tiles(int width, int height) {
  return dim3(static_cast<unsigned>((width + 15) / 16), static_cast<unsigned>((height + 15) / 16));
}
unsigned Groups(int width, int height) {
  const int blocks = width / 8 * (height / 8);
  return static_cast<unsigned>((blocks + kBlocksAtOnce - 1) / kBlocksAtOnce);
}

}  // namespace
}  // namespace aidet::cuda

extern "C" __attribute__((visibility("default"))) int aidet_cuda_ela(
    const uint8_t* rgb, ptrdiff_t stride, int width, int height, const uint16_t* tables,
    int full_chroma, uint8_t* difference_rgb, uint8_t* difference_max, uint32_t* block_sum,
    AidetCudaTimes* times) {
  using namespace aidet::cuda;
  Calls calls;
  Parts parts(&calls, times);
  Extent e{width, height, (width + 15) / 16 * 16, (height + 15) / 16 * 16, 0, 0};
  e.chroma = full_chroma != 0 ? e.padded : e.padded / 2;
  e.chroma_rows = full_chroma != 0 ? e.rows : e.rows / 2;
  const size_t pixels = static_cast<size_t>(width) * height;
  const size_t plane = static_cast<size_t>(e.padded) * e.rows;
  const dim3 tiles = Tiles(width, height), threads(16, 16);
  const size_t blocks = static_cast<size_t>(tiles.x) * tiles.y;
  Buffer<uint8_t> source(&calls, 3 * pixels), y(&calls, plane), cb(&calls, plane),
      cr(&calls, plane);
  Buffer<uint8_t> small_cb(&calls, plane / 4), small_cr(&calls, plane / 4);
  Buffer<uint8_t> all(&calls, difference_rgb != nullptr ? 3 * pixels : 1);
  Buffer<uint8_t> largest(&calls, difference_max != nullptr ? pixels : 1);
  Buffer<uint16_t> steps(&calls, 128);
  Buffer<uint32_t> sums(&calls, blocks);
  parts.Next();
  source.CopyRowsIn(rgb, stride, 3 * static_cast<size_t>(width), static_cast<size_t>(height));
  steps.CopyIn(tables);
  if (!calls.ok()) return calls.error();
  parts.Next();
  Convert<<<Tiles(e.padded, e.rows), threads>>>(source.get(), e, y.get(), cb.get(), cr.get());
  uint8_t *blue = cb.get(), *red = cr.get();
  if (full_chroma == 0) {
    blue = small_cb.get(), red = small_cr.get();
    Downsample<<<Tiles(e.chroma, e.chroma_rows), threads>>>(cb.get(), e, blue);
    Downsample<<<Tiles(e.chroma, e.chroma_rows), threads>>>(cr.get(), e, red);
  }
  const dim3 lines(8, kBlocksAtOnce);
  RoundTrip<<<Groups(e.padded, e.rows), lines>>>(y.get(), e.padded, e.rows, steps.get());
  RoundTrip<<<Groups(e.chroma, e.chroma_rows), lines>>>(blue, e.chroma, e.chroma_rows,
                                                        steps.get() + 64);
  RoundTrip<<<Groups(e.chroma, e.chroma_rows), lines>>>(red, e.chroma, e.chroma_rows,
                                                        steps.get() + 64);
  Compare<<<tiles, threads>>>(source.get(), e, full_chroma != 0, y.get(), blue, red,
                              difference_rgb != nullptr ? all.get() : nullptr,
                              difference_max != nullptr ? largest.get() : nullptr, sums.get());
  calls.Try(cudaGetLastError());
  parts.Next();
  sums.CopyOut(block_sum);
  if (difference_rgb != nullptr) all.CopyOut(difference_rgb);
  if (difference_max != nullptr) largest.CopyOut(difference_max);
  parts.Next();
  return calls.error();
}

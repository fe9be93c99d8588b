// What aidet_cuda.so exports: the twins of three kernels on one device. Each call allocates on the
// device, copies in, runs and copies out; it returns 0, or the number of a CUDA error, after which
// the caller takes the CPU's kernel. Pointers are to host memory; layouts are those of ela.h,
// noise.h and spectrum.h. `times` may be null.
#pragma once

#include <cstddef>
#include <cstdint>

constexpr int kAidetCudaAbi = 2;

// Milliseconds of a call between events on the device.
struct AidetCudaTimes {
  float copy_in;
  float kernels;
  float copy_out;
};

extern "C" {

int aidet_cuda_abi();
// Devices that answer; 0 without a driver.
int aidet_cuda_devices();

// tables: 64 luma and 64 chroma steps. full_chroma: 1 for 4:4:4, 0 for 4:2:0. The two differences
// may be null.
int aidet_cuda_ela(const uint8_t* rgb, ptrdiff_t stride, int width, int height,
                   const uint16_t* tables, int full_chroma, uint8_t* difference_rgb,
                   uint8_t* difference_max, uint32_t* block_sum, AidetCudaTimes* times);

// sums: four int64 a block of 16 x 16 pixels: grey, residual, its square, its fourth power.
// residual may be null.
int aidet_cuda_noise(const uint8_t* grey, ptrdiff_t stride, int width, int height, int8_t* residual,
                     int64_t* sums, AidetCudaTimes* times);

// power: 256 x 256 mean |DFT|^2. Sides of 256 and more.
int aidet_cuda_spectrum(const uint8_t* grey, ptrdiff_t stride, int width, int height, float* power,
                        int* blocks, AidetCudaTimes* times);
}

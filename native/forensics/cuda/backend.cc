#include "backend.h"

#include <dlfcn.h>

#include <cstring>
#include <mutex>
#include <vector>

#include "../jpeg_tables.h"
#include "api.h"

namespace aidet::forensics {
namespace {

struct Library {
  decltype(&aidet_cuda_ela) ela;
  decltype(&aidet_cuda_noise) noise;
  decltype(&aidet_cuda_spectrum) spectrum;
};

// Set once, before the backend is handed out.
Library library_calls;
const ForensicsBackend* cpu = nullptr;

void Ela(const ElaParams& params, void* workspace, ElaOutput* out) {
  uint16_t tables[128];
  ScaleTable(kLumaTable, params.quality, tables);
  ScaleTable(kChromaTable, params.quality, tables + 64);
  const RgbView& image = params.image;
  const int full = params.subsampling == Subsampling::k444 ? 1 : 0;
  if (library_calls.ela(image.data, image.stride, image.width, image.height, tables, full,
                        out->difference_rgb, out->difference_max, out->block_sum, nullptr) != 0) {
    cpu->ela(params, workspace, out);
  }
}

void Noise(const GreyView& image, NoiseOutput* out) {
  const size_t blocks =
      static_cast<size_t>(BlocksOf(image.width)) * static_cast<size_t>(BlocksOf(image.height));
  std::vector<int64_t> sums(4 * blocks);
  if (library_calls.noise(image.data, image.stride, image.width, image.height, out->residual,
                          sums.data(), nullptr) != 0) {
    return cpu->noise(image, out);
  }
  out->sum = out->sum2 = out->sum4 = 0;
  const auto columns = static_cast<size_t>(BlocksOf(image.width));
  for (size_t i = 0; i < blocks; i++) {
    const int left = static_cast<int>(i % columns) * kBlock,
              top = static_cast<int>(i / columns) * kBlock;
    const int width = image.width - left < kBlock ? image.width - left : kBlock;
    const int height = image.height - top < kBlock ? image.height - top : kBlock;
    FinishNoiseBlock({sums[4 * i], sums[4 * i + 1], sums[4 * i + 2], sums[4 * i + 3]},
                     width * height, i, out);
  }
}

void Spectrum(const GreyView& image, void* workspace, SpectrumOutput* out) {
  if (library_calls.spectrum(image.data, image.stride, image.width, image.height, out->power,
                             &out->blocks, nullptr) != 0) {
    return cpu->spectrum(image, workspace, out);
  }
  RadialProfile(out->power, out->radial);
}

template <class F>
bool Find(void* handle, const char* name, F* out) {
  void* symbol = dlsym(handle, name);
  std::memcpy(out, &symbol, sizeof symbol);
  return symbol != nullptr;
}

const char* Open(const char* path, ForensicsBackend* backend) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return "the CUDA kernels do not load";
  decltype(&aidet_cuda_abi) abi = nullptr;
  decltype(&aidet_cuda_devices) devices = nullptr;
  if (!Find(handle, "aidet_cuda_abi", &abi) || abi() != kAidetCudaAbi) {
    return "the CUDA kernels are of another version";
  }
  if (!Find(handle, "aidet_cuda_devices", &devices) || devices() == 0)
    return "no CUDA device answers";
  if (!Find(handle, "aidet_cuda_ela", &library_calls.ela) ||
      !Find(handle, "aidet_cuda_noise", &library_calls.noise) ||
      !Find(handle, "aidet_cuda_spectrum", &library_calls.spectrum)) {
    return "the CUDA kernels are incomplete";
  }
  cpu = BestBackend();
  *backend = *cpu;
  backend->target = "cuda";
  backend->ela = Ela;
  backend->noise = Noise;
  backend->spectrum = Spectrum;
  return nullptr;
}

}  // namespace

const ForensicsBackend* CudaBackend(const char* library, const char** why) {
  static std::once_flag once;
  static ForensicsBackend backend;
  static const char* refusal = nullptr;
  std::call_once(once, [&] { refusal = Open(library, &backend); });
  *why = refusal;
  return refusal == nullptr ? &backend : nullptr;
}

}  // namespace aidet::forensics

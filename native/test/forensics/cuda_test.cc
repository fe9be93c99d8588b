// The CUDA twins against the plain kernels: `cuda_test PATH/aidet_cuda.so`. Ends with 77 where the
// library does not load or no device answers. ELA and noise bit for bit, the spectrum within
// rounding. Prints what each call took.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "../../forensics/cuda/backend.h"
#include "pictures.h"

namespace aidet::forensics::test {
namespace {

int checks = 0;
int failures = 0;

void Check(bool ok, const char* what, int width, int height) {
  checks++;
  if (ok) return;
  failures++;
  std::printf("FAILED %s, %d x %d\n", what, width, height);
}

template <class Work>
double Milliseconds(const Work& work) {
  work();
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
      .count();
}

void Compare(const ForensicsBackend& cuda, int width, int height, Kind kind) {
  const ForensicsBackend& plain = *ScalarBackend();
  const Picture p = MakePicture(width, height, kind, static_cast<uint32_t>(width + height));
  const auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  const size_t blocks =
      static_cast<size_t>(BlocksOf(width)) * static_cast<size_t>(BlocksOf(height));
  Aligned storage(GreyBytes(width, height));
  const GreyView grey = plain.grey(p.view(), storage.bytes());
  double ela_ms = 0, spectrum_ms = 0;
  for (const Subsampling s : {Subsampling::k444, Subsampling::k420}) {
    Aligned workspace(ElaWorkspaceBytes(width, s));
    std::vector<uint8_t> rgb[2], max[2];
    std::vector<uint32_t> sums[2];
    for (int i = 0; i < 2; i++) {
      rgb[i].resize(3 * pixels), max[i].resize(pixels), sums[i].resize(blocks);
      ElaOutput out{rgb[i].data(), max[i].data(), sums[i].data()};
      const auto run = [&] {
        (i == 0 ? plain : cuda).ela({p.view(), 85, s}, workspace.get(), &out);
      };
      if (i == 0) {
        run();
      } else {
        ela_ms = Milliseconds(run);
      }
    }
    Check(rgb[0] == rgb[1] && max[0] == max[1] && sums[0] == sums[1], "ela", width, height);
  }
  std::vector<int8_t> residual[2];
  std::vector<float> deviation[2], mean[2];
  NoiseOutput noise[2];
  double noise_ms = 0;
  for (int i = 0; i < 2; i++) {
    residual[i].resize(pixels), deviation[i].resize(blocks), mean[i].resize(blocks);
    noise[i] = {residual[i].data(), deviation[i].data(), mean[i].data(), 0, 0, 0};
    if (i == 0) {
      plain.noise(grey, &noise[0]);
    } else {
      noise_ms = Milliseconds([&] { cuda.noise(grey, &noise[1]); });
    }
  }
  Check(residual[0] == residual[1] && deviation[0] == deviation[1] && mean[0] == mean[1] &&
            noise[0].sum == noise[1].sum && noise[0].sum2 == noise[1].sum2 &&
            noise[0].sum4 == noise[1].sum4,
        "noise", width, height);
  if (std::min(width, height) >= kSpectrumSize) {
    Aligned workspace(SpectrumWorkspaceBytes());
    std::vector<float> power[2];
    SpectrumOutput out[2];
    for (int i = 0; i < 2; i++) {
      power[i].resize(size_t{kSpectrumSize} * kSpectrumSize);
      out[i].power = power[i].data();
      if (i == 0) {
        plain.spectrum(grey, workspace.get(), &out[0]);
      } else {
        spectrum_ms = Milliseconds([&] { cuda.spectrum(grey, workspace.get(), &out[1]); });
      }
    }
    double total = 0, worst = 0, sum = 0;
    for (const float v : power[0]) total += static_cast<double>(v);
    for (size_t i = 0; i < power[0].size(); i++) {
      // Both are in single precision: where there is little power, leakage from the peak is
      // rounding.
      const double floor = 1e-3 * total / static_cast<double>(power[0].size());
      sum += static_cast<double>(std::abs(power[0][i] - power[1][i]));
      worst = std::max(worst, static_cast<double>(std::abs(power[0][i] - power[1][i])) /
                                  (static_cast<double>(power[0][i]) + floor));
    }
    Check(worst < 1e-2 && sum < 1e-5 * total && out[0].blocks == out[1].blocks, "spectrum", width,
          height);
  }
  std::printf("%5d x %5d: ela %.3f ms, noise %.3f ms, spectrum %.3f ms, copies included\n", width,
              height, ela_ms, noise_ms, spectrum_ms);
}

}  // namespace
}  // namespace aidet::forensics::test

int main(int argc, char** argv) {
  using namespace aidet::forensics;
  const char* why = nullptr;
  const ForensicsBackend* cuda = CudaBackend(argc > 1 ? argv[1] : "aidet_cuda.so", &why);
  if (cuda == nullptr) {
    std::printf("CUDA kernels were not tested: %s\n", why);
    return 77;
  }
  const int sizes[][2] = {{1, 1},   {3, 5},     {8, 8},     {17, 33},     {64, 64},
                          {255, 9}, {256, 256}, {401, 299}, {1024, 1024}, {4000, 3000}};
  for (const auto& [width, height] : sizes) {
    test::Compare(*cuda, width, height, test::Kind::kSmooth);
    if (width < 500) test::Compare(*cuda, width, height, test::Kind::kExtremes);
  }
  std::printf("CUDA kernels: %d checks, %d failed\n", test::checks, test::failures);
  return test::failures == 0 ? 0 : 1;
}

#include "cuda_timing.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "cuda_runs.h"

namespace aidet::forensics::test {
namespace {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Work>
double Milliseconds(const Work& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
      .count();
}

// Medians in milliseconds. `wall` is a whole call on the host, memory on the device included; the
// parts are the device's events.
struct Times {
  double wall, copy_in, kernels, copy_out, cpu;
};

// `device(status)` is one call on the device, `host()` the same on the CPU.
template <class Device, class Host>
Times Measure(int rounds, const Device& device, const Host& host) {
  std::vector<double> wall, in, kernels, out, cpu;
  CudaStatus status;
  for (int i = 0; i < 3; i++) device(&status);
  for (int i = 0; i < rounds; i++) {
    wall.push_back(Milliseconds([&] { device(&status); }));
    Check(status.error == 0, "CUDA call", "timing", 0, 0, status.error);
    in.push_back(static_cast<double>(status.times.copy_in));
    kernels.push_back(static_cast<double>(status.times.kernels));
    out.push_back(static_cast<double>(status.times.copy_out));
  }
  host();
  for (int i = 0; i < std::max(3, rounds / 3); i++) cpu.push_back(Milliseconds(host));
  return {Median(wall), Median(in), Median(kernels), Median(out), Median(cpu)};
}

std::string rows;

void Print(const char* kernel, const Picture& p, int rounds, const Times& t) {
  std::printf("%-9s %6d x %5d %4d %9.3f %9.3f %9.3f %9.3f %10.3f %8.1f %8.1f\n", kernel, p.width,
              p.height, rounds, t.wall, t.copy_in, t.kernels, t.copy_out, t.cpu, t.cpu / t.kernels,
              t.cpu / t.wall);
  char line[320];
  std::snprintf(line, sizeof line,
                "%s{\"kernel\":\"%s\",\"width\":%d,\"height\":%d,\"rounds\":%d,\"wall_ms\":%.4f,"
                "\"copy_in_ms\":%.4f,\"kernels_ms\":%.4f,\"copy_out_ms\":%.4f,\"cpu_ms\":%.4f}",
                rows.empty() ? "" : ",", kernel, p.width, p.height, rounds, t.wall, t.copy_in,
                t.kernels, t.copy_out, t.cpu);
  rows += line;
}

// Outputs are those that a request needs: the largest difference and block sums, no residual.
void TimePicture(const CudaLibrary& cuda, const Picture& p, int rounds) {
  const ForensicsBackend& cpu = *BestBackend();
  const RgbView image = p.view();
  const Grey grey(cpu, image);
  const auto pixels = static_cast<size_t>(p.width) * p.height;
  const auto blocks = static_cast<size_t>(BlocksOf(p.width)) * BlocksOf(p.height);
  std::vector<uint8_t> max(pixels);
  std::vector<uint32_t> sums(blocks);
  std::vector<int64_t> noise_sums(4 * blocks);
  std::vector<float> deviation(blocks), mean(blocks), power(size_t{kSpectrumSize} * kSpectrumSize);
  uint16_t tables[128];
  ScaleTable(kLumaTable, 90, tables);
  ScaleTable(kChromaTable, 90, tables + 64);
  Aligned workspace(
      std::max(ElaWorkspaceBytes(p.width, Subsampling::k420), SpectrumWorkspaceBytes()));

  const auto ela = [&](CudaStatus* s) {
    s->error = cuda.ela(image.data, image.stride, p.width, p.height, tables, 0, nullptr, max.data(),
                        sums.data(), &s->times);
  };
  ElaOutput ela_out{nullptr, max.data(), sums.data()};
  Print("ela", p, rounds, Measure(rounds, ela, [&] {
          cpu.ela({image, 90, Subsampling::k420}, workspace.get(), &ela_out);
        }));

  const auto noise = [&](CudaStatus* s) {
    s->error = cuda.noise(grey.view.data, grey.view.stride, p.width, p.height, nullptr,
                          noise_sums.data(), &s->times);
  };
  NoiseOutput noise_out{nullptr, deviation.data(), mean.data(), 0, 0, 0};
  Print("noise", p, rounds, Measure(rounds, noise, [&] { cpu.noise(grey.view, &noise_out); }));

  const auto spectrum = [&](CudaStatus* s) {
    int count = 0;
    s->error = cuda.spectrum(grey.view.data, grey.view.stride, p.width, p.height, power.data(),
                             &count, &s->times);
  };
  SpectrumOutput spectrum_out;
  spectrum_out.power = power.data();
  Print("spectrum", p, rounds, Measure(rounds, spectrum, [&] {
          cpu.spectrum(grey.view, workspace.get(), &spectrum_out);
        }));
}

}  // namespace

void TimeAll(const CudaLibrary& cuda) {
  std::printf("medians in ms; device: whole call, and its parts by events; cpu: %s, one thread\n",
              BestBackend()->target);
  std::printf("%-9s %14s %4s %9s %9s %9s %9s %10s %8s %8s\n", "kernel", "pixels", "n", "call",
              "copy in", "kernels", "copy out", "cpu", "cpu/kern", "cpu/call");
  TimePicture(cuda, MakePicture(1024, 1024, Kind::kSmooth, 1), 31);
  TimePicture(cuda, MakePicture(4000, 3000, Kind::kSmooth, 2), 21);
  TimePicture(cuda, MakeLarge(10000, 10000), 9);
  std::printf("JSON {\"cpu_target\":\"%s\",\"rows\":[%s]}\n", BestBackend()->target, rows.c_str());
}

}  // namespace aidet::forensics::test

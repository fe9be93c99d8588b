// Times the kernels on one picture: `kernels_bench RGB_FILE WIDTH HEIGHT ROUNDS [TARGET]`. Prints
// one JSON object: CPU milliseconds of this thread, the least of ROUNDS, on decoded pixels and with
// workspaces that are used again.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "../../native/forensics/backend.h"
#include "../../native/forensics/jpeg_tables.h"

using namespace aidet::forensics;

namespace {

double CpuMs() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

template <class T>
T* Allocate(size_t count) {
  const size_t bytes = (count * sizeof(T) + 63) / 64 * 64;
  void* p = std::aligned_alloc(64, bytes);
  std::fill_n(static_cast<char*>(p), bytes, 0);
  return static_cast<T*>(p);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const int width = std::atoi(argv[2]), height = std::atoi(argv[3]), rounds = std::atoi(argv[4]);
  const ForensicsBackend* backend = argc > 5 ? BackendFor(argv[5]) : BestBackend();
  if (backend == nullptr) return 3;
  const auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  auto* rgb = Allocate<uint8_t>(3 * pixels);
  FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr || std::fread(rgb, 1, 3 * pixels, file) != 3 * pixels) return 4;
  std::fclose(file);

  const RgbView image{rgb, width, height, static_cast<ptrdiff_t>(3) * width};
  auto* storage = Allocate<uint8_t>(GreyBytes(width, height));
  GreyView grey = backend->grey(image, storage);
  const auto blocks = static_cast<size_t>(BlocksOf(width)) * static_cast<size_t>(BlocksOf(height));
  auto* max = Allocate<uint8_t>(pixels);
  auto* difference = Allocate<uint8_t>(3 * pixels);
  auto* sums = Allocate<uint32_t>(blocks);
  auto* power = Allocate<float>(size_t{kSpectrumSize} * kSpectrumSize);
  auto* deviation = Allocate<float>(blocks);
  auto* mean = Allocate<float>(blocks);
  auto* residual = Allocate<int8_t>(pixels);
  auto* columns = Allocate<uint32_t>(static_cast<size_t>(width));
  auto* rows = Allocate<uint32_t>(static_cast<size_t>(height));
  constexpr int kTables = 10;
  uint16_t tables[kTables][64];
  for (int i = 0; i < kTables; i++) ScaleTable(kLumaTable, 50 + 5 * i, tables[i]);
  auto* energy = Allocate<float>(kTables * blocks);
  auto* histograms = Allocate<uint32_t>(kHistogramModes * kHistogramBins);
  double curve[kTables];
  auto* workspace =
      Allocate<uint8_t>(SpectrumWorkspaceBytes() + ElaWorkspaceBytes(width, Subsampling::k420) +
                        GhostWorkspaceBytes(width, kTables));

  const auto ela = [&](Subsampling s, uint8_t* out_rgb, uint8_t* out_max) {
    ElaOutput out{out_rgb, out_max, sums};
    backend->ela({image, 90, s}, workspace, &out);
  };
  struct Work {
    const char* name;
    std::function<void()> run;
  };
  const Work works[] = {
      {"grey", [&] { grey = backend->grey(image, storage); }},
      {"ela", [&] { ela(Subsampling::k420, difference, nullptr); }},
      {"ela_max", [&] { ela(Subsampling::k420, nullptr, max); }},
      {"ela_444", [&] { ela(Subsampling::k444, nullptr, max); }},
      {"spectrum",
       [&] {
         SpectrumOutput out{power, {}, 0};
         backend->spectrum(grey, workspace, &out);
       }},
      {"noise",
       [&] {
         NoiseOutput out{residual, deviation, mean, 0, 0, 0};
         backend->noise(grey, &out);
       }},
      {"noise_blocks",
       [&] {
         NoiseOutput out{nullptr, deviation, mean, 0, 0, 0};
         backend->noise(grey, &out);
       }},
      {"second_differences",
       [&] {
         SecondDifferenceOutput out{columns, rows};
         backend->second_differences(grey, &out);
       }},
      {"ghosts",
       [&] {
         GhostOutput out{energy, curve, nullptr, 0};
         backend->ghosts({grey, tables, kTables, 1}, workspace, &out);
       }},
      {"histograms",
       [&] {
         double nothing[1];
         GhostOutput out{nullptr, nothing, histograms, 0};
         backend->ghosts({grey, tables, 0, 1}, workspace, &out);
       }},
  };
  std::string json = std::string("{\"target\":\"") + backend->target + "\"";
  for (const Work& work : works) {
    double best = 1e30;
    for (int i = 0; i < rounds; i++) {
      const double begun = CpuMs();
      work.run();
      const double spent = CpuMs() - begun;
      if (spent < best) best = spent;
    }
    char text[64];
    std::snprintf(text, sizeof text, ",\"%s\":%.4f", work.name, best);
    json += text;
  }
  json += ",\"curve\":[";
  for (int i = 0; i < kTables; i++) json += (i > 0 ? "," : "") + std::to_string(curve[i]);
  std::printf("%s]}\n", json.c_str());
  return 0;
}

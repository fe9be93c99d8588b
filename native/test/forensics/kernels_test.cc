// Every target against the plain kernels, on random images of odd sizes; the integer kernels bit
// for bit, the spectrum within rounding of a double-precision transform. With libjpeg
// (AIDET_WITH_LIBJPEG) ELA is compared with a real encoding and decoding.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "../../forensics/jpeg_history/grid.h"
#include "runs.h"
#include "welch.h"
#if defined(AIDET_WITH_LIBJPEG)
#include <jpeglib.h>
#endif

namespace aidet::forensics::test {
namespace {

void CompareTargets(const Picture& p, int seed) {
  const ForensicsBackend& scalar = *ScalarBackend();
  const Grey plain(scalar, p.view());
  const int quality = 50 + seed % 50;
  for (const ForensicsBackend* backend : Targets()) {
    if (backend == &scalar) continue;
    const auto check = [&](bool ok, const char* what, int detail) {
      Check(ok, what, backend->target, p.width, p.height, detail);
    };
    for (const Subsampling s : {Subsampling::k444, Subsampling::k420}) {
      check(RunElaOn(*backend, p.view(), quality, s) == RunElaOn(scalar, p.view(), quality, s),
            s == Subsampling::k420 ? "ela 4:2:0" : "ela 4:4:4", quality);
    }
    const Grey grey(*backend, p.view());
    check(std::memcmp(grey.storage.get(), plain.storage.get(), GreyBytes(p.width, p.height)) == 0,
          "grey", 0);
    for (const bool residual : {false, true}) {
      check(RunNoise(*backend, plain.view, residual) == RunNoise(scalar, plain.view, residual),
            "noise", residual);
    }
    const auto sums = [&](const ForensicsBackend& b) {
      std::vector<uint32_t> both(static_cast<size_t>(p.width + p.height));
      SecondDifferenceOutput out{both.data(), both.data() + p.width};
      b.second_differences(plain.view, &out);
      return both;
    };
    check(sums(*backend) == sums(scalar), "second differences", 0);
    std::vector<float> cells[2];
    const auto grids = [&](const ForensicsBackend& b, std::vector<float>* at) {
      std::vector<uint32_t> both(static_cast<size_t>(p.width + p.height));
      std::vector<uint32_t> room(LocalGridSums(p.width, p.height));
      at->resize(static_cast<size_t>(p.width / kGridCell) * (p.height / kGridCell) * 2 *
                 kGridPhases);
      SecondDifferenceOutput out{both.data(), both.data() + p.width};
      FindLocalGrids(b, plain.view, room.data(), &out, at->data());
      return both;
    };
    check(grids(*backend, &cells[0]) == sums(scalar), "second differences by bands", 0);
    check(grids(scalar, &cells[1]) == sums(scalar) && cells[0] == cells[1], "local grids", 0);
    const int tables = 1 + seed % 11;
    for (const int step : {1, 3}) {
      check(RunGhosts(*backend, plain.view, tables, step) ==
                RunGhosts(scalar, plain.view, tables, step),
            "ghosts", tables * 10 + step);
    }
  }
}

void CompareSpectra(int width, int height) {
  const Picture p = MakePicture(width, height, Kind::kSmooth, 7);
  const Grey grey(*ScalarBackend(), p.view());
  const std::vector<double> exact = WelchByDefinition(grey.view);
  for (const ForensicsBackend* backend : Targets()) {
    SpectrumOutput out;
    const std::vector<float> power = RunSpectrum(*backend, grey.view, &out);
    const SpectrumError error = CompareWithExact(power, exact);
    Check(error.worst < 1e-3, "spectrum, worst place", backend->target, width, height,
          static_cast<int>(error.worst * 1e6));
    Check(error.sum < 1e-6, "spectrum, sum", backend->target, width, height, out.blocks);
    SpectrumOutput again;
    Check(RunSpectrum(*backend, grey.view, &again) == power &&
              std::memcmp(again.radial, out.radial, sizeof out.radial) == 0,
          "spectrum, same bits again", backend->target, width, height, 0);
    float radial[kRadialBins];
    RadialProfile(power.data(), radial);
    Check(std::memcmp(radial, out.radial, sizeof radial) == 0, "radial profile", backend->target,
          width, height, 0);
  }
}

// Everything that a target says of a picture.
struct Everything {
  Everything(const ForensicsBackend& backend, const Picture& p)
      : ela(RunElaOn(backend, p.view(), 90, Subsampling::k420)) {
    const Grey grey(backend, p.view());
    noise = RunNoise(backend, grey.view, true);
    ghosts = RunGhosts(backend, grey.view, 7, 1);
    power = RunSpectrum(backend, grey.view, &spectrum);
  }
  bool operator==(const Everything& o) const {
    return ela == o.ela && noise == o.noise && ghosts == o.ghosts && power == o.power &&
           std::memcmp(spectrum.radial, o.spectrum.radial, sizeof spectrum.radial) == 0;
  }
  ElaResult ela;
  NoiseResult noise;
  GhostResult ghosts;
  std::vector<float> power;
  SpectrumOutput spectrum;
};

// Any number of threads, each over its own workspaces, gives the bits that one gives, on every
// target.
void CompareThreads() {
  const Picture p = MakePicture(301, 277, Kind::kSmooth, 99);
  for (const ForensicsBackend* backend : Targets()) {
    const Everything first(*backend, p);
    for (const size_t count : {size_t{1}, size_t{3}, size_t{8}}) {
      std::vector<char> same(count);
      std::vector<std::thread> threads;
      for (char& ok : same) threads.emplace_back([&] { ok = Everything(*backend, p) == first; });
      for (std::thread& thread : threads) thread.join();
      for (const char ok : same) {
        Check(ok != 0, "threads", backend->target, p.width, p.height, static_cast<int>(count));
      }
    }
  }
}

#if defined(AIDET_WITH_LIBJPEG)
std::vector<uint8_t> JpegRoundTrip(const Picture& p, int quality, Subsampling s) {
  jpeg_error_mgr errors;
  jpeg_compress_struct c;
  c.err = jpeg_std_error(&errors);
  jpeg_create_compress(&c);
  unsigned char* data = nullptr;
  unsigned long bytes = 0;
  jpeg_mem_dest(&c, &data, &bytes);
  c.image_width = static_cast<JDIMENSION>(p.width);
  c.image_height = static_cast<JDIMENSION>(p.height);
  c.input_components = 3;
  c.in_color_space = JCS_RGB;
  jpeg_set_defaults(&c);
  jpeg_set_quality(&c, quality, TRUE);
  c.dct_method = JDCT_ISLOW;
  const int factor = s == Subsampling::k420 ? 2 : 1;
  c.comp_info[0].h_samp_factor = factor;
  c.comp_info[0].v_samp_factor = factor;
  jpeg_start_compress(&c, TRUE);
  while (c.next_scanline < c.image_height) {
    auto* row =
        const_cast<JSAMPROW>(p.rgb.data() + static_cast<size_t>(c.next_scanline) * p.width * 3);
    jpeg_write_scanlines(&c, &row, 1);
  }
  jpeg_finish_compress(&c);
  jpeg_destroy_compress(&c);
  jpeg_decompress_struct d;
  d.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&d);
  jpeg_mem_src(&d, data, bytes);
  jpeg_read_header(&d, TRUE);
  d.dct_method = JDCT_ISLOW;
  d.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&d);
  std::vector<uint8_t> out(p.rgb.size());
  while (d.output_scanline < d.output_height) {
    JSAMPROW row = out.data() + static_cast<size_t>(d.output_scanline) * p.width * 3;
    jpeg_read_scanlines(&d, &row, 1);
  }
  jpeg_finish_decompress(&d);
  jpeg_destroy_decompress(&d);
  std::free(data);
  return out;
}

void CompareWithLibjpeg(const Picture& p, int quality) {
  for (const Subsampling s : {Subsampling::k444, Subsampling::k420}) {
    const std::vector<uint8_t> again = JpegRoundTrip(p, quality, s);
    std::vector<uint8_t> difference(again.size());
    for (size_t i = 0; i < again.size(); i++) {
      difference[i] = static_cast<uint8_t>(std::abs(p.rgb[i] - again[i]));
    }
    for (const ForensicsBackend* backend : Targets()) {
      Check(RunElaOn(*backend, p.view(), quality, s).rgb == difference,
            s == Subsampling::k420 ? "libjpeg 4:2:0" : "libjpeg 4:4:4", backend->target, p.width,
            p.height, quality);
    }
  }
}
#endif

void RunAll() {
  // Each side at, under and over what a vector, a block and a strip hold, and long thin ones.
  const int sizes[][2] = {
      {1, 1},    {1, 9},    {2, 3},     {3, 2},     {4, 4},    {5, 7},    {8, 8},    {9, 17},
      {16, 16},  {17, 15},  {31, 33},   {32, 32},   {33, 8},   {47, 65},  {63, 64},  {64, 64},
      {65, 63},  {127, 40}, {128, 17},  {129, 95},  {257, 31}, {8, 300},  {300, 8},  {1, 1009},
      {1009, 1}, {2, 777},  {777, 2},   {15, 47},   {16, 48},  {17, 49},  {23, 31},  {191, 16},
      {192, 15}, {193, 17}, {255, 129}, {401, 299}, {512, 33}, {513, 34}, {1021, 67}};
  int seed = 1;
  for (const auto& [width, height] : sizes) {
    for (const Kind kind : {Kind::kNoise, Kind::kExtremes, Kind::kSmooth}) {
      const Picture p = MakePicture(width, height, kind, static_cast<uint32_t>(seed));
      CompareTargets(p, seed);
#if defined(AIDET_WITH_LIBJPEG)
      CompareWithLibjpeg(p, 50 + seed * 7 % 50);
#endif
      seed++;
    }
  }
#if defined(AIDET_WITH_LIBJPEG)
  const Picture p = MakePicture(161, 83, Kind::kSmooth, 3);
  for (int quality = 1; quality <= 100; quality++) CompareWithLibjpeg(p, quality);
#endif
  CompareSpectra(256, 256);
  CompareSpectra(389, 400);
  CompareThreads();
}

}  // namespace
}  // namespace aidet::forensics::test

int main() {
  using namespace aidet::forensics::test;
  RunAll();
  std::string targets;
  for (const auto* backend : Targets()) targets += std::string(" ") + backend->target;
  std::printf("forensic kernels on%s: %d checks, %d failed\n", targets.c_str(), checks, failures);
  return failures == 0 ? 0 : 1;
}

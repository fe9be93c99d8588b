// The CUDA twins against the plain kernels, and what they take:
//   cuda_test LIBRARY PART [picture.ppm ...]
// LIBRARY is aidet_cuda.so; PART is ela, noise, spectrum, backend, timing, or all. ELA and noise
// must agree bit for bit, the spectrum within rounding; every repetition must give the same bits. A
// failed case is told with its first difference, and the rest goes on. Ends with 77 where the
// library does not load or no device answers, with 1 where something failed. Pictures are binary
// PPM files.
#include <cstring>
#include <fstream>
#include <future>
#include <string>

#include "../../forensics/cuda/backend.h"
#include "cuda_runs.h"
#include "cuda_timing.h"
#include "welch.h"

namespace aidet::forensics::test {
namespace {

struct NamedPicture {
  std::string name;
  Picture picture;
};

void Report(bool ok, const std::string& what) {
  checks++;
  if (ok) return;
  failures++;
  if (failures <= 60) std::printf("FAILED %s\n", what.c_str());
}

std::string Text(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", v);
  return text;
}

// `channels` values stand for each of `width` places of a row.
template <class T>
void Same(const std::vector<T>& expected, const std::vector<T>& got, int width, int channels,
          const std::string& what) {
  if (expected == got) return Report(true, what);
  if (expected.size() != got.size()) return Report(false, what + ": another size");
  size_t first = expected.size(), differing = 0;
  for (size_t i = expected.size(); i-- > 0;) {
    if (std::memcmp(&expected[i], &got[i], sizeof(T)) != 0) first = i, differing++;
  }
  if (differing == 0) return Report(true, what);
  const size_t place = first / channels, columns = static_cast<size_t>(width);
  Report(false, what + ": " + std::to_string(differing) + " of " + std::to_string(expected.size()) +
                    " differ, first " + std::to_string(first) + " (x " +
                    std::to_string(place % columns) + ", y " + std::to_string(place / columns) +
                    ", channel " + std::to_string(first % channels) +
                    "): " + Text(static_cast<double>(got[first])) + " instead of " +
                    Text(static_cast<double>(expected[first])));
}

void Succeeded(const CudaStatus& status, const std::string& what) {
  Report(status.error == 0, what + ": CUDA error " + std::to_string(status.error));
}

void SameEla(const ElaResult& expected, const ElaResult& got, int width, const std::string& what) {
  if (!got.rgb.empty()) Same(expected.rgb, got.rgb, width, 3, what + ", differences");
  if (!got.max.empty()) Same(expected.max, got.max, width, 1, what + ", largest");
  Same(expected.sums, got.sums, BlocksOf(width), 1, what + ", block sums");
}

std::string Named(const NamedPicture& p) {
  return p.name + " " + std::to_string(p.picture.width) + " x " + std::to_string(p.picture.height);
}

void TestEla(const CudaLibrary& cuda, const NamedPicture& p, const std::vector<int>& qualities) {
  const RgbView image = p.picture.view();
  for (const int quality : qualities) {
    std::future<ElaResult> expected[2];
    for (int i = 0; i < 2; i++) {
      expected[i] = std::async(std::launch::async, [&image, quality, i] {
        return RunElaOn(*ScalarBackend(), image, quality,
                        i == 0 ? Subsampling::k444 : Subsampling::k420);
      });
    }
    for (int i = 0; i < 2; i++) {
      const Subsampling s = i == 0 ? Subsampling::k444 : Subsampling::k420;
      const std::string what = std::string("ela ") + (i == 0 ? "4:4:4" : "4:2:0") + " at " +
                               std::to_string(quality) + ", " + Named(p);
      CudaStatus status;
      const ElaResult got = RunCudaEla(cuda, image, quality, s, true, true, &status);
      Succeeded(status, what);
      SameEla(expected[i].get(), got, image.width, what);
      const ElaResult sums = RunCudaEla(cuda, image, quality, s, false, false, &status);
      Succeeded(status, what + ", sums alone");
      SameEla(got, sums, image.width, what + ", sums alone");
      const ElaResult again = RunCudaEla(cuda, image, quality, s, true, true, &status);
      Succeeded(status, what + ", again");
      SameEla(got, again, image.width, what + ", again");
    }
  }
}

void SameNoise(const NoiseResult& expected, const NoiseResult& got, int width,
               const std::string& what) {
  if (!got.residual.empty()) Same(expected.residual, got.residual, width, 1, what + ", residual");
  Same(expected.deviation, got.deviation, BlocksOf(width), 1, what + ", deviation");
  Same(expected.mean, got.mean, BlocksOf(width), 1, what + ", mean");
  const std::vector<int64_t> totals[2] = {{expected.sum, expected.sum2, expected.sum4},
                                          {got.sum, got.sum2, got.sum4}};
  Same(totals[0], totals[1], 3, 1, what + ", moments");
}

void TestNoise(const CudaLibrary& cuda, const NamedPicture& p) {
  const Grey grey(*ScalarBackend(), p.picture.view());
  const std::string what = "noise, " + Named(p);
  CudaStatus status;
  const NoiseResult got = RunCudaNoise(cuda, grey.view, true, &status);
  Succeeded(status, what);
  SameNoise(RunNoise(*ScalarBackend(), grey.view, true), got, grey.view.width, what);
  const NoiseResult sums = RunCudaNoise(cuda, grey.view, false, &status);
  Succeeded(status, what + ", sums alone");
  SameNoise(got, sums, grey.view.width, what + ", sums alone");
  const NoiseResult again = RunCudaNoise(cuda, grey.view, true, &status);
  Succeeded(status, what + ", again");
  SameNoise(got, again, grey.view.width, what + ", again");
}

template <class T>
void Near(const std::vector<float>& got, const std::vector<T>& expected, double worst, double sum,
          const std::string& what) {
  const SpectrumError e = CompareWithExact(got, expected);
  const size_t at = e.worst_at;
  Report(e.worst < worst && e.sum < sum,
         what + ": worst " + Text(e.worst) + " at fx " + std::to_string(at % kSpectrumSize) +
             ", fy " + std::to_string(at / kSpectrumSize) + ", " +
             Text(static_cast<double>(got[at])) + " instead of " +
             Text(static_cast<double>(expected[at])) + "; sum " + Text(e.sum));
}

void TestSpectrum(const CudaLibrary& cuda, const NamedPicture& p, bool by_definition) {
  if (std::min(p.picture.width, p.picture.height) < kSpectrumSize) return;
  const Grey grey(*ScalarBackend(), p.picture.view());
  const std::string what = "spectrum, " + Named(p);
  CudaStatus status;
  int blocks = 0;
  const std::vector<float> got = RunCudaSpectrum(cuda, grey.view, &blocks, &status);
  Succeeded(status, what);
  SpectrumOutput plain;
  const std::vector<float> expected = RunSpectrum(*ScalarBackend(), grey.view, &plain);
  Report(blocks == plain.blocks, what + ": " + std::to_string(blocks) + " blocks instead of " +
                                     std::to_string(plain.blocks));
  // Both add thousands of blocks in single precision.
  Near(got, expected, 2e-3, 1e-5, what);
  if (by_definition) Near(got, WelchByDefinition(grey.view), 1e-3, 1e-6, what + ", by definition");
  float radial[kRadialBins];
  RadialProfile(got.data(), radial);
  for (int i = 0; i < kRadialBins; i++) {
    Report(std::abs(radial[i] - plain.radial[i]) <= 1e-4f * plain.radial[i],
           what + ", ring " + std::to_string(i) + ": " + Text(static_cast<double>(radial[i])) +
               " instead of " + Text(static_cast<double>(plain.radial[i])));
  }
  const std::vector<float> again = RunCudaSpectrum(cuda, grey.view, &blocks, &status);
  Succeeded(status, what + ", again");
  Same(got, again, kSpectrumSize, 1, what + ", again");
}

// Calls from several threads at once, each with a picture of its own, give what one call gives.
void TestThreads(const CudaLibrary& cuda, const std::string& part) {
  std::vector<std::future<bool>> same;
  for (int i = 0; i < 6; i++) {
    same.push_back(std::async(std::launch::async, [&cuda, &part, i] {
      const Picture p =
          MakePicture(301 + 40 * i, 277 + 16 * i, Kind::kSmooth, static_cast<uint32_t>(i));
      const Grey grey(*ScalarBackend(), p.view());
      CudaStatus status;
      if (part == "ela") {
        return RunCudaEla(cuda, p.view(), 90, Subsampling::k420, true, true, &status) ==
               RunElaOn(*ScalarBackend(), p.view(), 90, Subsampling::k420);
      }
      if (part == "noise") {
        return RunCudaNoise(cuda, grey.view, true, &status) ==
               RunNoise(*ScalarBackend(), grey.view, true);
      }
      int blocks = 0;
      const std::vector<float> first = RunCudaSpectrum(cuda, grey.view, &blocks, &status);
      SpectrumOutput plain;
      const std::vector<float> expected = RunSpectrum(*ScalarBackend(), grey.view, &plain);
      return status.error == 0 && CompareWithExact(first, expected).worst < 2e-3;
    }));
  }
  for (size_t i = 0; i < same.size(); i++) {
    Report(same[i].get(), part + ", thread " + std::to_string(i) + " of six");
  }
}

// Rows further apart than they are long: a part of a larger picture.
void TestStride(const CudaLibrary& cuda) {
  const Picture p = MakePicture(300, 200, Kind::kSmooth, 5);
  const RgbView part{p.rgb.data() + 3 * (300 * 20 + 31), 211, 150, 900};
  CudaStatus status;
  const ElaResult got = RunCudaEla(cuda, part, 90, Subsampling::k420, true, true, &status);
  Succeeded(status, "ela of a part");
  SameEla(RunElaOn(*ScalarBackend(), part, 90, Subsampling::k420), got, part.width,
          "ela of a part");
}

// The library behind the ordinary interface.
void TestBackend(const char* library) {
  const char* why = nullptr;
  const ForensicsBackend* cuda = CudaBackend(library, &why);
  Report(cuda != nullptr, std::string("backend: ") + (why == nullptr ? "" : why));
  if (cuda == nullptr) return;
  for (const auto& [width, height] : {std::pair{256, 256}, std::pair{401, 299}}) {
    const NamedPicture p{"backend, smooth", MakePicture(width, height, Kind::kSmooth, 8)};
    const RgbView image = p.picture.view();
    for (const Subsampling s : {Subsampling::k444, Subsampling::k420}) {
      SameEla(RunElaOn(*ScalarBackend(), image, 85, s), RunElaOn(*cuda, image, 85, s), width,
              Named(p));
    }
    const Grey grey(*cuda, image);
    SameNoise(RunNoise(*ScalarBackend(), grey.view, true), RunNoise(*cuda, grey.view, true), width,
              Named(p));
    SpectrumOutput out, plain;
    Near(RunSpectrum(*cuda, grey.view, &out), RunSpectrum(*ScalarBackend(), grey.view, &plain),
         2e-3, 1e-5, Named(p));
    Report(out.blocks == plain.blocks && std::abs(out.radial[9] / plain.radial[9] - 1) < 1e-4f,
           Named(p) + ", radial profile");
  }
}

// Binary PPM of 8 bits without comments; no pixels where it is something else.
Picture ReadPpm(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  int width = 0, height = 0, most = 0;
  file >> magic >> width >> height >> most;
  file.get();
  if (magic != "P6" || most != 255 || width < 1 || height < 1) return {0, 0, {}};
  Picture p{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
  file.read(reinterpret_cast<char*>(p.rgb.data()), static_cast<std::streamsize>(p.rgb.size()));
  return p;
}

std::vector<int> EveryQuality() {
  std::vector<int> all(100);
  for (int i = 0; i < 100; i++) all[i] = i + 1;
  return all;
}

void TestPicture(const CudaLibrary& cuda, const std::string& part, const NamedPicture& p,
                 const std::vector<int>& qualities) {
  if (part == "ela") TestEla(cuda, p, qualities);
  if (part == "noise") TestNoise(cuda, p);
  if (part == "spectrum") {
    TestSpectrum(cuda, p, p.picture.width * p.picture.height <= 389 * 400);
  }
}

// Half a megapixel and less; more takes minutes where a device is only emulated.
void TestSmall(const CudaLibrary& cuda, const std::string& part) {
  const int sizes[][2] = {{1, 1},     {1, 9},     {2, 3},     {3, 5},     {4, 4},
                          {5, 7},     {8, 8},     {9, 17},    {16, 16},   {17, 33},
                          {31, 257},  {300, 8},   {1, 1009},  {1009, 1},  {64, 64},
                          {255, 129}, {256, 256}, {257, 300}, {389, 400}, {401, 299}};
  uint32_t seed = 1;
  for (const auto& [width, height] : sizes) {
    const std::pair<const char*, Kind> kinds[] = {
        {"random", Kind::kNoise}, {"extremes", Kind::kExtremes}, {"smooth", Kind::kSmooth}};
    for (const auto& [name, kind] : kinds) {
      TestPicture(cuda, part, {name, MakePicture(width, height, kind, seed++)}, {50, 75, 90, 99});
    }
  }
  if (part == "ela") {
    TestEla(cuda, {"smooth", MakePicture(161, 83, Kind::kSmooth, 3)}, EveryQuality());
    TestStride(cuda);
  }
  TestThreads(cuda, part);
}

void TestLarge(const CudaLibrary& cuda, const std::string& part) {
  TestPicture(cuda, part, {"smooth", MakePicture(1024, 1024, Kind::kSmooth, 1)}, {50, 75, 90, 99});
  TestPicture(cuda, part, {"random", MakePicture(1021, 767, Kind::kNoise, 2)}, {50, 75, 90, 99});
  TestPicture(cuda, part, {"smooth", MakePicture(4000, 3000, Kind::kSmooth, 3)}, {75, 90});
  TestPicture(cuda, part, {"smooth", MakeLarge(10007, 9999)}, {90});
}

int Run(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const char* path = argc > 1 ? argv[1] : "aidet_cuda.so";
  const std::string part = argc > 2 ? argv[2] : "all";
  CudaLibrary cuda;
  if (const char* why = OpenCudaLibrary(path, &cuda)) {
    std::printf("CUDA kernels were not tested: %s\n", why);
    return 77;
  }
  for (const char* name : {"ela", "noise", "spectrum"}) {
    const bool small = part == std::string(name) + "-small";
    if (part != name && part != "all" && !small) continue;
    TestSmall(cuda, name);
    for (int i = 3; i < argc; i++) {
      const NamedPicture p{argv[i], ReadPpm(argv[i])};
      Report(p.picture.width > 0, p.name + ": no binary PPM");
      if (p.picture.width > 0) TestPicture(cuda, name, p, {70, 90});
    }
    if (!small) TestLarge(cuda, name);
  }
  if (part == "backend" || part == "all") TestBackend(path);
  if (part == "timing") TimeAll(cuda);
  std::printf("CUDA %s: %d passed, %d failed\n", part.c_str(), checks - failures, failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace aidet::forensics::test

int main(int argc, char** argv) { return aidet::forensics::test::Run(argc, argv); }

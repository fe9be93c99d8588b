#include "backend.h"

#include <cstring>

#include "ela/reference.h"
#include "grey/grey.h"

namespace aidet::forensics {

#if defined(AIDET_WITH_X86)
namespace avx2 {
extern const ForensicsBackend kBackend;
}
namespace avx512 {
extern const ForensicsBackend kBackend;
}
#elif defined(AIDET_WITH_NEON)
namespace neon {
extern const ForensicsBackend kBackend;
}
#endif

namespace {

const ForensicsBackend kScalar = {"scalar",       GreyReference,  ElaReference,
                                  SpectrumScalar, NoiseReference, SecondDifferencesReference,
                                  GhostsReference};

#if defined(AIDET_WITH_X86)
bool HasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool HasAvx512() {
  return HasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}
#endif

}  // namespace

const ForensicsBackend* ScalarBackend() { return &kScalar; }

const ForensicsBackend* BackendFor(const char* target) {
  if (std::strcmp(target, "scalar") == 0) return &kScalar;
#if defined(AIDET_WITH_X86)
  if (std::strcmp(target, "avx512") == 0 && HasAvx512()) return &avx512::kBackend;
  if (std::strcmp(target, "avx2") == 0 && HasAvx2()) return &avx2::kBackend;
#elif defined(AIDET_WITH_NEON)
  if (std::strcmp(target, "neon") == 0) return &neon::kBackend;
#endif
  return nullptr;
}

const ForensicsBackend* BestBackend() {
  for (const char* target : {"avx512", "avx2", "neon"}) {
    if (const ForensicsBackend* backend = BackendFor(target)) return backend;
  }
  return &kScalar;
}

}  // namespace aidet::forensics

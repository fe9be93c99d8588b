// Instruction sets of the machine at hand that decide how fast it is here.
#pragma once

#include <vector>

namespace aidet {

inline std::vector<const char*> CpuFeatures() {
  std::vector<const char*> features;
#if defined(__x86_64__)
#define AIDET_FEATURE(name) \
  if (__builtin_cpu_supports(name)) features.push_back(name);
  AIDET_FEATURE("avx2")
  AIDET_FEATURE("fma")
  AIDET_FEATURE("avx512f")
  AIDET_FEATURE("avx512bw")
  AIDET_FEATURE("avx512vbmi")
  AIDET_FEATURE("avx512vnni")
#undef AIDET_FEATURE
#elif defined(__aarch64__)
  features.push_back("neon");
#endif
  return features;
}

// Whether sums of products of 8-bit integers are exact at full speed: older vector units add pairs
// in 16 bits that saturate.
inline bool HasExactInt8Products() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni");
#else
  return true;
#endif
}

}  // namespace aidet

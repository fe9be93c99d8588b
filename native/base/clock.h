// Time as a plain number, so that policies and queues can be tested with any clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace aidet {

// Nanoseconds on the monotonic clock, or a span of them.
using Nanos = int64_t;

constexpr Nanos kNanosPerMilli = 1'000'000;

inline Nanos Now() {
  using std::chrono::duration_cast, std::chrono::nanoseconds, std::chrono::steady_clock;
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace aidet

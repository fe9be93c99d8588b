// As much of a test framework as is needed: named functions, checks that go on after a failure, an
// exit status.
#pragma once

#include <atomic>
#include <cstdio>
#include <initializer_list>

namespace aidet::test {

// Checks may be made on any thread.
struct Counts {
  std::atomic<int> checks{0};
  std::atomic<int> failures{0};
};

inline Counts& counts() {
  static Counts counts;
  return counts;
}

inline bool Check(bool ok, const char* what, const char* file, int line) {
  ++counts().checks;
  if (ok) return true;
  // A broken invariant may fail in each of a million rounds.
  if (++counts().failures <= 20) std::printf("%s:%d: FAILED %s\n", file, line, what);
  return false;
}

#define CHECK(condition) aidet::test::Check((condition), #condition, __FILE__, __LINE__)

struct NamedTest {
  const char* name;
  void (*run)();
};

// For main to return.
inline int RunTests(std::initializer_list<NamedTest> tests) {
  for (const auto& [name, run] : tests) {
    const int before = counts().failures;
    run();
    std::printf("%s %s\n", counts().failures == before ? "ok    " : "FAILED", name);
    std::fflush(stdout);
  }
  std::printf("%d checks, %d failures\n", counts().checks.load(), counts().failures.load());
  return counts().failures == 0 ? 0 : 1;
}

}  // namespace aidet::test

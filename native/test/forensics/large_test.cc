// A picture of 100 megapixels, odd sides: vector targets against one another on all of it, the
// plain kernels on bands at both ends and in the middle. Not under sanitizers, which make minutes
// of it; `node scripts/test-native.mjs plain` builds without.
#include "bands.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define AIDET_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define AIDET_SANITIZED
#endif
#endif

namespace aidet::forensics::test {
namespace {

constexpr int kWidth = 10007, kHeight = 9999;

WholeResults RunWhole(const ForensicsBackend& backend, const RgbView& image, const GreyView& grey) {
  WholeResults r;
  r.ela[0] = RunElaOn(backend, image, 90, Subsampling::k420, false);
  r.noise = RunNoise(backend, grey, false);
  r.ghosts = RunGhosts(backend, grey, kBandTables, 1);
  return r;
}

void CompareLarge() {
  const Picture p = MakeLarge(kWidth, kHeight);
  const RgbView image = p.view();
  const Grey grey(*BestBackend(), image);
  const WholeResults best = RunWhole(*BestBackend(), image, grey.view);
  for (const ForensicsBackend* backend : Targets()) {
    if (backend == ScalarBackend() || backend == BestBackend()) continue;
    const Grey other(*backend, image);
    Check(std::memcmp(other.storage.get(), grey.storage.get(), GreyBytes(kWidth, kHeight)) == 0,
          "grey", backend->target, kWidth, kHeight, 0);
    const WholeResults results = RunWhole(*backend, image, grey.view);
    Check(results.ela[0] == best.ela[0], "ela", backend->target, kWidth, kHeight, 0);
    Check(results.noise == best.noise, "noise", backend->target, kWidth, kHeight, 0);
    Check(results.ghosts == best.ghosts, "ghosts", backend->target, kWidth, kHeight, 0);
  }
  constexpr int kLast = kHeight / 16 * 16 - 32;
  for (const Band band : {Band{0, 48}, Band{4992, 64}, Band{kLast, kHeight - kLast}}) {
    CompareBand(*ScalarBackend(), image, grey.view, best, band);
  }
}

}  // namespace
}  // namespace aidet::forensics::test

int main() {
#if defined(AIDET_SANITIZED)
  std::printf("skipped: 100 megapixels take too long with a sanitizer\n");
  return 77;
#else
  using namespace aidet::forensics::test;
  CompareLarge();
  std::printf("%d x %d pixels: %d checks, %d failed\n", kWidth, kHeight, checks, failures);
  return failures == 0 ? 0 : 1;
#endif
}

// Strips of any height: bands of a picture give what the whole gives, on every target.
#include "bands.h"

#include <string>

namespace aidet::forensics::test {
namespace {

void CompareBands(const Picture& p) {
  for (const ForensicsBackend* backend : Targets()) {
    const RgbView image = p.view();
    const Grey grey(*backend, image);
    WholeResults whole;
    for (int i = 0; i < 2; i++) whole.ela[i] = RunElaOn(*backend, image, 90, kSubsamplings[i]);
    whole.noise = RunNoise(*backend, grey.view, false);
    whole.ghosts = RunGhosts(*backend, grey.view, kBandTables, 1);
    for (const int rows : {32, 48, 64, 80, 112}) {
      for (int top = 0; top + rows <= p.height; top += 16) {
        CompareBand(*backend, image, grey.view, whole, {top, rows});
      }
    }
    const int top = p.height / 16 * 16 - 32;
    CompareBand(*backend, image, grey.view, whole, {top, p.height - top});
  }
}

}  // namespace
}  // namespace aidet::forensics::test

int main() {
  using namespace aidet::forensics::test;
  for (const Kind kind : {Kind::kNoise, Kind::kExtremes, Kind::kSmooth}) {
    CompareBands(MakePicture(149, 203, kind, 5));
    CompareBands(MakePicture(64, 160, kind, 6));
  }
  std::printf("bands of pictures: %d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}

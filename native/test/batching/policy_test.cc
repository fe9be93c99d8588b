#include "batching/policy.h"

#include <algorithm>
#include <random>

#include "../check.h"

namespace aidet::batching {
namespace {

const BatchLimits kCpu = {{1}, 0};
const BatchLimits kGpu = {{1, 4, 16}, 5};

bool Dispatches(const Decision& decision, int count) {
  return decision.kind == Decision::kDispatch && decision.count == count;
}

void NothingWaits() {
  CHECK(Decide(7, {0, 0}, {1, false}, kCpu).kind == Decision::kIdle);
  CHECK(Decide(7, {0, 0}, {1, true}, kGpu).kind == Decision::kIdle);
}

void CoresNeverWaitForCompany() {
  for (int tiles : {1, 2, 24, 8192}) {
    for (int idle : {1, 2, 64}) CHECK(Dispatches(Decide(0, {tiles, 0}, {idle, false}, kCpu), 1));
  }
}

void CoresTakeTheirShare() {
  const BatchLimits fours = {{4}, 0};
  CHECK(Dispatches(Decide(0, {3, 0}, {2, false}, fours), 2));
  CHECK(Dispatches(Decide(0, {8, 0}, {2, false}, fours), 4));
  CHECK(Dispatches(Decide(0, {100, 0}, {2, false}, fours), 4));
}

void AnIdleDeviceStartsAtOnce() {
  CHECK(Dispatches(Decide(0, {1, 0}, {1, false}, kGpu), 1));
  CHECK(Dispatches(Decide(0, {3, 0}, {1, false}, kGpu), 1));
  CHECK(Dispatches(Decide(0, {15, 0}, {1, false}, kGpu), 4));
}

void ABusyDeviceLetsTheBatchGrow() {
  const Decision wait = Decide(102, {15, 100}, {1, true}, kGpu);
  CHECK(wait.kind == Decision::kWaitUntil && wait.until == 105);
  CHECK(Dispatches(Decide(102, {16, 100}, {1, true}, kGpu), 16));
  CHECK(Dispatches(Decide(102, {99, 100}, {1, true}, kGpu), 16));
  // Patience ends.
  CHECK(Dispatches(Decide(105, {15, 100}, {1, true}, kGpu), 4));
}

void HoldsForAnyInput() {
  std::mt19937 random(20261126);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 200'000; ++round) {
    BatchLimits limits{{}, below(3) * 10};
    for (int size = 1 + below(3); size < 100; size *= 2 + below(3)) limits.sizes.push_back(size);
    const Nanos now = 1000 + below(100);
    const QueueView queue = {below(300), now - below(50)};
    const LaneView lanes = {1 + below(8), below(2) == 1};
    const Decision decision = Decide(now, queue, lanes, limits);
    switch (decision.kind) {
      case Decision::kIdle:
        CHECK(queue.tiles == 0);
        break;
      case Decision::kWaitUntil:
        CHECK(lanes.device_busy && decision.until > now);
        CHECK(decision.until == queue.oldest + limits.delay_max);
        break;
      case Decision::kDispatch: {
        CHECK(decision.count >= 1 && decision.count <= limits.sizes.back());
        // All lanes that are idle together never take less than all that waits, or a full batch
        // each.
        CHECK(decision.count <= queue.tiles);
        const bool preferred =
            std::count(limits.sizes.begin(), limits.sizes.end(), decision.count) == 1;
        CHECK(preferred || decision.count < limits.sizes.front());
        break;
      }
    }
  }
}

}  // namespace
}  // namespace aidet::batching

int main() {
  using namespace aidet::batching;
  return aidet::test::RunTests({
      {"nothing waits", NothingWaits},
      {"cores never wait for company", CoresNeverWaitForCompany},
      {"cores take their share", CoresTakeTheirShare},
      {"an idle device starts at once", AnIdleDeviceStartsAtOnce},
      {"a busy device lets the batch grow", ABusyDeviceLetsTheBatchGrow},
      {"the policy holds for any input", HoldsForAnyInput},
  });
}

// The scheduler with its real threads and clock. Order is forced by gates that the executor of the
// test stands at, never by sleeping.
#include "batching/scheduler.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "../check.h"

namespace aidet::batching {
namespace {

constexpr Nanos kFar = 3'600'000 * kNanosPerMilli;

class Gate {
 public:
  void Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // Counts who arrives, and holds it until the gate is open.
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void AwaitArrivals(int n) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= n; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

class Job : public Request {
 public:
  explicit Job(int tile_count, std::shared_ptr<Client> owner) {
    tiles = tile_count;
    deadline = Now() + kFar;
    client = std::move(owner);
    ran = std::vector<std::atomic<int>>(tile_count);
  }
  void Done(const Status& status) override {
    std::lock_guard<std::mutex> lock(mutex_);
    ++calls_;
    code_ = status.code();
    changed_.notify_all();
  }
  Code Await() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return calls_ > 0; });
    return code_;
  }
  int calls() {
    std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }

  // Times that each tile was run.
  std::vector<std::atomic<int>> ran;
  int32_t flag = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int calls_ = 0;
  Code code_ = Code::kOk;
};

class Recorder : public BatchExecutor {
 public:
  void Pack(int, int, const std::vector<Tile>&) override {
    if (pack_gate != nullptr) pack_gate->Pass();
    ++packed;
  }
  Status Run(int, int, const std::vector<Tile>& batch) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      sizes.push_back(static_cast<int>(batch.size()));
      for (const Tile& tile : batch) order.push_back(tile.request.get());
    }
    if (run_gate != nullptr) run_gate->Pass();
    for (const Tile& tile : batch) ++static_cast<Job&>(*tile.request).ran[tile.index];
    return fails ? Failed("as the test wants it") : Status();
  }

  Gate* pack_gate = nullptr;
  Gate* run_gate = nullptr;
  bool fails = false;
  std::atomic<int> packed{0};
  std::vector<int> sizes;
  std::vector<Request*> order;

 private:
  std::mutex mutex_;
};

SchedulerSettings OneLane() {
  SchedulerSettings settings;
  settings.tiles_max = 10;
  settings.limits = {BatchLimits{}};
  return settings;
}

const auto client = std::make_shared<Client>();

std::shared_ptr<Job> MakeJob(int tiles) { return std::make_shared<Job>(tiles, client); }

void RunsEveryTileOnce() {
  Recorder executor;
  SchedulerSettings settings = OneLane();
  settings.lanes = 3;
  settings.tiles_max = 1000;
  settings.limits = {BatchLimits{{4}, 0}};
  Scheduler scheduler(settings, &executor);
  std::vector<std::shared_ptr<Job>> jobs;
  for (int tiles = 1; tiles <= 24; ++tiles) {
    jobs.push_back(MakeJob(tiles));
    CHECK(scheduler.Submit(jobs.back()).ok());
  }
  for (const auto& job : jobs) {
    CHECK(job->Await() == Code::kOk);
    for (const auto& times : job->ran) CHECK(times == 1);
  }
  const Statistics statistics = scheduler.Read();
  CHECK(statistics.tiles == 300 && statistics.queued_tiles == 0 && statistics.running_tiles == 0);
}

void RefusesExactlyAtTheBound() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  Scheduler scheduler(OneLane(), &executor);
  const auto running = MakeJob(1);
  CHECK(scheduler.Submit(running).ok());
  gate.AwaitArrivals(1);
  const auto seven = MakeJob(7);
  const auto four = MakeJob(4);
  const auto three = MakeJob(3);
  const auto one = MakeJob(1);
  CHECK(scheduler.Submit(seven).ok());
  CHECK(scheduler.Submit(four).code() == Code::kQueueFull);
  CHECK(scheduler.Submit(three).ok());
  CHECK(scheduler.Submit(one).code() == Code::kQueueFull);
  CHECK(scheduler.Read().queued_tiles == 10);
  CHECK(scheduler.Read().rejected == 2);
  gate.Open();
  CHECK(three->Await() == Code::kOk);
  CHECK(seven->Await() == Code::kOk);
  CHECK(four->calls() == 0 && one->calls() == 0);
}

void CancelledWorkFreesItsPlace() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  Scheduler scheduler(OneLane(), &executor);
  const auto running = MakeJob(1);
  CHECK(scheduler.Submit(running).ok());
  gate.AwaitArrivals(1);
  const auto leaving = MakeJob(10);
  leaving->cancel = &leaving->flag;
  CHECK(scheduler.Submit(leaving).ok());
  __atomic_store_n(&leaving->flag, 1, __ATOMIC_RELAXED);
  const auto next = MakeJob(10);
  CHECK(scheduler.Submit(next).ok());
  CHECK(leaving->Await() == Code::kCancelled);
  gate.Open();
  CHECK(next->Await() == Code::kOk);
  CHECK(scheduler.Read().cancelled == 1);
  for (const auto& times : leaving->ran) CHECK(times == 0);
}

void ExpiredWorkIsNotRun() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  Scheduler scheduler(OneLane(), &executor);
  const auto running = MakeJob(2);
  CHECK(scheduler.Submit(running).ok());
  gate.AwaitArrivals(1);
  const auto late = MakeJob(3);
  late->deadline = Now();
  CHECK(scheduler.Submit(late).ok());
  gate.Open();
  CHECK(late->Await() == Code::kExpired);
  CHECK(running->Await() == Code::kOk);
  CHECK(scheduler.Read().expired == 1);
  for (const auto& times : late->ran) CHECK(times == 0);
}

void ARequestThatEndsInALaneIsToldByIt() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  SchedulerSettings settings = OneLane();
  settings.lanes = 2;
  Scheduler scheduler(settings, &executor);
  const auto half = MakeJob(3);
  half->cancel = &half->flag;
  CHECK(scheduler.Submit(half).ok());
  gate.AwaitArrivals(2);
  __atomic_store_n(&half->flag, 1, __ATOMIC_RELAXED);
  // Sweeps, since there is no room: the third tile is dropped while two are in lanes.
  CHECK(scheduler.Submit(MakeJob(10)).ok());
  CHECK(half->calls() == 0);
  gate.Open();
  CHECK(half->Await() == Code::kCancelled);
}

void AFailedBatchFailsItsRequestsAlone() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  executor.fails = true;
  Scheduler scheduler(OneLane(), &executor);
  const auto broken = MakeJob(5);
  CHECK(scheduler.Submit(broken).ok());
  gate.AwaitArrivals(1);
  gate.Open();
  CHECK(broken->Await() == Code::kFailed);
  executor.fails = false;
  const auto good = MakeJob(2);
  CHECK(scheduler.Submit(good).ok());
  CHECK(good->Await() == Code::kOk);
  const Statistics statistics = scheduler.Read();
  CHECK(statistics.failed == 1 && statistics.queued_tiles == 0);
  CHECK(statistics.tiles == 3);
}

void ABusyDeviceGathersABatch() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  SchedulerSettings settings;
  settings.lanes = 2;
  settings.shared_device = true;
  settings.tiles_max = 100;
  settings.limits = {BatchLimits{{1, 4, 16}, kFar}};
  Scheduler scheduler(settings, &executor);
  std::vector<std::shared_ptr<Job>> jobs;
  for (int i = 0; i < 21; ++i) {
    jobs.push_back(MakeJob(1));
    if (i < 16) CHECK(scheduler.Submit(jobs.back()).ok());
    if (i == 0) gate.AwaitArrivals(1);
  }
  // 15 wait: less than a batch, the device is busy, and patience has no end. Five more are more
  // than one.
  CHECK(scheduler.Read().queued_tiles == 15);
  for (int i = 16; i < 21; ++i) CHECK(scheduler.Submit(jobs[i]).ok());
  gate.AwaitArrivals(2);
  CHECK(scheduler.Read().queued_tiles == 4);
  gate.Open();
  for (const auto& job : jobs) CHECK(job->Await() == Code::kOk);
  CHECK((executor.sizes == std::vector<int>{1, 16, 4}));
}

void AbandonWaitsForWhoReads() {
  Gate gate;
  Recorder executor;
  executor.pack_gate = &gate;
  Scheduler scheduler(OneLane(), &executor);
  const auto leaver = std::make_shared<Client>();
  const auto reading = std::make_shared<Job>(2, leaver);
  const auto waiting = std::make_shared<Job>(1, leaver);
  const auto other = MakeJob(1);
  CHECK(scheduler.Submit(reading).ok());
  gate.AwaitArrivals(1);
  CHECK(scheduler.Submit(waiting).ok());
  CHECK(scheduler.Submit(other).ok());
  int packed_before = -1;
  std::thread abandoner([&] {
    scheduler.Abandon(leaver);
    packed_before = executor.packed;
  });
  // What waits is ended only after Abandon has begun; the gate opens only then.
  while (scheduler.Read().queued_tiles != 1) std::this_thread::yield();
  gate.Open();
  abandoner.join();
  CHECK(packed_before >= 1);
  CHECK(waiting->Await() == Code::kClosed);
  CHECK(reading->Await() == Code::kClosed);
  CHECK(other->Await() == Code::kOk);
}

void ClosingEndsWhatWaits() {
  Gate gate;
  Recorder executor;
  executor.run_gate = &gate;
  auto scheduler = std::make_unique<Scheduler>(OneLane(), &executor);
  const auto running = MakeJob(1);
  const auto waiting = MakeJob(4);
  CHECK(scheduler->Submit(running).ok());
  gate.AwaitArrivals(1);
  CHECK(scheduler->Submit(waiting).ok());
  std::thread opener([&] { gate.Open(); });
  scheduler.reset();
  opener.join();
  CHECK(running->Await() == Code::kOk);
  const Code code = waiting->Await();
  CHECK(code == Code::kClosed || code == Code::kOk);
  CHECK(running->calls() == 1 && waiting->calls() == 1);
}

// Many threads that submit, cancel, miss deadlines and go away: each accepted request is told once,
// and nothing is left.
void EverythingEndsOnce() {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    Recorder executor;
    SchedulerSettings settings;
    settings.lanes = 1 + seed % 4;
    settings.shared_device = seed % 2 == 0;
    settings.tiles_max = 60;
    settings.limits = {BatchLimits{{1, 4}, kNanosPerMilli / 10}, BatchLimits{{2}, 0}};
    auto scheduler = std::make_unique<Scheduler>(settings, &executor);
    std::vector<std::shared_ptr<Job>> accepted;
    std::vector<std::shared_ptr<Job>> refused;
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (uint32_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937 random(100 * seed + t);
        auto own = std::make_shared<Client>();
        for (int i = 0; i < 200; ++i) {
          auto job = std::make_shared<Job>(1 + random() % 20, own);
          job->model = static_cast<int>(random() % 2);
          job->priority = static_cast<int>(random() % 3);
          job->cancel = &job->flag;
          if (random() % 4 == 0) job->deadline = Now() + random() % (kNanosPerMilli / 10);
          const bool ok = scheduler->Submit(job).ok();
          if (random() % 4 == 0) __atomic_store_n(&job->flag, 1, __ATOMIC_RELAXED);
          if (random() % 50 == 0) {
            scheduler->Abandon(own);
            CHECK(own->packing == 0);
            own = std::make_shared<Client>();
          }
          std::lock_guard<std::mutex> lock(mutex);
          (ok ? accepted : refused).push_back(std::move(job));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    if (seed % 3 == 0) scheduler.reset();
    int ended[7] = {};
    for (const auto& job : accepted) {
      const Code code = job->Await();
      ++ended[static_cast<int>(code)];
      CHECK(job->calls() == 1);
      for (const auto& times : job->ran) CHECK(code == Code::kOk ? times == 1 : times <= 1);
    }
    for (const auto& job : refused) CHECK(job->calls() == 0);
    if (scheduler == nullptr) continue;
    const Statistics s = scheduler->Read();
    CHECK(s.queued_tiles == 0 && s.running_tiles == 0);
    CHECK(s.rejected == refused.size());
    CHECK(s.cancelled == static_cast<uint64_t>(ended[static_cast<int>(Code::kCancelled)]));
    CHECK(s.expired == static_cast<uint64_t>(ended[static_cast<int>(Code::kExpired)]));
  }
}

}  // namespace
}  // namespace aidet::batching

int main() {
  using namespace aidet::batching;
  return aidet::test::RunTests({
      {"every tile is run once", RunsEveryTileOnce},
      {"the bound refuses exactly", RefusesExactlyAtTheBound},
      {"cancelled work frees its place", CancelledWorkFreesItsPlace},
      {"expired work is not run", ExpiredWorkIsNotRun},
      {"a request that ends in a lane is told by it", ARequestThatEndsInALaneIsToldByIt},
      {"a failed batch fails its requests alone", AFailedBatchFailsItsRequestsAlone},
      {"a busy device gathers a batch", ABusyDeviceGathersABatch},
      {"abandon waits for who reads", AbandonWaitsForWhoReads},
      {"closing ends what waits", ClosingEndsWhatWaits},
      {"everything ends once under load", EverythingEndsOnce},
  });
}

#include "batching/scheduler.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace aidet::batching {
namespace {

double Millis(Nanos nanos) { return static_cast<double>(nanos) / kNanosPerMilli; }

std::chrono::steady_clock::time_point AsTimePoint(Nanos at) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at));
}

// f(request, tiles) for each request of a batch, whose tiles lie next to each other.
template <typename F>
void ForEachRequest(const std::vector<Tile>& batch, F f) {
  for (size_t i = 0, n = 0; i < batch.size(); i += n) {
    n = 1;
    while (i + n < batch.size() && batch[i + n].request == batch[i].request) ++n;
    f(*batch[i].request, static_cast<int>(n));
  }
}

bool InFlight(const Request& request) { return request.finished < request.taken; }

}  // namespace

Scheduler::Scheduler(SchedulerSettings settings, BatchExecutor* executor)
    : settings_(std::move(settings)),
      executor_(executor),
      queue_(settings_.tiles_max, settings_.ageing) {
  lanes_.reserve(settings_.lanes);
  for (int lane = 0; lane < settings_.lanes; ++lane) {
    lanes_.emplace_back([this, lane] { RunLane(lane); });
  }
}

Scheduler::~Scheduler() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (auto& lane : lanes_) lane.join();
  Requests dropped;
  queue_.Remove(nullptr, {Code::kClosed, "the runtime is closing"}, &dropped);
  for (const auto& request : dropped) request->Done(request->outcome);
}

Status Scheduler::Submit(const std::shared_ptr<Request>& request) {
  const bool single = request->tiles == 1;
  Requests dropped;
  bool taken;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    request->enqueued = Now();
    taken = queue_.Push(request);
    if (!taken) {
      // A place that nobody needs any more is a free place.
      queue_.Sweep(request->enqueued, &dropped);
      Settle(&dropped);
      taken = queue_.Push(request);
    }
    if (!taken) ++statistics_.rejected;
  }
  if (taken) single ? work_.notify_one() : work_.notify_all();
  for (const auto& gone : dropped) gone->Done(gone->outcome);
  return taken ? Status() : Status(Code::kQueueFull, "the inference queue is full");
}

void Scheduler::Abandon(const std::shared_ptr<Client>& client) {
  Requests dropped;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    queue_.Remove(client.get(), {Code::kClosed, "the runtime handle was closed"}, &dropped);
    Settle(&dropped);
    packed_.wait(lock, [&] { return client->packing == 0; });
  }
  for (const auto& request : dropped) request->Done(request->outcome);
}

Statistics Scheduler::Read() {
  std::lock_guard<std::mutex> lock(mutex_);
  Statistics statistics = statistics_;
  statistics.queued_tiles = queue_.tiles();
  return statistics;
}

void Scheduler::RunLane(int lane) {
  pthread_setname_np(pthread_self(), "aidet-lane");
  std::vector<Tile> batch;
  Requests settled;
  int model = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  while (WaitForBatch(&lock, &model, &batch)) {
    lock.unlock();
    const Nanos begun = Now();
    executor_->Pack(lane, model, batch);
    lock.lock();
    ForEachRequest(batch, [](Request& request, int) { --request.client->packing; });
    lock.unlock();
    packed_.notify_all();
    const Status outcome = executor_->Run(lane, model, batch);
    const Nanos duration = Now() - begun;
    lock.lock();
    FinishBatch(batch, outcome, duration, &settled);
    lock.unlock();
    // A lane that waits for company may go now that the device is free.
    if (settings_.shared_device) work_.notify_all();
    for (const auto& request : settled) request->Done(request->outcome);
    settled.clear();
    batch.clear();
    lock.lock();
  }
}

bool Scheduler::WaitForBatch(std::unique_lock<std::mutex>* lock, int* model,
                             std::vector<Tile>* batch) {
  Requests dropped;
  while (!stopping_) {
    const Nanos now = Now();
    queue_.Sweep(now, &dropped);
    if (!dropped.empty()) {
      Settle(&dropped);
      lock->unlock();
      for (const auto& request : dropped) request->Done(request->outcome);
      dropped.clear();
      lock->lock();
      continue;
    }
    *model = queue_.NextModel(now);
    if (*model < 0) {
      work_.wait(*lock);
      continue;
    }
    const LaneView lanes{settings_.shared_device ? 1 : settings_.lanes - busy_,
                         settings_.shared_device && busy_ > 0};
    const Decision decision = Decide(now, queue_.View(*model), lanes, settings_.limits[*model]);
    if (decision.kind == Decision::kWaitUntil) {
      work_.wait_until(*lock, AsTimePoint(decision.until));
      continue;
    }
    queue_.Take(now, *model, decision.count, batch);
    ++busy_;
    statistics_.running_tiles += decision.count;
    ForEachRequest(*batch, [&](Request& request, int tiles) {
      ++request.client->packing;
      const Nanos delay = now - request.enqueued;
      if (request.batches++ == 0) request.queue_delay = delay;
      statistics_.queue_delay_ms += Millis(delay) * tiles;
      for (int i = 0; i < tiles; ++i) statistics_.queue_delay.Add(Millis(delay));
    });
    return true;
  }
  return false;
}

void Scheduler::Settle(Requests* dropped) {
  for (const auto& request : *dropped) {
    if (request->outcome.code() == Code::kExpired) ++statistics_.expired;
    if (request->outcome.code() == Code::kCancelled) ++statistics_.cancelled;
  }
  dropped->erase(std::remove_if(dropped->begin(), dropped->end(),
                                [](const auto& request) { return InFlight(*request); }),
                 dropped->end());
}

void Scheduler::FinishBatch(const std::vector<Tile>& batch, const Status& outcome, Nanos duration,
                            Requests* settled) {
  const int count = static_cast<int>(batch.size());
  --busy_;
  ++statistics_.batches;
  statistics_.tiles += count;
  statistics_.running_tiles -= count;
  statistics_.execute_ms += Millis(duration);
  statistics_.execute.Add(Millis(duration));
  statistics_.batch_size.Add(count);
  size_t first = 0;
  ForEachRequest(batch, [&](Request& request, int tiles) {
    request.finished += tiles;
    request.execute_time += duration;
    if (!outcome.ok() && request.outcome.ok()) {
      request.outcome = outcome;
      queue_.Remove(&request);
      ++statistics_.failed;
    }
    const bool ended = !request.outcome.ok() || request.finished == request.tiles;
    if (ended && !InFlight(request)) settled->push_back(batch[first].request);
    first += tiles;
  });
}

}  // namespace aidet::batching

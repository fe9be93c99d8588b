// Owner of the lanes: threads that take batches off the queue and run them.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "batching/policy.h"
#include "batching/queue.h"
#include "batching/request.h"
#include "batching/statistics.h"

namespace aidet::batching {

// What a lane does with a batch: all its tiles are of one model. Called on the lane's thread
// without a lock; a lane is in one call at a time.
class BatchExecutor {
 public:
  virtual ~BatchExecutor() = default;
  // Reads what the requests borrow from their clients; nothing of it is read later.
  virtual void Pack(int lane, int model, const std::vector<Tile>& batch) = 0;
  // Runs what was packed and writes each tile's part of its request's output.
  virtual Status Run(int lane, int model, const std::vector<Tile>& batch) = 0;
};

struct SchedulerSettings {
  int lanes = 1;
  // Lanes overlap copies and kernels of one device, instead of being cores.
  bool shared_device = false;
  int tiles_max = 1;
  // A request rises one class for each of these that it has waited.
  Nanos ageing = 1000 * kNanosPerMilli;
  // By model.
  std::vector<BatchLimits> limits;
};

class Scheduler {
 public:
  // `executor` outlives the scheduler.
  Scheduler(SchedulerSettings settings, BatchExecutor* executor);

  // Batches that run are finished first; what waits ends with kClosed.
  ~Scheduler();

  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Never blocks. Not ok (kQueueFull): the request is not taken, and Done will not be called.
  Status Submit(const std::shared_ptr<Request>& request);

  // Ends what waits of this client with kClosed, and returns when no lane reads its memory any
  // more; that is at most the time in which a batch is packed.
  void Abandon(const std::shared_ptr<Client>& client);

  Statistics Read();

 private:
  using Requests = std::vector<std::shared_ptr<Request>>;

  void RunLane(int lane);
  // The next batch for a free lane, waiting for one; false: the lane shall end. Enters and returns
  // under the lock.
  bool WaitForBatch(std::unique_lock<std::mutex>* lock, int* model, std::vector<Tile>* batch);
  // Counts what was dropped and keeps of it what no lane is working on; a lane tells the rest.
  // Under the lock.
  void Settle(Requests* dropped);
  void FinishBatch(const std::vector<Tile>& batch, const Status& outcome, Nanos duration,
                   Requests* settled);

  const SchedulerSettings settings_;
  BatchExecutor* const executor_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable packed_;
  Queue queue_;
  Statistics statistics_;
  int busy_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> lanes_;
};

}  // namespace aidet::batching

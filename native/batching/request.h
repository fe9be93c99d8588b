// One image's tiles on their way through queue and lanes.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace aidet::batching {

// Whoever submits and may go away with its memory, as a worker thread does. Guarded by the
// scheduler's lock.
struct Client {
  // Batches that are reading memory of this client's requests.
  int packing = 0;
};

class Request {
 public:
  virtual ~Request() = default;

  // Called once, when no lane works on this request any more, without any lock held, on the thread
  // of a lane or of the caller of `Submit`, `Abandon` or the scheduler's destructor.
  virtual void Done(const Status& outcome) = 0;

  // Set before Submit, then constant.
  int model = 0;
  int tiles = 0;
  // 0 interactive, 1 batch, 2 async.
  int priority = 0;
  Nanos deadline = 0;
  // Read until the request is done; null: cannot be cancelled.
  const int32_t* cancel = nullptr;
  std::shared_ptr<Client> client;

  // Kept by queue and scheduler.
  Nanos enqueued = 0;
  int taken = 0;     // tiles handed to a lane
  int finished = 0;  // tiles that came back from it
  Status outcome;

  // What became of it, valid in Done.
  Nanos queue_delay = 0;   // until the first tile began
  Nanos execute_time = 0;  // sum over the batches that held its tiles
  int batches = 0;
};

struct Tile {
  std::shared_ptr<Request> request;
  int index;
};

}  // namespace aidet::batching

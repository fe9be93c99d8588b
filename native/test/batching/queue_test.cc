// Queue and policy together on a clock that the test moves, against a reference that keeps every
// tile by itself and sorts all of them at each step.
#include "batching/queue.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "../check.h"

namespace aidet::batching {
namespace {

class PlainRequest : public Request {
 public:
  void Done(const Status&) override {}
  int id = 0;
  int32_t flag = 0;
};

int IdOf(const Request& request) { return static_cast<const PlainRequest&>(request).id; }

struct Fixture {
  Queue queue{100, /*ageing=*/1000};
  int next_id = 0;

  std::shared_ptr<PlainRequest> Make(Nanos now, int tiles, int priority, Nanos deadline,
                                     int model = 0) {
    auto request = std::make_shared<PlainRequest>();
    request->id = next_id++;
    request->enqueued = now;
    request->tiles = tiles;
    request->priority = priority;
    request->deadline = deadline;
    request->model = model;
    request->cancel = &request->flag;
    return request;
  }
  std::vector<int> TakeIds(Nanos now, int count, int model = 0) {
    std::vector<Tile> batch;
    queue.Take(now, model, count, &batch);
    std::vector<int> ids;
    for (const Tile& tile : batch) ids.push_back(IdOf(*tile.request));
    return ids;
  }
};

using Ids = std::vector<int>;

void BoundIsExact() {
  Fixture f;
  CHECK(f.queue.Push(f.Make(0, 60, 0, 9)));
  CHECK(!f.queue.Push(f.Make(0, 41, 0, 9)));
  CHECK(f.queue.tiles() == 60);
  CHECK(f.queue.Push(f.Make(0, 40, 0, 9)));
  CHECK(!f.queue.Push(f.Make(0, 1, 0, 9)));
  CHECK(f.TakeIds(0, 1) == Ids{0});
  CHECK(f.queue.Push(f.Make(0, 1, 0, 9)));
  CHECK(f.queue.tiles() == 100);
}

void ClassesThenDeadlinesThenArrival() {
  Fixture f;
  for (const auto& [priority, deadline] :
       std::vector<std::pair<int, Nanos>>{{2, 10}, {1, 50}, {1, 40}, {0, 90}, {0, 80}, {0, 80}}) {
    CHECK(f.queue.Push(f.Make(0, 1, priority, deadline)));
  }
  CHECK((f.TakeIds(0, 6) == Ids{4, 5, 3, 2, 1, 0}));
}

void WhoWaitsRises() {
  Fixture f;
  CHECK(f.queue.Push(f.Make(0, 1, 2, 5000)));
  CHECK(f.queue.Push(f.Make(1500, 1, 0, 9000)));
  CHECK(f.TakeIds(1999, 1) == Ids{1});
  CHECK(f.queue.Push(f.Make(1999, 1, 0, 9000)));
  // After two steps it is interactive, and its deadline is the earlier one.
  CHECK(f.TakeIds(2000, 1) == Ids{0});
}

void BatchesAreOfOneModel() {
  Fixture f;
  CHECK(f.queue.Push(f.Make(0, 2, 0, 10, /*model=*/1)));
  CHECK(f.queue.Push(f.Make(0, 2, 0, 20, /*model=*/0)));
  CHECK(f.queue.Push(f.Make(1, 2, 0, 30, /*model=*/1)));
  CHECK(f.queue.NextModel(1) == 1);
  const QueueView view = f.queue.View(1);
  CHECK(view.tiles == 4 && view.oldest == 0);
  CHECK((f.TakeIds(1, 8, 1) == Ids{0, 0, 2, 2}));
  CHECK(f.queue.NextModel(1) == 0);
}

// The reference.
struct PlainTile {
  int id, model, priority, index;
  Nanos enqueued, deadline;
  const int32_t* flag;
};

class PlainQueue {
 public:
  PlainQueue(int tiles_max, Nanos ageing) : tiles_max_(tiles_max), ageing_(ageing) {}

  bool Push(const PlainRequest& r) {
    if (static_cast<int>(tiles.size()) + r.tiles > tiles_max_) return false;
    for (int i = 0; i < r.tiles; ++i) {
      tiles.push_back({r.id, r.model, r.priority, i, r.enqueued, r.deadline, &r.flag});
    }
    return true;
  }

  std::set<int> Sweep(Nanos now) {
    std::set<int> dropped;
    for (const PlainTile& tile : tiles) {
      if (*tile.flag != 0 || tile.deadline <= now) dropped.insert(tile.id);
    }
    Drop([&](const PlainTile& tile) { return dropped.count(tile.id) == 1; });
    return dropped;
  }

  // Everything in the order in which it would be served if time stood still.
  void Sort(Nanos now) {
    const auto rank = [&](const PlainTile& tile) {
      int rank = tile.priority;
      for (Nanos t = tile.enqueued + ageing_; t <= now && rank > 0; t += ageing_) --rank;
      return rank;
    };
    std::stable_sort(tiles.begin(), tiles.end(), [&](const PlainTile& a, const PlainTile& b) {
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      if (a.deadline != b.deadline) return a.deadline < b.deadline;
      return a.id != b.id ? a.id < b.id : a.index < b.index;
    });
  }

  std::vector<std::pair<int, int>> Take(int model, int count) {
    std::vector<std::pair<int, int>> taken;
    Drop([&](const PlainTile& tile) {
      if (tile.model != model || static_cast<int>(taken.size()) == count) return false;
      taken.emplace_back(tile.id, tile.index);
      return true;
    });
    return taken;
  }

  std::vector<PlainTile> tiles;

 private:
  template <typename F>
  void Drop(F gone) {
    std::vector<PlainTile> kept;
    for (const PlainTile& tile : tiles) {
      if (!gone(tile)) kept.push_back(tile);
    }
    tiles = std::move(kept);
  }

  const int tiles_max_;
  const Nanos ageing_;
};

// What the policy promises, written down another way.
int PlainDispatch(Nanos now, int tiles, Nanos oldest, const LaneView& lanes,
                  const BatchLimits& limits) {
  int share = 0;
  while (share * lanes.idle < tiles) ++share;
  const bool full = share >= limits.sizes.back();
  const bool patient = now - oldest < limits.delay_max;
  if (!full && lanes.device_busy && patient) return 0;
  int best = 0;
  for (int n = 1; n <= share; ++n) {
    const bool listed = std::count(limits.sizes.begin(), limits.sizes.end(), n) > 0;
    if (listed || (n == share && share < limits.sizes.front())) best = n;
  }
  return best;
}

class Simulation {
 public:
  explicit Simulation(uint32_t seed)
      : random_(seed),
        ageing_(1 + Below(60)),
        queue_(50, ageing_),
        plain_(50, ageing_),
        device_(Below(2) == 1),
        lanes_(1 + Below(4)),
        limits_{{1, 3, 8}, device_ ? Below(20) : 0} {}

  bool Run() {
    for (int step = 0; step < 400; ++step) {
      now_ += Below(6);
      switch (Below(4)) {
        case 0:
          Arrive();
          break;
        case 1:
          if (!requests_.empty())
            requests_[Below(static_cast<int>(requests_.size()))]->flag = Below(8) == 0;
          break;
        case 2:
          busy_ -= busy_ > 0;
          break;
        default:
          if (busy_ < lanes_ && !Serve()) return false;
      }
      if (!CHECK(queue_.tiles() == static_cast<int>(plain_.tiles.size()))) return false;
    }
    return true;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }

  void Arrive() {
    auto request = std::make_shared<PlainRequest>();
    request->id = static_cast<int>(requests_.size());
    request->model = Below(2);
    request->tiles = 1 + Below(12);
    request->priority = Below(3);
    request->enqueued = now_;
    request->deadline = now_ + 1 + Below(200);
    request->cancel = &request->flag;
    requests_.push_back(request);
    CHECK(queue_.Push(request) == plain_.Push(*request));
  }

  bool Serve() {
    std::vector<std::shared_ptr<Request>> dropped;
    queue_.Sweep(now_, &dropped);
    std::set<int> dropped_ids;
    for (const auto& request : dropped) dropped_ids.insert(IdOf(*request));
    if (!CHECK(dropped_ids == plain_.Sweep(now_))) return false;

    plain_.Sort(now_);
    const int model = queue_.NextModel(now_);
    if (plain_.tiles.empty()) return CHECK(model == -1);
    if (!CHECK(model == plain_.tiles.front().model)) return false;

    int waiting = 0;
    Nanos oldest = now_;
    for (const PlainTile& tile : plain_.tiles) {
      if (tile.model != model) continue;
      ++waiting;
      oldest = std::min(oldest, tile.enqueued);
    }
    const LaneView lanes{device_ ? 1 : lanes_ - busy_, device_ && busy_ > 0};
    const Decision decision = Decide(now_, queue_.View(model), lanes, limits_);
    const int count = PlainDispatch(now_, waiting, oldest, lanes, limits_);
    if (!CHECK((decision.kind == Decision::kDispatch ? decision.count : 0) == count)) return false;
    if (count == 0) return true;

    std::vector<Tile> batch;
    queue_.Take(now_, model, count, &batch);
    std::vector<std::pair<int, int>> taken;
    for (const Tile& tile : batch) taken.emplace_back(IdOf(*tile.request), tile.index);
    ++busy_;
    return CHECK(taken == plain_.Take(model, count));
  }

  std::mt19937 random_;
  const Nanos ageing_;
  Queue queue_;
  PlainQueue plain_;
  const bool device_;
  const int lanes_;
  const BatchLimits limits_;
  std::vector<std::shared_ptr<PlainRequest>> requests_;
  Nanos now_ = 0;
  int busy_ = 0;
};

void EqualsTheReference() {
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    if (Simulation(seed).Run()) continue;
    std::printf("seed %u\n", seed);
    return;
  }
}

}  // namespace
}  // namespace aidet::batching

int main() {
  using namespace aidet::batching;
  return aidet::test::RunTests({
      {"the bound in tiles is exact", BoundIsExact},
      {"classes, then deadlines, then arrival", ClassesThenDeadlinesThenArrival},
      {"who waits rises", WhoWaitsRises},
      {"batches are of one model", BatchesAreOfOneModel},
      {"queue and policy equal the reference on random traffic", EqualsTheReference},
  });
}

#include "batching/queue.h"

#include <algorithm>
#include <tuple>

namespace aidet::batching {
namespace {

int TilesLeft(const Request& request) { return request.tiles - request.taken; }

bool IsCancelled(const Request& request) {
  return request.cancel != nullptr && __atomic_load_n(request.cancel, __ATOMIC_RELAXED) != 0;
}

}  // namespace

bool Queue::Push(std::shared_ptr<Request> request) {
  if (request->tiles > tiles_max_ - tiles_) return false;
  tiles_ += request->tiles;
  waiting_.push_back(std::move(request));
  return true;
}

void Queue::Sweep(Nanos now, std::vector<std::shared_ptr<Request>>* dropped) {
  auto keep = waiting_.begin();
  for (auto& request : waiting_) {
    if (IsCancelled(*request)) {
      request->outcome = {Code::kCancelled, "cancelled"};
    } else if (now >= request->deadline) {
      request->outcome = {Code::kExpired, "deadline passed while waiting for inference"};
    } else {
      if (&*keep != &request) *keep = std::move(request);
      ++keep;
      continue;
    }
    tiles_ -= TilesLeft(*request);
    dropped->push_back(std::move(request));
  }
  waiting_.erase(keep, waiting_.end());
}

void Queue::Remove(const Client* client, const Status& outcome,
                   std::vector<std::shared_ptr<Request>>* dropped) {
  const auto theirs = std::stable_partition(
      waiting_.begin(), waiting_.end(),
      [&](const auto& request) { return client != nullptr && request->client.get() != client; });
  for (auto it = theirs; it != waiting_.end(); ++it) {
    (*it)->outcome = outcome;
    tiles_ -= TilesLeft(**it);
    dropped->push_back(std::move(*it));
  }
  waiting_.erase(theirs, waiting_.end());
}

void Queue::Remove(const Request* request) {
  const auto it = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const auto& r) { return r.get() == request; });
  if (it == waiting_.end()) return;
  tiles_ -= TilesLeft(**it);
  waiting_.erase(it);
}

int Queue::Rank(const Request& request, Nanos now) const {
  const Nanos risen = (now - request.enqueued) / ageing_;
  return risen >= request.priority ? 0 : request.priority - static_cast<int>(risen);
}

Queue::Waiting::const_iterator Queue::Next(Nanos now, int model) const {
  auto best = waiting_.end();
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    if (model >= 0 && (*it)->model != model) continue;
    // Arrival decides between equals: the first one found stays.
    if (best == waiting_.end() || std::make_tuple(Rank(**it, now), (*it)->deadline) <
                                      std::make_tuple(Rank(**best, now), (*best)->deadline)) {
      best = it;
    }
  }
  return best;
}

int Queue::NextModel(Nanos now) const {
  const auto next = Next(now, -1);
  return next == waiting_.end() ? -1 : (*next)->model;
}

QueueView Queue::View(int model) const {
  QueueView view;
  for (const auto& request : waiting_) {
    if (request->model != model) continue;
    if (view.tiles == 0) view.oldest = request->enqueued;
    view.tiles += TilesLeft(*request);
  }
  return view;
}

void Queue::Take(Nanos now, int model, int count, std::vector<Tile>* batch) {
  while (count > 0) {
    const auto next = Next(now, model);
    if (next == waiting_.end()) return;
    Request& request = **next;
    const int n = std::min(count, TilesLeft(request));
    for (int i = 0; i < n; ++i) batch->push_back({*next, request.taken++});
    count -= n;
    tiles_ -= n;
    if (request.taken == request.tiles) waiting_.erase(next);
  }
}

}  // namespace aidet::batching

// Requests that wait, bounded in tiles. No lock, no thread, no clock: the scheduler brings all
// three.
//
// Order: class (interactive, batch, async; a request rises one class for each `ageing` it has
// waited), then earliest deadline, then arrival. Requests are few, since the pipeline admits only
// as many images as keep its workers busy, and classes change with time: so one pass over a plain
// vector is both the simplest and the quickest way to find the next.
#pragma once

#include <memory>
#include <vector>

#include "batching/policy.h"
#include "batching/request.h"

namespace aidet::batching {

class Queue {
 public:
  Queue(int tiles_max, Nanos ageing) : tiles_max_(tiles_max), ageing_(ageing) {}

  // False where the bound would be exceeded: nothing has changed then.
  bool Push(std::shared_ptr<Request> request);

  // Takes out what is cancelled or past its deadline, with the outcome set.
  void Sweep(Nanos now, std::vector<std::shared_ptr<Request>>* dropped);

  // Takes out what `client` has put in (null: everything), with the outcome set.
  void Remove(const Client* client, const Status& outcome,
              std::vector<std::shared_ptr<Request>>* dropped);

  // Takes out one request, if it is there.
  void Remove(const Request* request);

  // The model of the request whose turn it is; -1 where the queue is empty.
  int NextModel(Nanos now) const;
  QueueView View(int model) const;

  // Appends up to `count` tiles of `model` in order.
  void Take(Nanos now, int model, int count, std::vector<Tile>* batch);

  int tiles() const { return tiles_; }

 private:
  using Waiting = std::vector<std::shared_ptr<Request>>;

  int Rank(const Request& request, Nanos now) const;
  // -1 for any model; waiting_.end() where there is none.
  Waiting::const_iterator Next(Nanos now, int model) const;

  const int tiles_max_;
  const Nanos ageing_;
  int tiles_ = 0;
  // In order of arrival.
  Waiting waiting_;
};

}  // namespace aidet::batching

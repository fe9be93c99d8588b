// What the addon keeps for each JavaScript environment (main thread or worker): promises that wait,
// and open handles. All of it is used on the environment's thread alone. When the environment ends,
// a cleanup hook closes the handles: no lane reads memory of the environment afterwards, and no
// promise is resolved into it.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "addon/mailbox.h"
#include "inference/runtime.h"

namespace aidet::addon {

class RuntimeObject;

// A request whose end is posted to the environment that waits for it.
class PostingRequest : public inference::InferenceRequest {
 public:
  PostingRequest(std::shared_ptr<Mailbox> mailbox, uint64_t id)
      : mailbox_(std::move(mailbox)), id_(id) {}
  void Done(const Status&) override { mailbox_->Post(id_); }
  uint64_t id() const { return id_; }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const uint64_t id_;
};

// A promise that waits, with what must stay alive until then.
struct PendingInference {
  napi_deferred deferred;
  std::shared_ptr<PostingRequest> request;
  // The runtime object, the pixels, the cancel flag.
  std::vector<Napi::ObjectReference> held;
};

class Environment {
 public:
  // Made once for each environment, when it loads the addon.
  static Environment* Install(Napi::Env env);
  static Environment* Of(Napi::Env env) { return env.GetInstanceData<Environment>(); }

  std::shared_ptr<PostingRequest> NewRequest();
  void Await(std::unique_ptr<PendingInference> pending);
  void Forget(uint64_t id);

  void Add(RuntimeObject* object) { objects_.insert(object); }
  void Remove(RuntimeObject* object) { objects_.erase(object); }

 private:
  explicit Environment(Napi::Env env) : env_(env) {}
  void SettleAll();
  void Close();

  const Napi::Env env_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  uint64_t next_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<PendingInference>> pending_;
  std::unordered_set<RuntimeObject*> objects_;
};

}  // namespace aidet::addon

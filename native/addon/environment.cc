#include "addon/environment.h"

#include <utility>

#include "addon/inference_result.h"
#include "addon/runtime_object.h"

namespace aidet::addon {

Environment* Environment::Install(Napi::Env env) {
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
  const napi_status opened = environment->mailbox_->Open(
      env, [](napi_env, void* data) { static_cast<Environment*>(data)->SettleAll(); }, environment);
  if (opened != napi_ok) {
    Napi::Error::New(env, "cannot reach the event loop").ThrowAsJavaScriptException();
    return nullptr;
  }
  // After the mailbox: hooks run in reverse order, so ours finds it open.
  napi_add_env_cleanup_hook(
      env, [](void* data) { static_cast<Environment*>(data)->Close(); }, environment);
  return environment;
}

std::shared_ptr<PostingRequest> Environment::NewRequest() {
  return std::make_shared<PostingRequest>(mailbox_, next_id_++);
}

void Environment::Await(std::unique_ptr<PendingInference> pending) {
  if (pending_.empty()) mailbox_->KeepLoopAlive(env_);
  const uint64_t id = pending->request->id();
  pending_.emplace(id, std::move(pending));
}

void Environment::Forget(uint64_t id) {
  pending_.erase(id);
  if (pending_.empty()) mailbox_->LetLoopEnd(env_);
}

void Environment::SettleAll() {
  for (uint64_t id : mailbox_->Collect()) {
    const auto it = pending_.find(id);
    if (it == pending_.end()) continue;
    const Napi::HandleScope scope(env_);
    Settle(env_, it->second->deferred, *it->second->request);
    Forget(id);
  }
}

void Environment::Close() {
  mailbox_->Close();
  const auto objects = std::exchange(objects_, {});
  for (RuntimeObject* object : objects) object->CloseHandle();
  pending_.clear();
}

}  // namespace aidet::addon

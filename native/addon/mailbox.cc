#include "addon/mailbox.h"

#include <utility>

namespace aidet::addon {
namespace {

struct Target {
  Mailbox::Handler handler;
  void* data;
};

void Wake(napi_env env, napi_value, void* context, void*) {
  // A null environment: it is ending, and nobody waits any more.
  if (env == nullptr) return;
  const auto* target = static_cast<const Target*>(context);
  target->handler(env, target->data);
}

void Forget(napi_env, void* target, void*) { delete static_cast<Target*>(target); }

}  // namespace

napi_status Mailbox::Open(napi_env env, Handler handler, void* data) {
  napi_value name;
  napi_status status = napi_create_string_utf8(env, "aidet", NAPI_AUTO_LENGTH, &name);
  if (status != napi_ok) return status;
  auto* target = new Target{handler, data};
  status = napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, target, Forget,
                                           target, Wake, &wake_);
  if (status != napi_ok) {
    delete target;
    return status;
  }
  return napi_unref_threadsafe_function(env, wake_);
}

void Mailbox::Post(uint64_t id) {
  // Under the lock, so that the function is not closed meanwhile; waking never blocks.
  std::lock_guard<std::mutex> lock(mutex_);
  if (wake_ == nullptr) return;
  ids_.push_back(id);
  if (ids_.size() == 1) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

std::vector<uint64_t> Mailbox::Collect() {
  std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(ids_, {});
}

void Mailbox::KeepLoopAlive(napi_env env) { napi_ref_threadsafe_function(env, wake_); }

void Mailbox::LetLoopEnd(napi_env env) { napi_unref_threadsafe_function(env, wake_); }

void Mailbox::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (wake_ == nullptr) return;
  napi_release_threadsafe_function(std::exchange(wake_, nullptr), napi_tsfn_abort);
  ids_.clear();
}

}  // namespace aidet::addon

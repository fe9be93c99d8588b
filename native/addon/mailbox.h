// The way from any thread to the event loop of one JavaScript environment, safe when that
// environment ends first.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <mutex>
#include <vector>

namespace aidet::addon {

class Mailbox {
 public:
  // Called on the environment's thread with the mailbox as context whenever there is post.
  using Handler = void (*)(napi_env env, void* data);

  // On the environment's thread. The mailbox does not keep the event loop alive until told to.
  napi_status Open(napi_env env, Handler handler, void* data);

  // On any thread. After Close it does nothing.
  void Post(uint64_t id);

  // On the environment's thread, as everything below.
  std::vector<uint64_t> Collect();
  void KeepLoopAlive(napi_env env);
  void LetLoopEnd(napi_env env);
  void Close();

 private:
  std::mutex mutex_;
  napi_threadsafe_function wake_ = nullptr;
  std::vector<uint64_t> ids_;
};

}  // namespace aidet::addon

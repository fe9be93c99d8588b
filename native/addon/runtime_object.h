// The JavaScript class `Runtime`: a handle on the one runtime of the process.
#pragma once

#include <napi.h>

#include <memory>

#include "inference/runtime.h"

namespace aidet::addon {

class RuntimeObject : public Napi::ObjectWrap<RuntimeObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  // new Runtime(settings): the first one builds the runtime, later ones share it whatever their
  // settings are.
  explicit RuntimeObject(const Napi::CallbackInfo& info);
  ~RuntimeObject() override;

  // What waits is rejected with CLOSED. The last handle of the process ends the runtime. May be
  // called twice.
  void CloseHandle();

 private:
  Napi::Value Infer(const Napi::CallbackInfo& info);
  Napi::Value Stats(const Napi::CallbackInfo& info);
  Napi::Value Info(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  std::shared_ptr<inference::Runtime> runtime_;
  const std::shared_ptr<batching::Client> client_ = std::make_shared<batching::Client>();
};

}  // namespace aidet::addon

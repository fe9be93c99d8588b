// The addon's table: what src/binding finds in it.
#include <napi.h>

#include "addon/environment.h"
#include "addon/forensics.h"
#include "addon/runtime_object.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  if (aidet::addon::Environment::Install(env) == nullptr) return exports;
  exports["version"] = AIDET_VERSION;
  exports["Runtime"] = aidet::addon::RuntimeObject::Define(env);
  exports["forensics"] = Napi::Function::New<aidet::addon::Forensics>(env, "forensics");
  return exports;
}

}  // namespace

NODE_API_MODULE(aidet, Init)

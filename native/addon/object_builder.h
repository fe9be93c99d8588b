// Builds one JavaScript object with every status looked at: a worker may be terminated between any
// two calls.
#pragma once

#include <napi.h>

#include <cstring>
#include <string>

namespace aidet::addon {

class ObjectBuilder {
 public:
  explicit ObjectBuilder(napi_env env) : env_(env) { Try(napi_create_object(env, &object_)); }

  // Null: a part that could not be made, which fails the whole.
  void Set(const char* name, napi_value value) {
    Try(value == nullptr ? napi_generic_failure
                         : napi_set_named_property(env_, object_, name, value));
  }
  void Set(const char* name, double number) {
    napi_value value = nullptr;
    if (Try(napi_create_double(env_, number, &value))) Set(name, value);
  }
  void Set(const char* name, bool flag) {
    napi_value value = nullptr;
    if (Try(napi_get_boolean(env_, flag, &value))) Set(name, value);
  }
  // Bytes as they are; JavaScript sees Latin-1.
  void Set(const char* name, const std::string& text) {
    napi_value value = nullptr;
    if (Try(napi_create_string_latin1(env_, text.data(), text.size(), &value))) Set(name, value);
  }
  void SetNull(const char* name) {
    napi_value value = nullptr;
    if (Try(napi_get_null(env_, &value))) Set(name, value);
  }
  template <class T>
  void Set(const char* name, napi_typedarray_type type, const T* from, size_t count) {
    void* data = nullptr;
    napi_value buffer, array;
    if (!Try(napi_create_arraybuffer(env_, count * sizeof(T), &data, &buffer))) return;
    if (count > 0) std::memcpy(data, from, count * sizeof(T));
    if (Try(napi_create_typedarray(env_, type, count, buffer, 0, &array))) Set(name, array);
  }

  // Null where any step failed.
  napi_value Finish() const { return ok_ ? object_ : nullptr; }

 private:
  bool Try(napi_status status) {
    ok_ = ok_ && status == napi_ok;
    return ok_;
  }

  napi_env env_;
  napi_value object_ = nullptr;
  bool ok_ = true;
};

}  // namespace aidet::addon

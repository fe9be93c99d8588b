#pragma once

#include <napi.h>

namespace aidet::addon {

// The elements of a typed array of this type; null where the value is something else. The array may
// be empty or detached, then there are no elements.
template <typename T>
T* TypedArrayData(const Napi::Value& value, napi_typedarray_type type, size_t* length) {
  if (!value.IsTypedArray()) return nullptr;
  napi_typedarray_type found;
  void* data = nullptr;
  if (napi_get_typedarray_info(value.Env(), value, &found, length, &data, nullptr, nullptr) !=
          napi_ok ||
      found != type) {
    return nullptr;
  }
  return static_cast<T*>(data);
}

}  // namespace aidet::addon

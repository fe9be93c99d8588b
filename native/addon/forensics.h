// The JavaScript function `forensics`: all kernels over one image on a thread of libuv's pool.
#pragma once

#include <napi.h>

namespace aidet::addon {

// forensics({rgb, width, height, file | null, elaQuality, qualities, mapSide, target | null, cancel
// | null}) gives a promise of the measurements; src/binding/types.ts says what each is. Rejects
// with a `code`: INVALID, CANCELLED or FAILED (out of memory). The buffers must not be changed
// until the promise settles.
Napi::Value Forensics(const Napi::CallbackInfo& info);

}  // namespace aidet::addon

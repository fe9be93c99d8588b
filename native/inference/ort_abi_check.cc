// Compiled only with -DAIDET_ORT_INCLUDE_DIR=...: ort_abi.h against the library's own header. Each
// function must stand in its slot, with as many parameters and with types that are passed alike.
#include <onnxruntime_c_api.h>

#include <type_traits>

#include "inference/ort_abi.h"

namespace aidet::inference::ort {
namespace {

template <typename A, typename B>
constexpr bool PassAlike() {
  if constexpr (std::is_void_v<A> || std::is_void_v<B>) {
    return std::is_same_v<A, B>;
  } else {
    return std::is_pointer_v<A> == std::is_pointer_v<B> && sizeof(A) == sizeof(B);
  }
}

template <typename R1, typename... P1, typename R2, typename... P2>
constexpr bool CallAlike(R1 (*)(P1...), R2 (*)(P2...)) {
  if constexpr (sizeof...(P1) != sizeof...(P2)) {
    return false;
  } else {
    return PassAlike<R1, R2>() && (PassAlike<P1, P2>() && ...);
  }
}

#define AIDET_ORT_CHECK(slot, name, result, ...)                                            \
  static_assert(offsetof(OrtApi, name) / sizeof(void*) == slot, #name " stands elsewhere"); \
  static_assert(CallAlike(decltype(Api::name){}, decltype(OrtApi::name){}),                 \
                #name " is called otherwise");
AIDET_ORT_FUNCTIONS(AIDET_ORT_CHECK)
#undef AIDET_ORT_CHECK

static_assert(kLoggingFatal == ORT_LOGGING_LEVEL_FATAL);
static_assert(kDeviceAllocator == OrtDeviceAllocator);
static_assert(kMemTypeDefault == OrtMemTypeDefault);
static_assert(kFloat == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
static_assert(kOptimizeAll == ORT_ENABLE_ALL);
static_assert(kApiVersion <= ORT_API_VERSION);

}  // namespace
}  // namespace aidet::inference::ort

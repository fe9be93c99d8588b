// The part of ONNX Runtime's C interface that is used, declared by itself: no header of it need be
// present.
//
// `OrtApi` is a table of function pointers that is only ever appended to, so a function is found by
// its place (slot). Places and signatures are those of onnxruntime_c_api.h since version 17; with
// -DAIDET_ORT_INCLUDE_DIR=... the build compares them with that header (ort_abi_check.cc).
#pragma once

#include <cstddef>
#include <cstdint>

namespace aidet::inference::ort {

// The version of the table that is asked for: the oldest that has every function below.
constexpr uint32_t kApiVersion = 17;

struct Status;
struct Env;
struct Session;
struct SessionOptions;
struct RunOptions;
struct Value;
struct MemoryInfo;
struct TypeInfo;
struct TensorInfo;
struct TensorRtOptions;
struct CudaOptions;

// Enumerations of the header, passed as int.
constexpr int kLoggingFatal = 4;
constexpr int kDeviceAllocator = 0;
constexpr int kMemTypeDefault = 0;
constexpr int kFloat = 1;
constexpr int kOptimizeAll = 99;

// F(slot, name, result, parameters...)
#define AIDET_ORT_FUNCTIONS(F)                                                                     \
  F(2, GetErrorMessage, const char*, const Status*)                                                \
  F(3, CreateEnv, Status*, int, const char*, Env**)                                                \
  F(7, CreateSession, Status*, const Env*, const char*, const SessionOptions*, Session**)          \
  F(9, Run, Status*, Session*, const RunOptions*, const char* const*, const Value* const*, size_t, \
    const char* const*, size_t, Value**)                                                           \
  F(10, CreateSessionOptions, Status*, SessionOptions**)                                           \
  F(23, SetSessionGraphOptimizationLevel, Status*, SessionOptions*, int)                           \
  F(24, SetIntraOpNumThreads, Status*, SessionOptions*, int)                                       \
  F(25, SetInterOpNumThreads, Status*, SessionOptions*, int)                                       \
  F(30, SessionGetInputCount, Status*, const Session*, size_t*)                                    \
  F(33, SessionGetInputTypeInfo, Status*, const Session*, size_t, TypeInfo**)                      \
  F(49, CreateTensorWithDataAsOrtValue, Status*, const MemoryInfo*, void*, size_t, const int64_t*, \
    size_t, int, Value**)                                                                          \
  F(55, CastTypeInfoToTensorInfo, Status*, const TypeInfo*, const TensorInfo**)                    \
  F(60, GetTensorElementType, Status*, const TensorInfo*, int*)                                    \
  F(61, GetDimensionsCount, Status*, const TensorInfo*, size_t*)                                   \
  F(62, GetDimensions, Status*, const TensorInfo*, int64_t*, size_t)                               \
  F(65, GetTensorTypeAndShape, Status*, const Value*, TensorInfo**)                                \
  F(69, CreateCpuMemoryInfo, Status*, int, int, MemoryInfo**)                                      \
  F(92, ReleaseEnv, void, Env*)                                                                    \
  F(93, ReleaseStatus, void, Status*)                                                              \
  F(94, ReleaseMemoryInfo, void, MemoryInfo*)                                                      \
  F(95, ReleaseSession, void, Session*)                                                            \
  F(96, ReleaseValue, void, Value*)                                                                \
  F(98, ReleaseTypeInfo, void, TypeInfo*)                                                          \
  F(99, ReleaseTensorTypeAndShapeInfo, void, TensorInfo*)                                          \
  F(100, ReleaseSessionOptions, void, SessionOptions*)                                             \
  F(130, AddSessionConfigEntry, Status*, SessionOptions*, const char*, const char*)                \
  F(170, SessionOptionsAppendExecutionProvider_TensorRT_V2, Status*, SessionOptions*,              \
    const TensorRtOptions*)                                                                        \
  F(171, CreateTensorRTProviderOptions, Status*, TensorRtOptions**)                                \
  F(174, ReleaseTensorRTProviderOptions, void, TensorRtOptions*)                                   \
  F(204, SessionOptionsAppendExecutionProvider_CUDA_V2, Status*, SessionOptions*,                  \
    const CudaOptions*)                                                                            \
  F(205, CreateCUDAProviderOptions, Status*, CudaOptions**)                                        \
  F(208, ReleaseCUDAProviderOptions, void, CudaOptions*)

// The table's functions by name.
struct Api {
#define AIDET_ORT_MEMBER(slot, name, result, ...) result (*name)(__VA_ARGS__);
  AIDET_ORT_FUNCTIONS(AIDET_ORT_MEMBER)
#undef AIDET_ORT_MEMBER
};

// What the library's one exported function, OrtGetApiBase, returns.
struct ApiBase {
  // Null where the library does not know the version.
  const void* (*GetApi)(uint32_t version);
  const char* (*GetVersionString)();
};

inline Api ReadTable(const void* table) {
  using AnyFunction = void (*)();
  const auto* slots = static_cast<const AnyFunction*>(table);
  Api api;
#define AIDET_ORT_READ(slot, name, result, ...) \
  api.name = reinterpret_cast<result (*)(__VA_ARGS__)>(slots[slot]);
  AIDET_ORT_FUNCTIONS(AIDET_ORT_READ)
#undef AIDET_ORT_READ
  return api;
}

}  // namespace aidet::inference::ort

#include "addon/settings.h"

#include <cmath>
#include <string>
#include <vector>

#include "addon/typed_array.h"

namespace aidet::addon {
namespace {

using inference::ModelSpec;
using inference::Provider;
using inference::RuntimeSettings;

// Reads fields of one object; the first that is missing or of the wrong kind is remembered.
class Reader {
 public:
  Reader(const Napi::Value& value, std::string name) : name_(std::move(name)) {
    if (value.IsObject()) {
      object_ = value.As<Napi::Object>();
    } else {
      Fail("", "an object");
    }
  }

  void String(const char* field, std::string* out) {
    const Napi::Value value = Get(field);
    if (!value.IsString()) return Fail(field, "a string");
    *out = value.As<Napi::String>().Utf8Value();
  }

  void Boolean(const char* field, bool* out) {
    const Napi::Value value = Get(field);
    if (!value.IsBoolean()) return Fail(field, "a boolean");
    *out = value.As<Napi::Boolean>().Value();
  }

  void Number(const char* field, double* out) { ReadNumber(field, Get(field), out); }

  void Integer(const char* field, int min, int max, int* out) {
    ReadInteger(field, Get(field), min, max, out);
  }

  void Numbers(const char* field, std::array<double, 3>* out) {
    const Napi::Value value = Get(field);
    if (!value.IsArray() || value.As<Napi::Array>().Length() != 3) {
      return Fail(field, "an array of three numbers");
    }
    for (uint32_t i = 0; i < 3; ++i) {
      ReadNumber(field, value.As<Napi::Array>().Get(i), &(*out)[i]);
    }
  }

  void Integers(const char* field, int min, int max, std::vector<int>* out) {
    for (const Napi::Value& value : Elements(field)) {
      out->push_back(0);
      ReadInteger(field, value, min, max, &out->back());
    }
  }

  // The elements of a typed array, copied.
  template <typename T>
  void TypedArray(const char* field, napi_typedarray_type type, std::vector<T>* out) {
    size_t length = 0;
    const T* data = TypedArrayData<T>(Get(field), type, &length);
    if (data == nullptr || length == 0) return Fail(field, "a typed array that is not empty");
    out->assign(data, data + length);
  }

  Napi::Value Field(const char* field) const { return Get(field); }

  std::vector<Napi::Value> Elements(const char* field) {
    std::vector<Napi::Value> elements;
    const Napi::Value value = Get(field);
    if (!value.IsArray()) {
      Fail(field, "an array");
      return elements;
    }
    const auto array = value.As<Napi::Array>();
    for (uint32_t i = 0; i < array.Length(); ++i) elements.push_back(array.Get(i));
    return elements;
  }

  void Fail(const std::string& field, const std::string& wanted) {
    if (!status_.ok()) return;
    status_ = Invalid(name_ + (field.empty() ? "" : "." + field) + " must be " + wanted);
  }

  const Status& status() const { return status_; }

 private:
  Napi::Value Get(const char* field) const {
    return object_.IsEmpty() ? Napi::Value() : object_.Get(field);
  }

  void ReadNumber(const char* field, const Napi::Value& value, double* out) {
    if (!value.IsNumber()) return Fail(field, "a number");
    *out = value.As<Napi::Number>().DoubleValue();
    if (!std::isfinite(*out)) Fail(field, "finite");
  }

  void ReadInteger(const char* field, const Napi::Value& value, int min, int max, int* out) {
    double number = 0;
    ReadNumber(field, value, &number);
    if (number != std::floor(number) || number < min || number > max) {
      return Fail(field, "an integer from " + std::to_string(min) + " to " + std::to_string(max));
    }
    *out = static_cast<int>(number);
  }

  const std::string name_;
  Napi::Object object_;
  Status status_;
};

Status ReadSelfTest(const Napi::Value& value, inference::SelfTest* test) {
  Reader reader(value, "model.selfTest");
  reader.TypedArray("rgb", napi_uint8_array, &test->rgb);
  reader.Number("tolerance", &test->tolerance);
  reader.TypedArray("tileLogits", napi_float32_array, &test->logits);
  reader.TypedArray("patchLogits", napi_float32_array, &test->patch_logits);
  reader.TypedArray("generatorLogits", napi_float32_array, &test->generator_logits);
  reader.TypedArray("embedding", napi_float32_array, &test->embeddings);
  return reader.status();
}

Status ReadModel(const Napi::Value& value, ModelSpec* model) {
  Reader reader(value, "model");
  reader.String("id", &model->id);
  reader.String("version", &model->version);
  reader.String("path", &model->path);
  reader.String("input", &model->input);
  reader.Boolean("channelsLast", &model->channels_last);
  reader.Integer("tile", 1, 4096, &model->tile);
  reader.Number("scale", &model->scale);
  reader.Numbers("mean", &model->mean);
  reader.Numbers("std", &model->std);
  for (double std : model->std) {
    if (std == 0) reader.Fail("std", "other than 0");
  }
  reader.String("logit", &model->logit);
  reader.String("patchLogits", &model->patch_logits);
  reader.String("generatorLogits", &model->generator_logits);
  reader.String("embedding", &model->embedding);
  reader.Integer("generators", 1, 100'000, &model->generators);
  reader.Integers("batchSizes", 1, 1024, &model->batch_sizes);
  for (size_t i = 1; i < model->batch_sizes.size(); ++i) {
    if (model->batch_sizes[i] <= model->batch_sizes[i - 1]) reader.Fail("batchSizes", "ascending");
  }
  if (!reader.status().ok()) return reader.status();
  return ReadSelfTest(reader.Field("selfTest"), &model->self_test);
}

bool ReadProvider(const Napi::Value& value, Provider* provider) {
  if (!value.IsString()) return false;
  const std::string name = value.As<Napi::String>().Utf8Value();
  for (Provider known : {Provider::kCpu, Provider::kCuda, Provider::kTensorRt}) {
    if (name == inference::ProviderName(known)) {
      *provider = known;
      return true;
    }
  }
  return false;
}

}  // namespace

Status ReadSettings(const Napi::Value& value, RuntimeSettings* settings) {
  Reader reader(value, "settings");
  reader.String("ortLibrary", &settings->ort_library);
  reader.Integer("lanes", 1, 1024, &settings->cpu_lanes);
  reader.Integer("tilesMax", 1, 1'000'000'000, &settings->tiles_max);
  double delay_max_ms = 0;
  reader.Number("delayMaxMs", &delay_max_ms);
  if (delay_max_ms < 0 || delay_max_ms > 60'000) reader.Fail("delayMaxMs", "from 0 to 60000");
  settings->delay_max = static_cast<Nanos>(delay_max_ms * kNanosPerMilli);
  for (const Napi::Value& name : reader.Elements("providers")) {
    settings->providers.emplace_back();
    if (!ReadProvider(name, &settings->providers.back())) {
      reader.Fail("providers", "of cpu, cuda and tensorrt");
    }
  }
  if (settings->providers.empty()) reader.Fail("providers", "not empty");
  for (const Napi::Value& model : reader.Elements("models")) {
    settings->models.emplace_back();
    const Status status = ReadModel(model, &settings->models.back());
    if (!status.ok()) return status;
  }
  if (settings->models.empty()) reader.Fail("models", "not empty");
  return reader.status();
}

}  // namespace aidet::addon

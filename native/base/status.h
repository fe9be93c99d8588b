// How an operation ended, as a value: nothing in native/ throws across a room's border.
#pragma once

#include <string>
#include <utility>

namespace aidet {

enum class Code {
  kOk,
  kInvalid,    // the caller's arguments
  kQueueFull,  // the queue's bound would be exceeded
  kExpired,    // the deadline passed before the work was begun
  kCancelled,  // the caller's flag was set
  kClosed,     // the handle or the runtime is closing
  kFailed,     // everything else; the message says what
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

inline Status Invalid(std::string message) { return {Code::kInvalid, std::move(message)}; }
inline Status Failed(std::string message) { return {Code::kFailed, std::move(message)}; }

}  // namespace aidet

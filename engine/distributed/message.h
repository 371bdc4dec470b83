#pragma once
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "kernels/support/error.h"

namespace tutti {

/// Values as bytes, for processes of one build: numbers and plain structs as they lie in memory,
/// containers after their sizes, other structs by their message_parts(struct&), a tuple of
/// references.
class Message {
 public:
  template <class... Values>
  static std::string of(const Values&... values) {
    std::string bytes;
    (put(bytes, values), ...);
    return bytes;
  }

  explicit Message(std::string bytes) : bytes_(std::move(bytes)) {}

  /// The next value; an Error if there is none.
  template <class Value>
  Value get() {
    Value value{};
    take(value);
    return value;
  }
  template <class... Values>
  void read(Values&... values) {
    (take(values), ...);
  }

 private:
  template <class Value>
  static constexpr bool has_parts = requires(Value& value) {
    message_parts(value);
  };

  template <class Value>
  static void put(std::string& bytes, const Value& value) {
    if constexpr (has_parts<Value>) {
      std::apply([&](const auto&... parts) { (put(bytes, parts), ...); },
                 message_parts(const_cast<Value&>(value)));
    } else {
      static_assert(std::is_trivially_copyable_v<Value>);
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  static void put(std::string& bytes, const std::string& text) {
    put(bytes, text.size());
    bytes += text;
  }
  static void put(std::string& bytes, const std::filesystem::path& path) {
    put(bytes, path.string());
  }
  template <class Value>
  static void put(std::string& bytes, const std::vector<Value>& values) {
    put(bytes, values.size());
    if constexpr (std::is_arithmetic_v<Value>)
      bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
    else
      for (const auto& value : values) put(bytes, value);
  }
  template <class Value>
  static void put(std::string& bytes, const std::optional<Value>& value) {
    put(bytes, value.has_value());
    if (value) put(bytes, *value);
  }
  template <class Value>
  static void put(std::string& bytes, const std::map<std::string, Value>& values) {
    put(bytes, values.size());
    for (const auto& [key, value] : values) {
      put(bytes, key);
      put(bytes, value);
    }
  }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // a short string's own bytes, in GCC 12
  template <class Value>
  void take(Value& value) {
    if constexpr (has_parts<Value>) {
      std::apply([this](auto&... parts) { (take(parts), ...); }, message_parts(value));
    } else {
      static_assert(std::is_trivially_copyable_v<Value>);
      std::memcpy(&value, next(sizeof value), sizeof value);
    }
  }
#pragma GCC diagnostic pop
  void take(std::string& text) {
    const auto size = get<std::size_t>();
    text.assign(next(size), size);
  }
  void take(std::filesystem::path& path) { path = get<std::string>(); }
  template <class Value>
  void take(std::vector<Value>& values) {
    const auto size = get<std::size_t>();
    values.clear();
    if constexpr (std::is_arithmetic_v<Value>) {
      const char* from = next(size * sizeof(Value));
      values.resize(size);
      if (size) std::memcpy(values.data(), from, size * sizeof(Value));
    } else {
      for (std::size_t i = 0; i < size; ++i) values.push_back(get<Value>());
    }
  }
  template <class Value>
  void take(std::optional<Value>& value) {
    value.reset();
    if (get<bool>()) value = get<Value>();
  }
  template <class Value>
  void take(std::map<std::string, Value>& values) {
    values.clear();
    for (auto size = get<std::size_t>(); size > 0; --size) {
      const auto key = get<std::string>();
      values[key] = get<Value>();
    }
  }

  const char* next(std::size_t size) {
    if (size > bytes_.size() - at_) throw Error("a message between processes is cut short");
    at_ += size;
    return bytes_.data() + at_ - size;
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace tutti

#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/support/enum_names.h"
#include "kernels/support/error.h"

namespace tutti {

/// The fields of an object in run.json. Errors name the file and the field.
class RunFields {
 public:
  /// `prefix` is the object's own name with a dot, if it has one.
  RunFields(const nlohmann::json& object, const std::filesystem::path& file,
            std::string prefix = "");

  /// An Error if the field is missing or of another type.
  template <class T>
  T get(const char* key) const {
    const nlohmann::json& value = at(key);
    if constexpr (std::is_integral_v<T>)
      if (!value.is_number_integer()) fail(key, "is not a whole number");
    try {
      return value.get<T>();
    } catch (const nlohmann::json::exception& problem) {
      fail(key, reason_of(problem));
    }
  }
  /// The same; nothing if the field is missing or null.
  template <class T>
  std::optional<T> find(const char* key) const {
    return has(key) ? std::optional(get<T>(key)) : std::nullopt;
  }
  template <NamedEnum T>
  T word(const char* key) const {
    const auto word = get<std::string>(key);
    try {
      return from_name<T>(word);
    } catch (const Error& problem) {
      fail(key, reason_of(problem));
    }
  }
  template <NamedEnum T>
  std::optional<T> find_word(const char* key) const {
    return has(key) ? std::optional(word<T>(key)) : std::nullopt;
  }
  RunFields object(const char* key) const { return {at(key), file_, prefix_ + key + '.'}; }

  /// An Error if there are other fields than these.
  void expect_only(const std::vector<std::string>& keys) const;
  [[noreturn]] void fail(const std::string& key, const std::string& what) const;

 private:
  bool has(const char* key) const { return object_->contains(key) && !(*object_)[key].is_null(); }
  const nlohmann::json& at(const char* key) const;

  const nlohmann::json* object_;
  std::filesystem::path file_;
  std::string prefix_;
};

}  // namespace tutti

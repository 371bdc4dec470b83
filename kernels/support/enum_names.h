#pragma once
#include <initializer_list>
#include <string>
#include <utility>

#include "kernels/support/error.h"

namespace tutti {

/// The words for an enum's values, on the command line and in files.
template <class T>
struct EnumNames {
  const char* what = nullptr;  // as in "'loud' is not a vote"
  std::initializer_list<std::pair<T, const char*>> all = {};
};

/// The table of an enum; its specialization stands beside the enum.
template <class T>
inline constexpr EnumNames<T> enum_names;

template <class T>
concept NamedEnum = enum_names<T>
.what != nullptr;

template <NamedEnum T>
const char* name(T value) {
  for (const auto& [known, word] : enum_names<T>.all)
    if (known == value) return word;
  return "?";
}

/// The words as people list them: "mean and majority".
template <NamedEnum T>
std::string listed_names() {
  std::string list;
  std::size_t left = enum_names<T>.all.size();
  for (const auto& [value, word] : enum_names<T>.all) {
    list += word;
    if (--left > 0) list += left == 1 ? " and " : ", ";
  }
  return list;
}

/// An Error lists the words if this is not one of them.
template <NamedEnum T>
T from_name(const std::string& word) {
  for (const auto& [value, known] : enum_names<T>.all)
    if (known == word) return value;
  throw Error("'", word, "' is not ", enum_names<T>.what, "; ", listed_names<T>(), " are");
}

}  // namespace tutti

#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "kernels/support/enum_names.h"

namespace tutti {

/// What is noted of how data were made, in a JSON file beside them or, if they are packed, in the
/// pack.
struct Notes {
  std::filesystem::path file;
  nlohmann::json values;  // an object; null if there are none

  explicit operator bool() const { return !values.is_null(); }

  /// The word under a key. An Error names the file if there is none, or one that is not known.
  template <NamedEnum T>
  T word(const char* key) const try {
    return from_name<T>(values.at(key).get<std::string>());
  } catch (const std::exception& problem) {
    fail(problem);
  }
  [[noreturn]] void fail(const std::exception& problem) const;
};

/// Where they stand: spectrogram.json in a tree, TABLE.json beside a table.
std::filesystem::path notes_file_of_tree(const std::filesystem::path& root);
std::filesystem::path notes_file_of_table(std::filesystem::path table);

/// An Error if the file cannot be read or is not a JSON object.
Notes notes_of_tree(const std::filesystem::path& root);
Notes notes_of_table(const std::filesystem::path& table);

}  // namespace tutti

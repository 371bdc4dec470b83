#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What reads files from elsewhere, each as fuzzers want it: bytes go in, and nothing comes of them
/// but a result or a tutti::Error.
namespace tutti::fuzz {

struct Target {
  std::string name;
  std::function<void(std::string_view file)> read;
  std::function<std::vector<std::string>()> seeds;  // good files to begin with
};

const std::vector<Target>& targets();
/// Exits with the names of those that there are, if this is not one.
const Target& target_named(const std::string& name);

}  // namespace tutti::fuzz

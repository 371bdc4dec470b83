#include <cxxabi.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>

#include "tests/support/catch.h"

namespace fs = std::filesystem;

namespace {

std::string demangled(const std::string& name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  const std::string result = status == 0 ? text : name;
  std::free(text);
  return result;
}

/// Kernels by architecture, and those that use a stack, as ptxas told when it compiled them.
struct Usage {
  std::map<std::string, int> kernels;
  std::vector<std::string> with_stack;
};

Usage read_usage(const fs::path& folder) {
  static const std::regex entry("Compiling entry function '(\\w+)' for '(\\w+)'");
  static const std::regex stack(
      "(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  Usage usage;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".usage") continue;
    std::ifstream lines(file.path());
    std::string kernel, architecture;
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
      if (std::regex_search(line, match, entry)) {
        kernel = demangled(match[1]);
        architecture = match[2];
        ++usage.kernels[architecture];
      } else if (std::regex_search(line, match, stack) &&
                 (match[1] != "0" || match[2] != "0" || match[3] != "0")) {
        usage.with_stack.push_back(kernel + " for " + architecture + ": " + match.str());
      }
    }
  }
  return usage;
}

}  // namespace

TEST_CASE("No kernel spills registers or uses a stack frame") {
  if (!fs::exists(TUTTI_CUDA_OBJECTS)) {
    std::cout << "SKIPPED: this build has no CUDA\n";
    return;
  }
  const Usage usage = read_usage(TUTTI_CUDA_OBJECTS);
  REQUIRE_FALSE(usage.kernels.empty());
  for (const auto& [architecture, count] : usage.kernels) {
    INFO(architecture);
    CHECK(count > 30);
  }
  CHECK(usage.with_stack == std::vector<std::string>());
}

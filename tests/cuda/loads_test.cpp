#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>

#include "tests/support/catch.h"
#include "tests/support/files.h"

namespace fs = std::filesystem;
using namespace tutti::test;

namespace {

/// Of each kernel of a source, by its mangled name, the global loads of two floats as L and the
/// global stores as S, in the order of the machine code where nvdisasm is there, else of the PTX.
std::map<std::string, std::string> accesses(const std::string& source) {
  const TemporaryFolder folder;
  const std::string nvcc = TUTTI_NVCC, object = (folder / "object").string(),
                    text = (folder / "text").string(),
                    path = "PATH=\"$PATH:" + fs::path(nvcc).parent_path().string() + "\"; ";
  const std::string compile = nvcc +
                              " -std=c++20 --extended-lambda --expt-relaxed-constexpr"
                              " -arch=sm_90 -I '" TUTTI_SOURCE_DIR "' '" TUTTI_SOURCE_DIR "/" +
                              source + "' ";
  const std::string command = path + "if command -v nvdisasm >/dev/null; then " + compile +
                              "-cubin -o '" + object + "' && nvdisasm -c '" + object + "' >'" +
                              text + "'; else " + compile + "-ptx -o '" + text + "'; fi";
  REQUIRE(std::system(command.c_str()) == 0);

  static const std::regex kernel("^\\s*\\.section\\s+\\.text\\.(\\w+)|\\.entry (\\w+)"),
      load("LDG\\.E\\.64|ld\\.global\\.v2"), store("STG|st\\.global");
  std::map<std::string, std::string> found;
  std::string* of_kernel = nullptr;
  std::ifstream lines(text);
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, kernel))
      of_kernel = &found[match[match[1].matched ? 1 : 2]];
    else if (of_kernel && std::regex_search(line, load))
      *of_kernel += 'L';
    else if (of_kernel && std::regex_search(line, store))
      *of_kernel += 'S';
  }
  return found;
}

}  // namespace

TEST_CASE("dense_adam asks for the weights and moments of eight pairs before it stores one") {
  if (!fs::exists(TUTTI_NVCC)) {
    std::cout << "SKIPPED: there is no nvcc\n";
    return;
  }
  const std::string eight_pairs = std::string(24, 'L') + std::string(24, 'S');
  int kernels = 0;
  for (const auto& [name, order] : accesses("kernels/cuda/dense.cu")) {
    if (name.find("gemm6kernel") == std::string::npos ||
        name.find("UpdatedWeightsILb1E") == std::string::npos)
      continue;
    INFO(name);
    CHECK(order == eight_pairs + eight_pairs);
    ++kernels;
  }
  CHECK(kernels == 3);  // fp32, tf32, bf16
}

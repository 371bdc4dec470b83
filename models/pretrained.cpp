#include "models/pretrained.h"

#include <cstdlib>
#include <vector>

#include "kernels/support/error.h"
#include "kernels/support/own_file.h"

namespace tutti {
namespace fs = std::filesystem;

fs::path pretrained_folder() {
  std::vector<fs::path> places;
  if (const char* place = std::getenv("TUTTI_PRETRAINED")) {
    places = {place};
  } else {
    constexpr const char* beside = "share/tutti/pretrained";
    std::error_code unknown;
    const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
    if (!unknown) places.push_back(program.parent_path().parent_path() / beside);
    if (const fs::path module = own_file(); !module.empty())
      places.push_back(module.parent_path() / beside);
    places.emplace_back(TUTTI_PRETRAINED_INSTALLED);
    places.emplace_back(TUTTI_PRETRAINED_SOURCE);
  }
  std::string looked;
  for (const auto& place : places) {
    if (fs::exists(place / "run.json")) return place;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  throw Error("the built-in model is not installed; looked for its run.json in ", looked,
              " (TUTTI_PRETRAINED may name its folder)");
}

fs::path run_folder(const fs::path& run) { return run == "pretrained" ? pretrained_folder() : run; }

}  // namespace tutti

#include "kernels/support/companion.h"

#include "kernels/support/error.h"
#include "kernels/support/own_file.h"

namespace tutti {
namespace fs = std::filesystem;

fs::path companion(const std::string& file) {
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  std::string looked;
  for (const fs::path& folder :
       {program, program.parent_path() / TUTTI_COMPANIONS_FOLDER, own_file().parent_path() / "bin",
        fs::path(TUTTI_COMPANIONS_INSTALLED), fs::path(TUTTI_COMPANIONS_BUILT)}) {
    const fs::path path = folder / file;
    if (folder.is_absolute() && fs::is_regular_file(path, unknown)) return path;
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  throw Error(file, " is not installed; looked in ", looked);
}

}  // namespace tutti

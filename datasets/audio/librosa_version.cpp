#include "datasets/audio/librosa_version.h"

#include "kernels/support/error.h"

namespace tutti {

const char* name(LibrosaVersion compat) { return compat == LibrosaVersion::v0_6 ? "0.6" : "0.11"; }

LibrosaVersion librosa_version_named(const std::string& name) {
  if (name == "0.6") return LibrosaVersion::v0_6;
  if (name == "0.11") return LibrosaVersion::v0_11;
  throw Error("'", name, "' is no version of librosa known here; 0.6 and 0.11 are");
}

}  // namespace tutti

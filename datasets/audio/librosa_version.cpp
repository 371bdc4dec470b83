#include "datasets/audio/librosa_version.h"

#include "kernels/support/error.h"

namespace tutti {

const char* name(Compat compat) { return compat == Compat::v0_6 ? "0.6" : "0.11"; }

Compat compat_named(const std::string& name) {
  if (name == "0.6") return Compat::v0_6;
  if (name == "0.11") return Compat::v0_11;
  throw Error("'", name, "' is no version of librosa known here; 0.6 and 0.11 are");
}

}  // namespace tutti

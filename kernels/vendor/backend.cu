#include <set>

#include "kernels/vendor/operations.h"
#include "kernels/vendor/vendor_backend.h"

namespace tutti::kernels::vendor {
namespace {

template <class Get>
std::string version(Get get) {
  int major = 0, minor = 0, patch = 0;
  TUTTI_VENDOR(get(MAJOR_VERSION, &major));
  TUTTI_VENDOR(get(MINOR_VERSION, &minor));
  TUTTI_VENDOR(get(PATCH_LEVEL, &patch));
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

}  // namespace

Backend<float>& backend() {
  cuda::memory();                            // an Error where there is no GPU
  static auto& theirs = *new VendorBackend;  // as long as the process lives: see dnn()
  return theirs;
}

bool computes(const std::string& operation) {
  static const std::set<std::string> theirs = {
      "conv2d", "conv2d_gathered", "dense", "max_pool2d", "simple_rnn", "lstm", "softmax"};
  return theirs.contains(operation);
}

std::string versions() {
  return "cuDNN " + version(cudnnGetProperty) + ", cuBLAS " + version(cublasGetProperty);
}

}  // namespace tutti::kernels::vendor

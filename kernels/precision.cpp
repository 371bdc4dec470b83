#include "kernels/precision.h"

#include <atomic>

namespace tutti {
namespace {

std::atomic<Precision> present{Precision::tf32};

}  // namespace

Precision precision() { return present; }
void set_precision(Precision precision) { present = precision; }

}  // namespace tutti

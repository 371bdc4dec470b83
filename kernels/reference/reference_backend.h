#pragma once
#include "kernels/backend.h"

namespace tutti::kernels {

/// Naive loops with sums in double: the definition of every operation, read and trusted.
template <class Real>
class ReferenceBackend final : public Backend<Real> {
 public:
#define TUTTI_OPERATION override
#include "kernels/operations.h"
};

}  // namespace tutti::kernels

#pragma once
#include "kernels/reference/reference_backend.h"
#include "kernels/rmsprop_update.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::rmsprop(std::int64_t members,
                                     std::span<const RmspropParameter<Real>> parameters,
                                     const RmspropSettings& settings, const Real* rates) {
  const RmspropUpdate<Real> update(settings);
  for (const auto& parameter : parameters)
    for (std::int64_t i = 0; i < members * parameter.size; ++i)
      update(rates[i / parameter.size], parameter, i);
}

}  // namespace tutti::kernels

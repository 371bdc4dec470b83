#pragma once
#include "kernels/host_steps.h"
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::begin_step(std::int64_t count, std::int64_t row,
                                        const std::int32_t* table, const std::int32_t* step,
                                        std::int32_t* numbers) {
  begin_step_on_host(count, row, table, step, numbers);
}

template <class Real>
void ReferenceBackend<Real>::judge_step(const StepShape& s, const Real* loss,
                                        const Real* probabilities, const std::int32_t* labels,
                                        const Real* table, std::int32_t* step, Real* outcomes,
                                        Real* rates) {
  judge_step_on_host(s, loss, probabilities, labels, table, step, outcomes, rates);
}

}  // namespace tutti::kernels

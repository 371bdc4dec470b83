#include "kernels/cpu/cpu_backend.h"
#include "kernels/host_steps.h"

namespace tutti::kernels {

void CpuBackend::begin_step(std::int64_t count, std::int64_t row, const std::int32_t* table,
                            const std::int32_t* step, std::int32_t* numbers) {
  begin_step_on_host(count, row, table, step, numbers);
}

void CpuBackend::judge_step(const StepShape& s, const float* loss, const float* probabilities,
                            const std::int32_t* labels, const float* table, std::int32_t* step,
                            float* outcomes, float* rates) {
  judge_step_on_host(s, loss, probabilities, labels, table, step, outcomes, rates);
}

}  // namespace tutti::kernels

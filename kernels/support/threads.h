#pragma once
#include <cstdint>
#include <functional>

namespace tutti {

/// Number of threads that parallel_for uses; at first the number of cores this process may use.
int thread_count();
void set_thread_count(int threads);

/// Runs body(0) … body(count - 1), each once, on the pool's threads and the caller's. What a call
/// computes must not depend on which thread runs it, so results never depend on the thread count.
/// The first exception stops the calls not yet begun and is thrown again here. A call made from
/// inside a body runs on the calling thread alone.
void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body);

/// The same for [0, count) cut into ranges of at most `grain`: body(begin, end).
void parallel_ranges(std::int64_t count, std::int64_t grain,
                     const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace tutti

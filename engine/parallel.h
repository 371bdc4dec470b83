#pragma once
// The thread pool, for the folders above the engine: thread_count, parallel_for, parallel_ranges.
#include "kernels/parallel.h"

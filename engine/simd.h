#pragma once
// TUTTI_SIMD, for the folders above the engine.
#include "kernels/cpu/simd.h"

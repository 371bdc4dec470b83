#pragma once
// The folders above see the GPU through the engine.
#include "kernels/gpu_description.h"

#pragma once
// describe_processor, for the folders above the engine.
#include "kernels/cpu/processor.h"

#pragma once
// tutti::Error, for the folders above the engine.
#include "kernels/error.h"

#pragma once
/// Catch2, version 2 or 3, by the same names.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#include <string>

using Catch::Approx;
inline auto Contains(const std::string& part) { return Catch::Matchers::ContainsSubstring(part); }
#else
#include <catch2/catch.hpp>

using Catch::Matchers::Contains;
#endif
#include "tests/support/precision.h"

using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

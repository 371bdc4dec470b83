#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "kernels/support/enum_names.h"

namespace tutti {

/// What the rows that a scaler is fitted on become: columns from 0 to 1, columns of mean 0 and
/// (population) standard deviation 1, or what they were.
enum class Scaling { minmax, standard, none };
template <>
inline constexpr EnumNames<Scaling> enum_names<Scaling> = {
    "a scaling",
    {{Scaling::minmax, "minmax"}, {Scaling::standard, "standard"}, {Scaling::none, "none"}}};

/// Scales a table column by column: x' = (x - offset) * scale.
struct Scaler {
  std::vector<double> offset,
      scale;  // one per column; scale 0 makes a constant column 0 everywhere

  /// A scaled copy of float32 values [n, columns]. An Error if the columns are not as many.
  Tensor apply(const Tensor& values) const;

  /// Those of the columns' names whose column held one value only where the scaler was fitted.
  std::vector<std::string> constant_columns(const std::vector<std::string>& names) const;
};

/// A scaler for float32 values [n, columns] that has seen the given rows alone, at least one.
Scaler fit_scaler(Scaling scaling, const Tensor& values, const std::vector<std::int32_t>& rows);

}  // namespace tutti

#pragma once
#include <span>

#include "kernels/cuda/for_each.h"

namespace tutti::kernels::TUTTI_GPU {

/// The parameters of one launch, their elements one after another.
template <class Parameter>
struct ParameterList {
  static constexpr std::size_t most = 32;
  Parameter all[most];

  /// The first of a list that is handled launch by launch; taken off it.
  static ParameterList first_of(std::span<const Parameter>& parameters) {
    const auto some = parameters.first(std::min(parameters.size(), most));
    ParameterList list{};
    std::copy(some.begin(), some.end(), list.all);
    parameters = parameters.subspan(some.size());
    return list;
  }

  /// How many pieces of the given length the parameters have, each in pieces of its own.
  std::int64_t pieces_of(std::int64_t length) const {
    std::int64_t count = 0;
    for (const auto& parameter : all) count += pieces<std::int64_t>(parameter.size, length);
    return count;
  }

  /// The parameter that has piece n, which becomes the piece's number in it.
  __device__ const Parameter& of_piece(std::int64_t& n, std::int64_t length) const {
    int i = 0;
    for (; n >= (all[i].size + length - 1) / length; ++i) n -= (all[i].size + length - 1) / length;
    return all[i];
  }
};

/// body(parameter, m, i) for every element of every member, a thread each: element i of [M, N].
template <class Parameter, class Body>
void for_each_element(std::int64_t members, std::span<const Parameter> parameters, Body body) {
  while (!parameters.empty()) {
    const auto list = ParameterList<Parameter>::first_of(parameters);
    for_each(members, list.pieces_of(1), [=] __device__(std::int64_t m, std::int64_t n) {
      const Parameter& parameter = list.of_piece(n, 1);
      body(parameter, m, m * parameter.size + n);
    });
  }
}

}  // namespace tutti::kernels::TUTTI_GPU

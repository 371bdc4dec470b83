#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/backend.h"
#include "kernels/support/philox.h"
#include "tests/support/catch.h"

using namespace tutti;
using namespace tutti::kernels;

namespace {

using Values = std::vector<double>;

Values some(std::int64_t count, std::uint64_t key) {
  Values values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(2.0 * unit_interval(philox(key, 0, static_cast<std::uint64_t>(i))[0]) - 1);
  return values;
}

/// Columns first … first + count of a matrix with `columns` of them.
Values columns_of(const Values& matrix, std::int64_t columns, std::int64_t first,
                  std::int64_t count) {
  Values part;
  for (std::size_t row = 0; row < matrix.size(); row += static_cast<std::size_t>(columns))
    part.insert(part.end(), matrix.begin() + static_cast<std::ptrdiff_t>(row) + first,
                matrix.begin() + static_cast<std::ptrdiff_t>(row) + first + count);
  return part;
}

}  // namespace

// The composed cell: two dense layers per gate, activations and products, one step after another.
TEST_CASE("The LSTM over all steps is the composition of dense layers, sigmoid and tanh") {
  const RecurrentShape s{1, 3, 4, 2, 5};
  const std::int64_t g = 4 * s.units;
  auto& backend = kernels::backend<double>(Device::reference);
  const Values x = some(s.batch * s.steps * s.inputs, 1), w = some(s.inputs * g, 2),
               u = some(s.units * g, 3), b = some(g, 4);
  Values gates(static_cast<std::size_t>(s.batch * s.steps * g)),
      cells(static_cast<std::size_t>(s.batch * s.steps * s.units)), h(cells.size());
  backend.lstm(s, x.data(), w.data(), u.data(), b.data(), gates.data(), cells.data(), h.data());

  const auto size = static_cast<std::size_t>(s.batch * s.units);
  Values state(size), cell(size);
  const Values no_bias(static_cast<std::size_t>(s.units));
  for (std::int64_t t = 0; t < s.steps; ++t) {
    Values now;  // x at step t
    for (std::int64_t e = 0; e < s.batch; ++e)
      now.insert(now.end(), x.begin() + (e * s.steps + t) * s.inputs,
                 x.begin() + (e * s.steps + t + 1) * s.inputs);
    const auto gate = [&](std::int64_t number) {
      Values from_x(size), from_h(size), z(size);
      backend.dense({1, s.batch, s.inputs, s.units}, now.data(),
                    columns_of(w, g, number * s.units, s.units).data(),
                    columns_of(b, g, number * s.units, s.units).data(), from_x.data());
      backend.dense({1, s.batch, s.units, s.units}, state.data(),
                    columns_of(u, g, number * s.units, s.units).data(), no_bias.data(),
                    from_h.data());
      backend.arithmetic(Arithmetic::add, contiguous(s.batch * s.units), from_x.data(),
                         from_h.data(), z.data());
      using Kind = ActivationFunction::Kind;
      backend.activation({number == 2 ? Kind::tanh : Kind::sigmoid}, s.batch * s.units, z.data(),
                         z.data());
      return z;
    };
    const Values i = gate(0), f = gate(1), c = gate(2), o = gate(3);
    for (std::size_t k = 0; k < size; ++k) {
      cell[k] = f[k] * cell[k] + i[k] * c[k];
      state[k] = o[k] * std::tanh(cell[k]);
    }
    for (std::int64_t e = 0; e < s.batch; ++e)
      for (std::int64_t k = 0; k < s.units; ++k)
        CHECK(h[static_cast<std::size_t>((e * s.steps + t) * s.units + k)] ==
              Approx(state[static_cast<std::size_t>(e * s.units + k)]).epsilon(1e-12));
  }
}

TEST_CASE("The gradient of a recurrent layer's input may be left out") {
  const RecurrentShape s{1, 2, 3, 2, 4};
  auto& backend = kernels::backend<float>(Device::cpu);
  const std::vector<float> x(12, 0.5f), w(8, 0.1f), u(16, 0.2f), b(4), dh(24, 1.0f);
  std::vector<float> h(24), dz(24), dx(12), dw(8), du(16), db(4), dw2(8), du2(16), db2(4);
  backend.simple_rnn(s, x.data(), w.data(), u.data(), b.data(), h.data());
  backend.simple_rnn_backward(s, x.data(), w.data(), u.data(), h.data(), dh.data(), dz.data(),
                              dx.data(), dw.data(), du.data(), db.data());
  backend.simple_rnn_backward(s, x.data(), w.data(), u.data(), h.data(), dh.data(), dz.data(),
                              nullptr, dw2.data(), du2.data(), db2.data());
  CHECK(dw == dw2);
  CHECK(du == du2);
  CHECK(db == db2);
}

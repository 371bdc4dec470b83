#include "kernels/cpu/product.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.h"

namespace {

using namespace tutti::kernels::cpu;

std::vector<float> numbers(std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<float>(i * i % 1009));
  return values;
}

enum class Edge { before, after };

/// Values at an edge of what may be touched: a kernel that reads or writes one float beyond it ends
/// the program.
class AtEdge {
 public:
  AtEdge(const std::vector<float>& values, Edge edge) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = values.size() * sizeof(float),
                      usable = (size + page - 1) / page * page;
    mapped_ = usable + 2 * page;
    memory_ =
        static_cast<char*>(mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory_ == MAP_FAILED || mprotect(memory_ + page, usable, PROT_READ | PROT_WRITE) != 0)
      throw std::runtime_error("no memory with edges");
    data_ = reinterpret_cast<float*>(memory_ + page + (edge == Edge::after ? usable - size : 0));
    std::copy(values.begin(), values.end(), data_);
  }
  ~AtEdge() { munmap(memory_, mapped_); }
  AtEdge(const AtEdge&) = delete;
  AtEdge& operator=(const AtEdge&) = delete;

  float* data() { return data_; }

 private:
  std::size_t mapped_;
  char* memory_;
  float* data_;
};

struct ProductCase {
  std::int64_t m, n, k;
  std::int64_t row, column;  // of a
};

}  // namespace

TEST_CASE("products of every vector unit are the sums that define them, and stay in their place") {
  const ProductCase c = GENERATE(ProductCase{1, 1, 1, 1, 1}, ProductCase{8, 48, 5, 5, 1},
                                 ProductCase{19, 131, 37, 3, 1}, ProductCase{7, 100, 70, 1, 9},
                                 ProductCase{3, 5, 0, 1, 1}, ProductCase{9, 2000, 150, 160, 1},
                                 ProductCase{5, 7, 9, 9, 1}, ProductCase{2, 3, 4, 4, 1});
  const bool add = GENERATE(false, true);
  const std::int64_t b_stride = c.n + 3, c_stride = c.n + 2;
  const std::int64_t last = std::max<std::int64_t>(c.k - 1, 0);
  const auto a = numbers((c.m - 1) * c.row + last * c.column + 1),
             b = numbers(last * b_stride + c.n), before = numbers((c.m - 1) * c_stride + c.n);
  const Edge edge = GENERATE(Edge::before, Edge::after);
  AtEdge left(a, edge), right(b, edge);
  for (const auto& kernel : product_kernels()) {
    AtEdge result(before, edge);
    const float* y = result.data();
    kernel(c.m, c.n, c.k, {left.data(), c.row, c.column}, right.data(), b_stride, add,
           result.data(), c_stride);
    double worst = 0;
    for (std::int64_t i = 0; i < c.m; ++i)
      for (std::int64_t j = 0; j < (i + 1 < c.m ? c_stride : c.n); ++j) {
        const auto at = static_cast<std::size_t>(i * c_stride + j);
        double sum = add || j >= c.n ? before[at] : 0;
        for (std::int64_t k = 0; k < c.k && j < c.n; ++k)
          sum += double{a[static_cast<std::size_t>(i * c.row + k * c.column)]} *
                 b[static_cast<std::size_t>(k * b_stride + j)];
        worst = std::max(worst, std::abs(sum - y[at]));
      }
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("rows of a product are the same bits alone and beside others") {
  const std::int64_t m = 21, n = 61, k = 33;
  const auto a = numbers(m * k), b = numbers(k * n);
  for (const auto& kernel : product_kernels()) {
    std::vector<float> all(m * n), alone(m * n);
    kernel(m, n, k, {a.data(), k, 1}, b.data(), n, false, all.data(), n);
    for (std::int64_t i = 0; i < m; ++i)
      kernel(1, n, k, {a.data() + i * k, k, 1}, b.data(), n, false, alone.data() + i * n, n);
    CHECK(all == alone);
  }
}

// The samplers on standard functions: the quartiles over seeds (30, or as given) of the best of 100
// trials. benchmarks/peers/optuna_functions.py does the same with Optuna and prints both.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <numbers>

#include "search/sampler.h"

namespace {

using namespace tutti;

constexpr int trials_each = 100;
int seeds = 30;

SpaceParameter real(const char* name, double low, double high) {
  return {name, {Distribution::Kind::real, low, high, 0, false, {}}, {}};
}

Space reals(int n, double low, double high) {
  Space space;
  for (int i = 0; i < n; ++i)
    space.parameters.push_back(real(("x" + std::to_string(i)).c_str(), low, high));
  return space;
}

double x(const Params& p, int i) { return p.at("x" + std::to_string(i)); }

double sphere(const Params& p) {
  double sum = 0;
  for (int i = 0; i < 5; ++i) sum += x(p, i) * x(p, i);
  return sum;
}

double branin(const Params& p) {
  constexpr double pi = std::numbers::pi;
  const double a = x(p, 0), b = x(p, 1);
  const double inner = b - 5.1 / (4 * pi * pi) * a * a + 5 / pi * a - 6;
  return inner * inner + 10 * (1 - 1 / (8 * pi)) * std::cos(a) + 10;
}

double hartmann6(const Params& p) {
  constexpr double alpha[] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[][6] = {{10, 3, 17, 3.5, 1.7, 8},
                             {0.05, 10, 17, 0.1, 8, 14},
                             {3, 3.5, 1.7, 10, 17, 8},
                             {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double c[][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                             {2329, 4135, 8307, 3736, 1004, 9991},
                             {2348, 1451, 3522, 2883, 3047, 6650},
                             {4047, 8828, 8732, 5743, 1091, 381}};
  double sum = 0;
  for (int i = 0; i < 4; ++i) {
    double inner = 0;
    for (int j = 0; j < 6; ++j) inner += a[i][j] * std::pow(x(p, j) - 1e-4 * c[i][j], 2);
    sum += alpha[i] * std::exp(-inner);
  }
  return -sum;
}

/// Rosenbrock in two dimensions; a categorical adds 0, 5, 10 or 20.
double rosenbrock(const Params& p) {
  constexpr double penalty[] = {10, 5, 0, 20};
  const double a = x(p, 0), b = x(p, 1);
  return 100 * std::pow(b - a * a, 2) + std::pow(1 - a, 2) +
         penalty[static_cast<int>(p.at("kind"))];
}

double best_of(const Sampler& sampler, const Space& space, double (*function)(const Params&),
               std::uint64_t seed) {
  std::vector<Trial> trials;
  double best = INFINITY;
  for (int n = 0; n < trials_each; ++n) {
    RandomStream stream = RandomStream(seed).derive(static_cast<std::uint64_t>(n));
    Trial trial;
    trial.number = n;
    trial.params = *sampler.suggest(space, trials, Direction::minimize, stream);
    trial.state = TrialState::complete;
    trial.value = function(trial.params);
    best = std::min(best, *trial.value);
    trials.push_back(std::move(trial));
  }
  return best;
}

/// The quartiles over the seeds, between neighbors as NumPy's percentile.
std::vector<double> quartiles(SamplerKind sampler, const Space& space,
                              double (*function)(const Params&)) {
  std::vector<double> best;
  for (std::uint64_t seed = 0; seed < static_cast<std::uint64_t>(seeds); ++seed)
    best.push_back(best_of(*make_sampler(sampler), space, function, seed));
  std::sort(best.begin(), best.end());
  std::vector<double> found;
  for (const double share : {0.25, 0.5, 0.75}) {
    const double at = share * static_cast<double>(best.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const double above = best[std::min(below + 1, best.size() - 1)];
    found.push_back(best[below] + (at - std::floor(at)) * (above - best[below]));
  }
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) seeds = std::atoi(argv[1]);
  Space branin_space{{real("x0", -5, 10), real("x1", 0, 15)}};
  Space rosenbrock_space = reals(2, -2, 2);
  rosenbrock_space.parameters.push_back(
      {"kind", {Distribution::Kind::categorical, 0, 0, 0, false, {0, 1, 2, 3}}, {}});
  const auto row = [](const char* name, const Space& space, double (*function)(const Params&)) {
    std::cout << name;
    for (const auto sampler : {SamplerKind::tpe, SamplerKind::random})
      for (const double best : quartiles(sampler, space, function)) std::cout << ' ' << best;
    std::cout << std::endl;
  };
  row("sphere", reals(5, -5, 5), sphere);
  row("branin", branin_space, branin);
  row("hartmann6", reals(6, 0, 1), hartmann6);
  row("rosenbrock", rosenbrock_space, rosenbrock);
}

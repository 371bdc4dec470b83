#include <cmath>

#include "search/sampler.h"

namespace tutti {

double uniform_value(const Distribution& d, RandomStream& stream) {
  if (!d.numerical())
    return static_cast<double>(stream.below(static_cast<std::int64_t>(d.choices.size())));
  const double value = stream.uniform(d.inner_low(), d.inner_high());
  return d.rounded(d.log ? std::exp(value) : value);
}

std::optional<Params> RandomSampler::suggest(const Space& space, const std::vector<Trial>&,
                                             Direction, RandomStream& stream) const {
  Params params;
  for (const auto& parameter : space.parameters)
    if (space.active(parameter, params))
      params[parameter.name] = uniform_value(parameter.distribution, stream);
  return params;
}

}  // namespace tutti

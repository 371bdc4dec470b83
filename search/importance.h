#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "search/trial.h"

namespace tutti {

/// How much each parameter decides whether a complete trial is among the best tenth: PED-ANOVA
/// (Watanabe et al. 2023, eq. 16), as Optuna computes it, divided by the sum. Most important first;
/// zeros with fewer than three trials that have the parameter.
std::vector<std::pair<std::string, double>> importances(
    const std::vector<Trial>& trials, const std::map<std::string, Distribution>& parameters,
    Direction direction);

}  // namespace tutti

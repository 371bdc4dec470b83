#pragma once
#include <nanobind/nanobind.h>

/// What each file beside this one adds to the module.
namespace tutti::python {

void add_ensemble(nanobind::module_& module);
void add_features(nanobind::module_& module);
void add_mel(nanobind::module_& module);
void add_networks(nanobind::module_& module);
void add_runs(nanobind::module_& module);
void add_songs(nanobind::module_& module);

}  // namespace tutti::python

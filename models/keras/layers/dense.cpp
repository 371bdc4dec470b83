#include "engine/layers/dense.h"

#include "models/keras/layers/table.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

double l2_of(const json& config) {
  const auto found = config.find("kernel_regularizer");
  if (found == config.end() || found->is_null()) return 0;
  return setting(found->value("config", json::object()), "l2", 0.0);
}

std::unique_ptr<Layer> read_dense(const Described& d) {
  return std::make_unique<Dense>(Dense::Options{.units = length_of(d.config.at("units"), "units"),
                                                .activation = activation_of(d),
                                                .l2 = l2_of(d.config),
                                                .use_bias = setting(d.config, "use_bias", true)});
}

bool write_dense(const Dense& layer, Written& written) {
  const auto& o = layer.options();
  written.set({{"units", o.units}});
  written.set(weight_settings(o.use_bias, o.l2));
  written.set_activation("activation", o.activation);
  return true;
}

}  // namespace

std::vector<LayerClass> dense_classes() {
  return {LayerClass::of<Dense>("Dense", read_dense, write_dense)};
}

}  // namespace tutti::keras

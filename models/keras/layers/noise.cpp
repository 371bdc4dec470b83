#include "engine/layers/noise/dropout.h"
#include "engine/layers/noise/gaussian_noise.h"
#include "engine/layers/noise/spatial_dropout.h"
#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

std::unique_ptr<Layer> read_dropout(const Described& d) {
  if (!setting(d.config, "noise_shape", json()).is_null())
    throw Error("noise_shape is not supported");
  return std::make_unique<Dropout>(d.config.at("rate").get<double>());
}

bool write_dropout(const Dropout& layer, Written& written) {
  written.set({{"rate", layer.rate()}, {"noise_shape", nullptr}, {"seed", nullptr}});
  return true;
}

/// Keras 1 calls the rate p.
std::unique_ptr<Layer> read_spatial_dropout(const Described& d) {
  return std::make_unique<SpatialDropout>(d.config.at("rate").get<double>(), d.dimensions);
}

bool write_spatial_dropout(const SpatialDropout& layer, Written& written) {
  written.dimensions = layer.dimensions();
  written.set({{"rate", layer.rate()}, {"seed", nullptr}});
  if (layer.dimensions() == 2) written.set({{"data_format", "channels_last"}});
  return true;
}

std::unique_ptr<Layer> read_gaussian_noise(const Described& d) {
  return std::make_unique<GaussianNoise>(d.config.at("stddev").get<double>());
}

bool write_gaussian_noise(const GaussianNoise& layer, Written& written) {
  written.set({{"stddev", layer.stddev()}});
  return true;
}

}  // namespace

std::vector<LayerClass> noise_classes() {
  return {
      LayerClass::of<Dropout>("Dropout", read_dropout, write_dropout),
      LayerClass::of<SpatialDropout>("SpatialDropoutND", read_spatial_dropout,
                                     write_spatial_dropout),
      LayerClass::of<GaussianNoise>("GaussianNoise", read_gaussian_noise, write_gaussian_noise)};
}

}  // namespace tutti::keras

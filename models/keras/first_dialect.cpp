#include <algorithm>
#include <map>

#include "kernels/support/error.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

void rename(json& config, const std::map<std::string, std::string>& names) {
  for (const auto& [old, name] : names)
    if (const auto found = config.find(old); found != config.end()) {
      config[name] = *found;
      config.erase(old);
    }
}

/// One layer of Keras 1 is each of those that merge in Keras 2.
void modernize_merge(std::string& class_name, json& config) {
  const std::map<std::string, const char*> classes = {{"sum", "Add"},
                                                      {"mul", "Multiply"},
                                                      {"ave", "Average"},
                                                      {"max", "Maximum"},
                                                      {"concat", "Concatenate"}};
  const auto found = classes.find(config.value("mode", "sum"));
  if (found == classes.end())
    throw Error("Merge of mode ", config.at("mode").dump(), " is not supported");
  class_name = found->second;
  rename(config, {{"concat_axis", "axis"}});
}

void modernize_config(std::string& class_name, json& config) {
  const bool recurrent = class_name == "LSTM" || class_name == "GRU" || class_name == "SimpleRNN";
  if (class_name.starts_with("Convolution")) class_name.replace(0, 11, "Conv");
  if (class_name == "Merge") modernize_merge(class_name, config);
  if (class_name == "Conv2D" && config.contains("nb_row"))
    config["kernel_size"] = {config.at("nb_row"), config.at("nb_col")};
  if (class_name == "BatchNormalization" && config.value("mode", 0) != 0)
    throw Error("BatchNormalization of mode ", config.at("mode").dump(), " is not supported");
  if (const auto order = config.find("dim_ordering"); order != config.end())
    config["data_format"] = *order == "th" ? "channels_first" : "channels_last";
  rename(config, {{"nb_filter", "filters"},
                  {"filter_length", "kernel_size"},
                  {"subsample", "strides"},
                  {"subsample_length", "strides"},
                  {"border_mode", "padding"},
                  {"pool_length", "pool_size"},
                  {"stride", "strides"},
                  {"output_dim", "units"},
                  {"inner_activation", "recurrent_activation"},
                  {"bias", "use_bias"},
                  {"W_regularizer", "kernel_regularizer"}});
  if (class_name == "Dropout" || class_name.starts_with("SpatialDropout"))
    rename(config, {{"p", "rate"}});
  if (class_name == "GaussianNoise") rename(config, {{"sigma", "stddev"}});
  if (recurrent) rename(config, {{"dropout_W", "dropout"}, {"dropout_U", "recurrent_dropout"}});
  if (const auto l2 = config.find("kernel_regularizer"); l2 != config.end() && l2->is_object())
    *l2 = {{"class_name", "L2"}, {"config", {{"l2", l2->value("l2", 0.0)}}}};
}

using Weight = KerasLayer::Weight;

/// Matrices [rows, columns] (or vectors) side by side.
Weight side_by_side(const std::string& name, const std::vector<const Weight*>& parts) {
  Weight all{name, parts.front()->shape, {}};
  const std::int64_t rows = all.shape.size() == 2 ? all.shape[0] : 1, columns = all.shape.back();
  for (const Weight* part : parts)
    if (part->shape != all.shape)
      throw Error(part->name, " is ", part->shape, " where ", parts.front()->name, " is ",
                  all.shape);
  for (std::int64_t row = 0; row < rows; ++row)
    for (const Weight* part : parts)
      all.values.insert(all.values.end(), part->values.begin() + row * columns,
                        part->values.begin() + (row + 1) * columns);
  all.shape.back() = columns * static_cast<std::int64_t>(parts.size());
  return all;
}

/// W, U and b of every gate, one gate after another, as a kernel, a recurrent kernel and a bias.
std::vector<Weight> gates_side_by_side(const std::vector<Weight>& weights,
                                       const std::vector<std::size_t>& order) {
  std::vector<Weight> result;
  const char* names[] = {"kernel", "recurrent_kernel", "bias"};
  for (std::size_t kind = 0; kind < 3; ++kind) {
    std::vector<const Weight*> parts;
    for (const std::size_t gate : order) parts.push_back(&weights[3 * gate + kind]);
    for (const Weight* part : parts)
      if (part->shape.empty() || part->shape.size() > 2)
        throw Error(part->name, " is ", part->shape, ", not a matrix or a vector");
    result.push_back(side_by_side(names[kind], parts));
  }
  return result;
}

/// [filters, channels, rows, columns], as Keras 1 kept a kernel for channels first, as
/// [rows, columns, channels, filters].
void turn_over(Weight& kernel) {
  Weight turned = kernel;
  const std::int64_t filters = kernel.shape[0], channels = kernel.shape[1], rows = kernel.shape[2],
                     columns = kernel.shape[3];
  turned.shape = {rows, columns, channels, filters};
  auto from = kernel.values.begin();
  for (std::int64_t f = 0; f < filters; ++f)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t place = 0; place < rows * columns; ++place)
        turned.values[static_cast<std::size_t>((place * channels + c) * filters + f)] = *from++;
  kernel = std::move(turned);
}

}  // namespace

void modernize(KerasModel& model) {
  for (auto& layer : model.layers) {
    try {
      modernize_config(layer.class_name, layer.config);
      auto& weights = layer.weights;
      if (layer.class_name == "LSTM" && weights.size() == 12)  // i, c, f, o
        weights = gates_side_by_side(weights, {0, 2, 1, 3});
      else if (layer.class_name == "GRU" && weights.size() == 9)  // z, r, c
        weights = gates_side_by_side(weights, {0, 1, 2});
      else if (layer.class_name == "Conv2D" && !weights.empty() && weights[0].shape.size() == 4 &&
               layer.config.value("data_format", "") == "channels_first")
        turn_over(weights[0]);
      else if (layer.class_name == "Conv1D" && !weights.empty() && weights[0].shape.size() == 4 &&
               weights[0].shape[1] == 1)  // [length, 1, channels, filters]
        weights[0].shape.erase(weights[0].shape.begin() + 1);
    } catch (const std::exception& problem) {
      throw Error("layer '", layer.name, "': ", reason_of(problem));
    }
  }
}

}  // namespace tutti::keras

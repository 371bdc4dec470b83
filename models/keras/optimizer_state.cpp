#include <numeric>

#include "kernels/support/error.h"
#include "models/keras/flat_model.h"
#include "models/keras/layers.h"
#include "models/keras/optimizers.h"

namespace tutti {
namespace {

using Weight = KerasLayer::Weight;

/// Where a trained parameter stands among those of its model.
struct Slot {
  std::size_t number;
  std::string name;  // "dense/kernel"
  Shape shape;
};

/// The trained parameters of a flat model's layers, these one after another.
std::vector<Slot> slots_of(const keras::FlatModel& flat, const std::vector<std::size_t>& order,
                           const std::vector<std::string>& layer_names) {
  std::vector<std::vector<Slot>> of_layers;
  std::size_t number = 0;
  for (const auto& entry : flat.layers) {
    auto& slots = of_layers.emplace_back();
    const auto names = parameter_names(*entry.layer);
    auto name = names.begin();
    for (const auto& parameter : entry.layer->parameters()) {
      if (parameter.trainable) slots.push_back({number++, *name, member_shape(parameter)});
      ++name;
    }
  }
  std::vector<Slot> slots;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (auto& slot : of_layers.at(order[i])) {
      if (!layer_names.empty()) slot.name = layer_names.at(i) + '/' + slot.name;
      slots.push_back(std::move(slot));
    }
  return slots;
}

std::vector<std::size_t> own_order(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// The arrays of a file's optimizer, kind after kind of a parameter or parameter after parameter.
class Arrays {
 public:
  Arrays(const KerasModel& file, std::size_t parameters) : parameters_(parameters) {
    for (const auto& weight : file.optimizer_weights)
      (weight.shape.empty() ? scalars_ : arrays_).push_back(&weight);
    // Keras 2.2 keeps a third array of one number each for Adam.
    while (arrays_.size() > 2 * parameters && arrays_.back()->shape == Shape{1}) arrays_.pop_back();
    const auto& second = arrays_.size() > 1 ? arrays_[1]->name : "";
    kind_after_kind_ = second.ends_with("/m:0") || second.starts_with("training/");
  }

  const std::vector<const Weight*>& scalars() const { return scalars_; }
  std::size_t kinds() const { return parameters_ ? arrays_.size() / parameters_ : 0; }

  void expect(std::size_t kinds) const {
    if (arrays_.size() != kinds * parameters_)
      throw Error("its optimizer keeps ", arrays_.size(), " arrays for ", parameters_,
                  " trained parameters, not ", kinds, " for each");
  }

  /// Of kind k, of `kinds`, of each parameter in the file's order.
  const Weight& array(std::size_t kind, std::size_t parameter, keras::SlotOrder order) const {
    const bool by_kind = order == keras::SlotOrder::kind_after_kind || kind_after_kind_;
    return *arrays_[by_kind ? kind * parameters_ + parameter : parameter * kinds() + kind];
  }

 private:
  std::size_t parameters_;
  std::vector<const Weight*> scalars_, arrays_;
  bool kind_after_kind_ = false;
};

}  // namespace

KerasOptimizer optimizer_of(const KerasModel& file, const Model& model) {
  auto [optimizer, kinds, order] = keras::read_optimizer(file);
  const keras::FlatModel flat = keras::flattened(model);
  const auto slots =
      slots_of(flat, file.listed.empty() ? own_order(flat.layers.size()) : file.listed, {});
  const Arrays arrays(file, slots.size());
  if (arrays.scalars().empty() && arrays.kinds() == 0)
    throw Error("the file does not hold its optimizer's state");
  if (!arrays.scalars().empty())
    optimizer.state.steps = static_cast<std::int64_t>(arrays.scalars()[0]->values[0]);
  if (arrays.scalars().size() > 1) optimizer.learning_rate = arrays.scalars()[1]->values[0];
  if (kinds.empty()) return std::move(optimizer);
  arrays.expect(kinds.size());
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    auto& values = optimizer.state.slots[kinds[k].name];
    values.resize(slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Weight& array = arrays.array(k, i, order);
      if (array.shape != slots[i].shape)
        throw Error("its optimizer keeps ", array.shape, " (", array.name, ") for ", slots[i].name,
                    ' ', slots[i].shape);
      values[slots[i].number] = array.values;
      if (kinds[k].of_the_rate)
        for (float& value : values[slots[i].number])
          value = static_cast<float>(-value / optimizer.learning_rate);
    }
  }
  return std::move(optimizer);
}

KerasOptimizer optimizer_of(const KerasModel& file) {
  return optimizer_of(file, built_from_keras(file, 0, Device::cpu));
}

/// In the order of Keras 2 up to 2.10, which 2.15 knows too: the steps, then kind after kind. Keras
/// 3 opens the file, but takes no state from any .h5 and wants compile() before it trains.
void describe_optimizer(KerasModel& file, const Model& model, const KerasOptimizer& optimizer) {
  const auto [config, kinds, order] = keras::write_optimizer(optimizer);
  file.training_config = {{"loss", "categorical_crossentropy"},
                          {"metrics", {"accuracy"}},
                          {"weighted_metrics", nullptr},
                          {"loss_weights", nullptr},
                          {"optimizer_config", config}};
  if (optimizer.state.steps == 0) return;
  const keras::FlatModel flat = keras::flattened(model);
  const auto layers = own_order(flat.layers.size());
  std::vector<std::string> names;  // the last of the file's are the model's
  for (std::size_t i = file.layers.size() - layers.size(); i < file.layers.size(); ++i)
    names.push_back(file.layers[i].name);
  const auto slots = slots_of(flat, flat.is_chain() ? layers : keras::order_of(flat), names);
  const std::string name = config.at("class_name");
  file.optimizer_weights = {{name + "/iter:0", {}, {static_cast<float>(optimizer.state.steps)}}};
  const bool by_kind = order == keras::SlotOrder::kind_after_kind;
  for (std::size_t i = 0; i < slots.size() * kinds.size(); ++i) {
    const auto& kind = kinds[by_kind ? i / slots.size() : i % kinds.size()];
    const auto& slot = slots[by_kind ? i % slots.size() : i / kinds.size()];
    auto values = optimizer.state.slots.at(kind.name).at(slot.number);
    if (kind.of_the_rate)
      for (float& value : values) value = static_cast<float>(-value * optimizer.learning_rate);
    file.optimizer_weights.push_back(
        {name + '/' + slot.name + '/' + kind.keras_name + ":0", slot.shape, std::move(values)});
  }
}

std::optional<KerasOptimizer> known_optimizer(const KerasModel& file, const Model& model) {
  try {
    return optimizer_of(file, model);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<KerasOptimizer> known_adam(const KerasModel& file, const Model& model) {
  auto optimizer = known_optimizer(file, model);
  const auto* adam = optimizer ? std::get_if<AdamOptions>(&optimizer->options) : nullptr;
  const AdamOptions ours;
  if (!adam || adam->beta1 != ours.beta1 || adam->beta2 != ours.beta2 ||
      adam->epsilon != ours.epsilon || adam->clip_norm != ours.clip_norm)
    return std::nullopt;
  return optimizer;
}

}  // namespace tutti

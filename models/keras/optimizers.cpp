#include "models/keras/optimizers.h"

#include "kernels/support/error.h"
#include "models/keras/settings.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

const SlotKind m{"m", "m"}, v{"v", "v"}, momentum{"momentum", "momentum", true};

std::vector<SlotKind> kinds_of(const RMSpropOptions& options) {
  std::vector<SlotKind> kinds = {{"v", "rms"}};
  if (options.momentum > 0) kinds.push_back({"momentum", "momentum"});
  if (options.centered) kinds.push_back({"mean", "mg"});
  return kinds;
}

double learning_rate_of(const json& config, double usual) {
  const json rate = setting(config, "learning_rate", setting(config, "lr", json(usual)));
  if (!rate.is_number()) throw Error("its learning rate follows a schedule");
  return rate.get<double>();
}

void expect_unused(const json& config, const std::string& name,
                   const std::vector<const char*>& keys) {
  for (const char* key : keys)
    if (const json set = setting(config, key, json()); !set.is_null() && set != false && set != 0)
      throw Error("its ", name, " uses ", key);
}

ReadOptimizerConfig read_adam(const json& config, double usual_decay, double clip_norm) {
  const double decay = setting(config, "weight_decay", usual_decay), beta1 = 0.9, beta2 = 0.999,
               epsilon = 1e-7;
  AdamOptions adam{setting(config, "beta_1", beta1), setting(config, "beta_2", beta2),
                   setting(config, "epsilon", epsilon), clip_norm};
  KerasOptimizer optimizer{learning_rate_of(config, 1e-3), {}, adam};
  if (decay != 0)
    optimizer.options = AdamWOptions{.beta1 = adam.beta1,
                                     .beta2 = adam.beta2,
                                     .epsilon = adam.epsilon,
                                     .weight_decay = decay,
                                     .clip_norm = clip_norm,
                                     .decays_all = true};
  return {std::move(optimizer), {m, v}, SlotOrder::parameter_after_parameter};
}

ReadOptimizerConfig read_sgd(const json& config, double clip_norm) {
  const SGDOptions sgd{setting(config, "momentum", 0.0), setting(config, "nesterov", false),
                       clip_norm};
  const double rate = learning_rate_of(config, 0.01);
  if (sgd.momentum > 0 && rate == 0) throw Error("its SGD has momentum and a learning rate of 0");
  return {{rate, {}, sgd},
          sgd.momentum > 0 ? std::vector{momentum} : std::vector<SlotKind>{},
          SlotOrder::kind_after_kind};
}

ReadOptimizerConfig read_rmsprop(const json& config, double clip_norm) {
  // Without momentum, Keras up to 2.10 and its "legacy" class since add epsilon to the root.
  if (!config.contains("ema_momentum") && setting(config, "is_legacy_optimizer", true) &&
      setting(config, "momentum", 0.0) == 0)
    throw Error("its RMSprop is that of Keras before 2.11, which computes otherwise");
  const RMSpropOptions rmsprop{setting(config, "rho", 0.9), setting(config, "momentum", 0.0),
                               setting(config, "epsilon", 1e-7), setting(config, "centered", false),
                               clip_norm};
  return {
      {learning_rate_of(config, 1e-3), {}, rmsprop}, kinds_of(rmsprop), SlotOrder::kind_after_kind};
}

ReadOptimizerConfig read(const KerasModel& file) {
  const json described = setting(file.training_config, "optimizer_config", json());
  std::string name = setting<std::string>(described, "class_name", "");
  if (name.starts_with("Custom>")) name.erase(0, 7);
  const json config = setting(described, "config", json::object());
  expect_unused(config, name,
                {"amsgrad", "clipnorm", "clipvalue", "use_ema", "gradient_accumulation_steps",
                 "loss_scale_factor", "decay"});
  if (name != "Adam" && name != "AdamW") expect_unused(config, name, {"weight_decay"});
  const double clip_norm = setting(config, "global_clipnorm", 0.0);
  if (name == "Adam") return read_adam(config, 0, clip_norm);
  if (name == "AdamW") return read_adam(config, 4e-3, clip_norm);
  if (name == "SGD") return read_sgd(config, clip_norm);
  if (name == "RMSprop") return read_rmsprop(config, clip_norm);
  throw Error(name.empty()
                  ? "the file has no optimizer"
                  : "its optimizer is " + name + "; SGD, RMSprop, Adam and AdamW are known");
}

/// Settings that have one value for every optimizer of ours.
json described(const char* name, double learning_rate, double clip_norm, json config) {
  config.update({{"name", name}, {"learning_rate", learning_rate}});
  if (clip_norm > 0) config["global_clipnorm"] = clip_norm;
  return {{"class_name", name}, {"config", std::move(config)}};
}

WrittenOptimizerConfig write(const AdamOptions& o, double rate) {
  return {
      described(
          "Adam", rate, o.clip_norm,
          {{"beta_1", o.beta1}, {"beta_2", o.beta2}, {"epsilon", o.epsilon}, {"amsgrad", false}}),
      {m, v},
      SlotOrder::kind_after_kind};
}

/// As Adam with a decay, which is the same: Keras 2.15 does not find AdamW in .h5 files. It keeps
/// this in the order of what it writes itself, not of its legacy classes.
WrittenOptimizerConfig write(const AdamWOptions& o, double rate) {
  auto written = write(AdamOptions{o.beta1, o.beta2, o.epsilon, o.clip_norm}, rate);
  written.config["config"].update(
      {{"weight_decay", o.weight_decay}, {"is_legacy_optimizer", false}});
  written.order = SlotOrder::parameter_after_parameter;
  return written;
}

WrittenOptimizerConfig write(const RMSpropOptions& o, double rate) {
  return {described("RMSprop", rate, o.clip_norm,
                    {{"rho", o.rho},
                     {"momentum", o.momentum},
                     {"epsilon", o.epsilon},
                     {"centered", o.centered},
                     {"is_legacy_optimizer", false}}),
          kinds_of(o), SlotOrder::kind_after_kind};
}

WrittenOptimizerConfig write(const SGDOptions& o, double rate) {
  return {described("SGD", rate, o.clip_norm, {{"momentum", o.momentum}, {"nesterov", o.nesterov}}),
          o.momentum > 0 ? std::vector{momentum} : std::vector<SlotKind>{},
          SlotOrder::kind_after_kind};
}

}  // namespace

ReadOptimizerConfig read_optimizer(const KerasModel& file) {
  try {
    return read(file);
  } catch (const json::exception& problem) {
    throw Error("its training_config describes no optimizer: ", reason_of(problem));
  }
}

WrittenOptimizerConfig write_optimizer(const KerasOptimizer& optimizer) {
  return std::visit([&](const auto& options) { return write(options, optimizer.learning_rate); },
                    optimizer.options);
}

}  // namespace tutti::keras

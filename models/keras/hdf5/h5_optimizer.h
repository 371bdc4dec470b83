#pragma once
#include <optional>

#include "models/keras/file.h"

/// RMSprop and AdamW in .h5 files. Keras 2.15 takes an optimizer there for that of before 2.11
/// unless its settings say otherwise, by a key that Keras 3 refuses to load.
namespace tutti::keras {

/// Settings and state of a model's optimizer in words that both load, alone; nothing where they are
/// in such words. RMSprop gets a momentum that moves nothing, with which the older one computes as
/// the newer does; AdamW becomes ExperimentalAdam, which Keras 3 takes for AdamW with its default
/// settings. Keras 3 loads no state from .h5 either, and then does not train without compile().
std::optional<KerasModel> renamed_for_both(const KerasModel& model);

/// Has what renamed_for_both() renamed as it was.
void rename_back(KerasModel& model);

}  // namespace tutti::keras

#pragma once
#include "engine/layers/model.h"
#include "models/keras/file.h"

namespace tutti {

/// The original's pictures are [frequency, time, channels]; the engine wants time first. The same
/// network with the two spatial axes of its input, kernels, strides, pools and paddings exchanged:
/// from the file's way to the engine's, and back.
KerasModel with_axes_exchanged(KerasModel file);

/// Whether the model computes the same: no Flatten of the built model sees more than one place
/// along both axes, whose order of values the exchange would change.
bool is_exchangeable(const Model& model);

}  // namespace tutti

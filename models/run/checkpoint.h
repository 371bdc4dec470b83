#pragma once
#include <filesystem>
#include <optional>

#include "engine/layers/model.h"
#include "engine/training/train_state.h"
#include "models/run/file.h"

namespace tutti {

/// What a training that was interrupted goes on from: checkpoint.safetensors in its run, written
/// after every epoch and removed when it has ended. All members are in one file, so that it holds
/// one state of all of them. The format is Hugging Face's safetensors: float32 tensors named
/// member.parameter, and what is not a tensor as JSON in the metadata.
void write_checkpoint(const std::filesystem::path& run, const TrainCheckpoint& checkpoint);

/// Nothing if the run has none. Members are read from the file when they are asked for; an Error
/// names it and says what is damaged.
std::optional<TrainCheckpoint> read_checkpoint(const std::filesystem::path& run);

void remove_checkpoint(const std::filesystem::path& run);

/// Puts the checkpoint's weights in the model; false if there is none after a finished epoch.
bool restore_checkpoint(const std::filesystem::path& run, const Model& model);

/// An Error if training has not ended and left nothing to go on from yet.
void expect_model(const RunFile& run);

/// Puts the checkpoint's weights in the model where training has not ended; an Error if
/// no epoch is finished.
void restore_unfinished(const RunFile& run, const Model& model);

}  // namespace tutti

#pragma once
#include <string>
#include <string_view>

#include "models/keras/file.h"

/// How a model travels from the process that reads its file.
namespace tutti::keras {

/// Another file that describes the model in the file's place; no text, no such file.
struct Architecture {
  std::string name, text;
};

/// The model of a Keras file's bytes, .h5 or .keras. Errors do not name the file yet.
std::string packed(std::string_view file, ReadOptimizer optimizer,
                   const Architecture& architecture);
/// The same model, bit for bit; an Error if bytes are missing.
KerasModel unpacked(std::string_view bytes);

}  // namespace tutti::keras

#include "engine/training/train_state.h"

#include "kernels/support/error.h"

namespace tutti {

MemberValues member_values(const std::vector<Parameter>& parameters, std::int64_t member) {
  MemberValues values;
  for (const auto& parameter : parameters)
    values.push_back(parameter.variable.value().slice(member, 1).to_vector<float>());
  return values;
}

void set_member_values(const std::vector<Parameter>& parameters, std::int64_t member,
                       const MemberValues& values) {
  if (values.size() != parameters.size())
    throw Error("training: values of ", values.size(), " parameters; the model has ",
                parameters.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Tensor part = parameters[i].variable.value().slice(member, 1);
    if (part.size() != static_cast<std::int64_t>(values[i].size()))
      throw Error("training: ", values[i].size(), " values of the parameter ", parameters[i].name,
                  ' ', part.shape());
    part.copy_from(values[i].data(), part.size());
  }
}

}  // namespace tutti

#pragma once
#include <string>

#include "kernels/support/error.h"

namespace tutti::test {

/// The message of the Error that a call throws.
template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tutti::test

// A session's variables: values that grants refer to by name.
#pragma once

#include <string>
#include <vector>

#include "bytes.h"

namespace deviceauth {

// The name inside `${…}`, and its value, which is literal text.
struct Variable {
  std::string name;
  std::string value;
};

using Variables = std::vector<Variable>;

// Null: it has none.
inline const std::string* ValueOf(const Variables& variables, const std::string& name) noexcept {
  for (const Variable& variable : variables) {
    if (variable.name.size() == name.size() && EqualBytes(variable.name.data(), name.data(), name.size())) {
      return &variable.value;
    }
  }
  return nullptr;
}

}  // namespace deviceauth

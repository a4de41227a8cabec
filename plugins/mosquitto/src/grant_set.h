// A grant set as it was parsed: its id and its index. Every GrantSet is one; the evaluator relies on that.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "grant_index.h"
#include "grants.h"

namespace deviceauth {

class IndexedGrantSet final : public GrantSet {
 public:
  explicit IndexedGrantSet(std::string_view id) : id_(id) {}

  const std::string& id() const override { return id_; }
  const GrantIndex& index() const noexcept { return index_; }
  // Only while the set is made.
  GrantIndex& index_to_fill() noexcept { return index_; }

 private:
  std::string id_;
  GrantIndex index_;
};

}  // namespace deviceauth

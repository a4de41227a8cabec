// A grant set as it was parsed: its id and its index, and, unless it is large, its bytes, to unite it with others. Every
// GrantSet is one; the evaluator relies on that.
#pragma once

#include <cstddef>
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
  std::size_t size() const override { return size_; }
  // Empty: they were not kept.
  const std::string& bytes() const noexcept { return bytes_; }
  const GrantIndex& index() const noexcept { return index_; }
  // Only while the set is made.
  GrantIndex& index_to_fill() noexcept { return index_; }
  void SetSize(std::size_t size) noexcept { size_ = size; }
  void Keep(std::string_view bytes) { bytes_ = bytes; }

 private:
  std::string id_;
  std::size_t size_ = 0;
  std::string bytes_;
  GrantIndex index_;
};

}  // namespace deviceauth

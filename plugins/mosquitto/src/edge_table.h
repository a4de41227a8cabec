// The edges of a trie: from a node, by at most eight bytes, to a node. Open addressing, at most half full. Node 0 is the
// root, to which no edge leads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bytes.h"

namespace deviceauth {

class EdgeTable {
 public:
  // The node it leads to; 0: there is no such edge.
  [[gnu::always_inline]] std::uint32_t Find(std::uint32_t from, std::uint64_t key) const noexcept {
    const Slot* const slots = slots_.data();
    for (std::size_t i = Hash(from, key) >> shift_;; i = (i + 1) & mask_) {
      const Slot& slot = slots[i];
      if (slot.to == 0 || (slot.key == key && slot.from == from)) return slot.to;
    }
  }

  void Add(std::uint32_t from, std::uint64_t key, std::uint32_t to) {
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Place({key, from, to});
    size_++;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };

  static std::uint64_t Hash(std::uint32_t from, std::uint64_t key) noexcept {
    return (key ^ (static_cast<std::uint64_t>(from) << 40)) * kMultiplier;
  }

  void Place(const Slot& added) {
    std::size_t i = Hash(added.from, added.key) >> shift_;
    while (slots_[i].to != 0) i = (i + 1) & mask_;
    slots_[i] = added;
  }

  void Grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_ = std::vector<Slot>(2 * old.size());
    mask_ = slots_.size() - 1;
    shift_--;
    for (const Slot& slot : old) {
      if (slot.to != 0) Place(slot);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(2);
  std::size_t mask_ = 1;
  std::size_t size_ = 0;
  int shift_ = 63;
};

}  // namespace deviceauth

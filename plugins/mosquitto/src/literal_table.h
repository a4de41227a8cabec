// Whole texts, found by their hash: open addressing, at most half full. The text is compared before it counts as found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"

namespace deviceauth {

class LiteralTable {
 public:
  bool empty() const noexcept { return size_ == 0; }

  // `hash` is that of `text`, as HashPadded gives it.
  [[gnu::always_inline]] bool Has(const char* text, std::size_t size, std::uint64_t hash) const noexcept {
    const Slot* const slots = slots_.data();
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots[i];
      if (slot.hash == hash && slot.size == size && EqualBytes(texts_.data() + slot.offset, text, size)) return true;
      if (slot.size == kFree) return false;
    }
  }

  void Add(std::string_view text) {
    std::string padded(text);
    padded.append(8, '\0');
    const std::uint64_t hash = HashPadded(padded.data(), text.size());
    if (Has(text.data(), text.size(), hash)) return;
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Place({hash, texts_.size(), text.size()});
    texts_.append(text);
    size_++;
  }

 private:
  static constexpr std::size_t kFree = SIZE_MAX;

  struct Slot {
    std::uint64_t hash = 0;
    std::size_t offset = 0;
    std::size_t size = kFree;
  };

  void Place(const Slot& added) {
    std::size_t i = added.hash & mask_;
    while (slots_[i].size != kFree) i = (i + 1) & mask_;
    slots_[i] = added;
  }

  void Grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_ = std::vector<Slot>(2 * old.size());
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.size != kFree) Place(slot);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(2);
  std::size_t mask_ = 1;
  std::size_t size_ = 0;
  std::string texts_;
};

}  // namespace deviceauth

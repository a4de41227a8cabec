// Whole texts, found by their Hash: open addressing, at most half full. The text is compared before it counts as found.
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

  // `hash` is the text's Hash.
  [[gnu::always_inline]] bool Has(std::string_view text, std::uint64_t hash) const noexcept {
    return Find(text, hash, [](const char* a, const char* b, std::size_t size) { return EqualBytes(a, b, size); });
  }
  // The same of at least sixteen bytes.
  [[gnu::always_inline]] bool HasLong(std::string_view text) const noexcept {
    return Find(text, HashLong(text.data(), text.size()),
                [](const char* a, const char* b, std::size_t size) { return EqualLong(a, b, size); });
  }

  void Add(std::string_view text) {
    const std::uint64_t hash = Hash(text);
    if (Has(text, hash)) return;
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Place({hash, texts_.size(), text.size()});
    texts_.append(text);
    size_++;
  }
  // After the last Add: gives back what room is left.
  void Freeze() {
    texts_.shrink_to_fit();
    slots_.shrink_to_fit();
  }

 private:
  static constexpr std::size_t kFree = SIZE_MAX;

  struct Slot {
    std::uint64_t hash = 0;
    std::size_t offset = 0;
    std::size_t size = kFree;
  };

  template <typename Equal>
  [[gnu::always_inline]] bool Find(std::string_view text, std::uint64_t hash, Equal&& equal) const noexcept {
    for (const Slot* slot = slots_.data() + (hash >> shift_);; slot++) {
      if (slot->hash == hash && slot->size == text.size() &&
          equal(texts_.data() + slot->offset, text.data(), text.size())) {
        return true;
      }
      if (slot->size == kFree) return false;
    }
  }

  void Place(const Slot& added) {
    std::size_t i = added.hash >> shift_;
    while (slots_[i].size != kFree) i++;
    slots_[i] = added;
    // A search that comes to the end finds a free one.
    if (i + 1 == slots_.size()) slots_.emplace_back();
  }

  void Grow() {
    const std::vector<Slot> old = std::move(slots_);
    shift_--;
    slots_ = std::vector<Slot>((std::size_t{1} << (64 - shift_)) + 1);
    for (const Slot& slot : old) {
      if (slot.size != kFree) Place(slot);
    }
  }

  // As many as hashes without their last bits can name, and those that come behind the last.
  std::vector<Slot> slots_ = std::vector<Slot>(3);
  int shift_ = 63;
  std::size_t size_ = 0;
  std::string texts_;
};

}  // namespace deviceauth

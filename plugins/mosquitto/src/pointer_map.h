// A hash map from pointers to pointers, small and flat: it is asked with every message.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace deviceauth {

template <typename Key, typename Value>
class PointerMap {
 public:
  PointerMap() : slots_(kLeast) {}

  Value* Find(const Key* key) const {
    for (std::size_t at = Home(key);; at = Next(at)) {
      if (slots_[at].key == key) return slots_[at].value;
      if (slots_[at].key == nullptr) return nullptr;
    }
  }

  void Set(const Key* key, Value* value) {
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Slot* slot = Place(key);
    if (slot->key == nullptr) size_++;
    *slot = {key, value};
  }

  void Erase(const Key* key) {
    std::size_t hole = Home(key);
    while (slots_[hole].key != key) {
      if (slots_[hole].key == nullptr) return;
      hole = Next(hole);
    }
    size_--;
    // What follows in the same run and may live in the hole moves there.
    for (std::size_t at = Next(hole); slots_[at].key != nullptr; at = Next(at)) {
      const std::size_t home = Home(slots_[at].key);
      const bool reaches_hole = ((at - home) & Mask()) >= ((at - hole) & Mask());
      if (!reaches_hole) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
  }

  std::size_t size() const { return size_; }

 private:
  struct Slot {
    const Key* key = nullptr;
    Value* value = nullptr;
  };
  static constexpr std::size_t kLeast = 64;

  std::size_t Mask() const { return slots_.size() - 1; }
  std::size_t Next(std::size_t at) const { return (at + 1) & Mask(); }
  std::size_t Home(const Key* key) const {
    const std::uint64_t bits = reinterpret_cast<std::uintptr_t>(key) * 0x9E3779B97F4A7C15u;
    return static_cast<std::size_t>(bits >> 32) & Mask();
  }
  Slot* Place(const Key* key) {
    std::size_t at = Home(key);
    while (slots_[at].key != nullptr && slots_[at].key != key) at = Next(at);
    return &slots_[at];
  }
  void Grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.key != nullptr) *Place(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace deviceauth

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
  PointerMap() : slots_(std::size_t{1} << kLeastBits) {}

  Value* Find(const Key* key) const {
    const Slot& home = slots_[Home(key)];
    return home.key == key ? home.value : FindBehind(key);
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
  // Not at its home.
  [[gnu::noinline]] Value* FindBehind(const Key* key) const {
    for (std::size_t at = Home(key); slots_[at].key != nullptr; at = Next(at)) {
      if (slots_[at].key == key) return slots_[at].value;
    }
    return nullptr;
  }

  struct Slot {
    const Key* key = nullptr;
    Value* value = nullptr;
  };
  static constexpr int kLeastBits = 6;

  std::size_t Mask() const { return slots_.size() - 1; }
  std::size_t Next(std::size_t at) const { return (at + 1) & Mask(); }
  std::size_t Home(const Key* key) const {
    return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(key) * std::uint64_t{0x9E3779B97F4A7C15}) >> shift_);
  }
  Slot* Place(const Key* key) {
    std::size_t at = Home(key);
    while (slots_[at].key != nullptr && slots_[at].key != key) at = Next(at);
    return &slots_[at];
  }
  void Grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    shift_--;
    for (const Slot& slot : before) {
      if (slot.key != nullptr) *Place(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;
  // Of a hash all but the bits that name a slot.
  int shift_ = 64 - kLeastBits;
  std::size_t size_ = 0;
};

}  // namespace deviceauth

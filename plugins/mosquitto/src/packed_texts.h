// Texts that are kept to be gone through one by one, in one piece of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace deviceauth {

class PackedTexts {
 public:
  bool empty() const noexcept { return bytes_.empty(); }

  void Add(std::string_view text) {
    if (text.size() > UINT32_MAX) throw std::length_error("too long a text");
    const auto size = static_cast<std::uint32_t>(text.size());
    bytes_.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
  }
  // After the last Add: gives back what room is left.
  void Freeze() { bytes_.shrink_to_fit(); }

  // Whether `holds(text)` is true of any; what follows the first such text is not asked.
  template <typename Holds>
  bool Any(Holds&& holds) const {
    std::uint32_t size = 0;
    for (std::size_t at = 0; at < bytes_.size(); at += size) {
      std::memcpy(&size, bytes_.data() + at, sizeof size);
      at += sizeof size;
      if (holds(std::string_view(bytes_.data() + at, size))) return true;
    }
    return false;
  }

 private:
  // Of each its size, in the machine's order, and its bytes.
  std::string bytes_;
};

}  // namespace deviceauth

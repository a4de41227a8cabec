// What a request must look like before grants are asked, the request rules of docs/grants.md, and UTF-8. Text that is not
// UTF-8 is malformed under every rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace deviceauth {

// The code point at `at`, which moves behind it; false if no valid UTF-8 stands there: overlong, a surrogate, beyond
// U+10FFFF or cut off.
bool DecodeChecked(const char** at, const char* end, std::uint32_t* code) noexcept;

// The same of text that is known to be UTF-8.
std::uint32_t Decode(const char** at) noexcept;

inline bool IsContinuation(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// How many bytes the code point takes that begins so.
inline std::size_t LengthOfCodePoint(char first) noexcept {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

bool IsUtf8(std::string_view text) noexcept;

// One code point of a resource's name, under the device groups' rule.
bool IsNameCharacter(std::uint32_t code) noexcept;

// Under the device groups' rule.
bool IsWellFormedOperation(std::string_view operation) noexcept;
bool IsWellFormedResource(std::string_view resource) noexcept;
// Any text of a name's characters, also none.
bool IsWellFormedName(std::string_view name) noexcept;
// `<letters>:<letters>:`, what a resource has before its name.
bool IsWellFormedHead(std::string_view head) noexcept;

// AWS IoT policies: any text, but not empty, without NUL, and UTF-8.
bool IsPlainText(std::string_view text) noexcept;

}  // namespace deviceauth

// UTF-8 and the character classes of requests. See well_formed.h; the table is generated, the same for every evaluator.
#include "well_formed.h"

#include <iterator>

#include "character_classes.h"

namespace deviceauth {
namespace {

template <std::size_t kSize>
bool Within(const std::uint32_t (&ranges)[kSize], std::uint32_t code) noexcept {
  std::size_t low = 0;
  std::size_t high = kSize / 2;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (code < ranges[2 * middle]) {
      high = middle;
    } else if (code > ranges[2 * middle + 1]) {
      low = middle + 1;
    } else {
      return true;
    }
  }
  return false;
}

bool IsAsciiLetter(std::uint32_t code) noexcept { return (code | 0x20) - 'a' < 26; }

bool IsLetter(std::uint32_t code) noexcept {
  return code < 0x80 ? IsAsciiLetter(code) : Within(kLetters, code);
}

bool IsActionCharacter(std::uint32_t code) noexcept {
  if (code < 0x80) return IsAsciiLetter(code) || code - '0' < 10 || code == '-' || code == '_';
  return Within(kLettersAndDigits, code);
}

template <typename Belongs>
bool All(std::string_view text, Belongs belongs) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint32_t code = 0;
  while (at != end) {
    if (!DecodeChecked(&at, end, &code) || !belongs(code)) return false;
  }
  return true;
}

bool IsLetters(std::string_view text) noexcept { return !text.empty() && All(text, IsLetter); }

}  // namespace

bool DecodeChecked(const char** at, const char* end, std::uint32_t* code) noexcept {
  const char* from = *at;
  const auto first = static_cast<unsigned char>(*from);
  if (first < 0x80) {
    *code = first;
    *at = from + 1;
    return true;
  }
  if (first < 0xc2 || first > 0xf4) return false;
  const std::size_t length = LengthOfCodePoint(*from);
  if (static_cast<std::size_t>(end - from) < length) return false;
  std::uint32_t value = first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; i++) {
    if (!IsContinuation(from[i])) return false;
    value = value << 6 | (static_cast<unsigned char>(from[i]) & 0x3fu);
  }
  if (length == 3 && (value < 0x800 || (value >= 0xd800 && value <= 0xdfff))) return false;
  if (length == 4 && (value < 0x10000 || value > 0x10ffff)) return false;
  *code = value;
  *at = from + length;
  return true;
}

std::uint32_t Decode(const char** at) noexcept {
  const char* from = *at;
  const auto first = static_cast<unsigned char>(*from);
  const std::size_t length = LengthOfCodePoint(*from);
  *at = from + length;
  if (length == 1) return first;
  std::uint32_t value = first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; i++) value = value << 6 | (static_cast<unsigned char>(from[i]) & 0x3fu);
  return value;
}

bool IsUtf8(std::string_view text) noexcept {
  return All(text, [](std::uint32_t) { return true; });
}

bool IsNameCharacter(std::uint32_t code) noexcept {
  return code < 0x80 ? code >= 0x20 && code <= 0x7e : Within(kNameCharacters, code);
}

bool IsWellFormedOperation(std::string_view operation) noexcept {
  const std::size_t colon = operation.find(':');
  if (colon == std::string_view::npos || colon + 1 == operation.size()) return false;
  return IsLetters(operation.substr(0, colon)) && All(operation.substr(colon + 1), IsActionCharacter);
}

bool IsWellFormedResource(std::string_view resource) noexcept {
  const std::size_t first = resource.find(':');
  if (first == std::string_view::npos) return false;
  const std::size_t second = resource.find(':', first + 1);
  if (second == std::string_view::npos || second + 1 == resource.size()) return false;
  return IsWellFormedHead(resource.substr(0, second + 1)) && IsWellFormedName(resource.substr(second + 1));
}

bool IsWellFormedHead(std::string_view head) noexcept {
  if (head.empty() || head.back() != ':') return false;
  const std::size_t colon = head.find(':');
  if (colon + 1 == head.size()) return false;
  return IsLetters(head.substr(0, colon)) && IsLetters(head.substr(colon + 1, head.size() - colon - 2));
}

bool IsWellFormedName(std::string_view name) noexcept { return All(name, IsNameCharacter); }

bool IsPlainText(std::string_view text) noexcept {
  return !text.empty() && All(text, [](std::uint32_t code) { return code != 0; });
}

}  // namespace deviceauth

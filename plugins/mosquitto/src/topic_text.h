// A topic as the broker gives it, read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bytes.h"
#include "request_text.h"
#include "text_trie.h"

namespace deviceauth {

inline constexpr std::size_t kShortestInPlace = 16;

// What is left of a topic that had at least kShortestInPlace bytes, and perhaps a slash behind it, so that what begins with
// `a/` is found in `a` too. Nothing behind the topic is read.
class TopicRest : public PaddedRest {
 public:
  using PaddedRest::PaddedRest;

  // Zeros where there are fewer.
  [[gnu::always_inline]] std::uint64_t Word() const noexcept {
    if (size_ > 8) return LoadWord(at_);
    const std::uint64_t last = LoadWord(at_ + size_ - slash_ - 8);
    return (slash_ == 0 ? last : last >> 8 | std::uint64_t{'/'} << 56) >> (64 - 8 * size_);
  }
};

// Long enough to be read so, and not too long to be ordinary.
[[gnu::always_inline]] inline bool IsInPlace(std::string_view topic) noexcept {
  return topic.size() - kShortestInPlace <= kShortTopic - kShortestInPlace;
}

// Only bytes of U+002C to U+007E (letters, digits and most of the punctuation), and not too long: what most topics are. Such
// a topic is well-formed under every request rule and a valid topic name. It is a valid filter too, which covers itself;
// `+` and `#` cover it wherever they stand, as it does not begin with `$`; and no filter that covers it is too long.
[[gnu::always_inline]] inline bool IsOrdinary(std::string_view topic) noexcept {
  if (IsInPlace(topic)) return AreFrequent(topic.data(), topic.size());
  if (topic.size() >= kShortestInPlace) return false;
  for (const char c : topic) {
    if (!IsFrequent(c)) return false;
  }
  return !topic.empty();
}

}  // namespace deviceauth

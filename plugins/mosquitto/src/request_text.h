// A request's resource, read once: whether it is well-formed under the device groups' rule, its hash when one is asked for,
// and of a topic about to be delivered whether it is a valid topic name, and its levels.
//
// A resource in two parts whose first is that of the request before, such as `mqtt:topic:`, is read fastest, and one that is
// the same as the one before, as when a message is delivered to many, not at all. Memory is reused and grows to the longest resource seen. One instance belongs to one evaluator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bytes.h"

namespace deviceauth {

// Longest topic name or topic filter, in bytes.
inline constexpr std::size_t kLongestTopic = 65535;

// No filter that covers a topic of at most this size is too long.
inline constexpr std::size_t kShortTopic = (kLongestTopic - 3) / 2;

class RequestText {
 public:
  RequestText();

  [[gnu::always_inline]] void Read(std::string_view prefix, std::string_view rest) {
    const std::size_t size = prefix.size() + rest.size();
    if (size >= room_) Grow(size);
    if (prefix.size() != head_size_ || LoadWord(prefix.data()) != head_words_[0] ||
        LoadWord(prefix.data() + head_middle_) != head_words_[1] ||
        LoadWord(prefix.data() + head_size_ - 8) != head_words_[2]) {
      if (!ReadHead(prefix)) {
        size_ = size;
        ReadWhole(prefix, rest);
        return;
      }
    } else if (size == size_ && EqualBytes(rest.data(), text_.data() + head_size_, rest.size())) {
      return;
    }
    size_ = size;
    hashed_ = false;
    is_topic_ = head_is_topic_;
    const bool odd = is_topic_ ? Scan<true>(rest.data(), rest.size(), head_size_)
                               : Scan<false>(rest.data(), rest.size(), head_size_);
    well_formed_ = !rest.empty();
    if (is_topic_) topic_start_ = head_size_;
    if (odd) {
      ReadOdd();
    } else if (is_topic_) {
      odd_topic_ = share_ = extreme_ = false;
      ordinary_ = topic_size_ - 1 < kShortTopic && *rest.data() != '$';
      valid_topic_ = !forbidden_;
      if (!ordinary_) ReadTopic();
    }
  }

  // At least eight zeros follow.
  const char* data() const noexcept { return text_.data(); }
  std::size_t size() const noexcept { return size_; }
  std::string_view text() const noexcept { return {text_.data(), size_}; }
  // Under the rule of device groups.
  bool well_formed() const noexcept { return well_formed_; }
  // What stands before the first colon; the whole text if there is none.
  std::string_view service() const noexcept { return {text_.data(), service_size_}; }
  bool service_is_mqtt() const noexcept { return service_is_mqtt_; }

  std::uint64_t hash() noexcept {
    if (!hashed_) {
      hashed_ = true;
      hash_ = Hash(text());
    }
    return hash_;
  }

  // Begins with `mqtt:topic:`; what follows is about such a text.
  bool is_topic() const noexcept { return is_topic_; }
  // Places in the topic count from its own beginning.
  const char* topic() const noexcept { return text_.data() + topic_start_; }
  std::size_t topic_size() const noexcept { return topic_size_; }
  bool valid_topic() const noexcept { return valid_topic_; }
  // Begins with `$`: wildcards of a filter's first level do not cover it.
  bool dollar() const noexcept { return *topic() == '$'; }
  // Its first level is `$share`: a filter that begins so and goes on is a shared subscription.
  bool share() const noexcept { return share_; }
  // The same, and there are more levels.
  bool share_goes_on() const noexcept { return share_ && topic_size_ > 6; }
  // Not dollar, not extreme, and every level is plain.
  bool ordinary() const noexcept { return ordinary_; }
  // A filter that covers it could be too long to be valid.
  bool extreme() const noexcept { return extreme_; }

  // Before LevelEnd.
  void ReadLevels() {
    if (!levels_read_) FindSlashes();
  }
  // Where the level ends that begins at or contains `place`: at a slash, or the topic's end.
  std::size_t LevelEnd(std::size_t place) const noexcept {
    std::size_t i = place / 64;
    const std::uint64_t here = slashes_[i] >> (place % 64);
    if (here != 0) return place + static_cast<std::size_t>(__builtin_ctzll(here));
    do i++;
    while (slashes_[i] == 0);
    return 64 * i + static_cast<std::size_t>(__builtin_ctzll(slashes_[i]));
  }

  // Every character of the level [start, end) may stand in a request of the device groups' rule.
  bool IsPlain(std::size_t start, std::size_t end) const noexcept { return !odd_topic_ || IsPlainOdd(start, end); }

 private:
  // Copies `size` bytes to place `to` of the text and ends it with zeros; true if any of them is not U+0020 to U+007E.
  // `kTopic`: finds what no topic may have, too. The bytes may be in place already.
  template <bool kTopic>
  [[gnu::always_inline]] bool Scan(const char* from, std::size_t size, std::size_t to);

  void Grow(std::size_t size);
  bool ReadHead(std::string_view prefix);
  void ReadWhole(std::string_view prefix, std::string_view rest);
  void SetService(std::size_t size) noexcept;
  void ReadOdd();
  void ReadTopic();
  void ReadExtreme();
  void FindSlashes();
  bool IsPlainOdd(std::size_t start, std::size_t end) const noexcept;

  std::vector<char> text_;
  std::size_t room_ = 0;
  std::size_t size_ = 0;
  std::size_t service_size_ = 0;
  bool service_is_mqtt_ = false;
  std::uint64_t hash_ = 0;
  bool hashed_ = false;
  bool well_formed_ = false;

  // What the text begins with, if it is `<letters>:<letters>:` of 8 to 24 bytes; otherwise its size is no prefix's.
  std::size_t head_size_;
  std::size_t head_middle_ = 0;
  std::uint64_t head_words_[3] = {};
  bool head_is_topic_ = false;

  bool is_topic_ = false;
  bool valid_topic_ = false;
  bool odd_topic_ = false;
  bool levels_read_ = false;
  bool share_ = false;
  bool extreme_ = false;
  bool ordinary_ = false;
  bool forbidden_ = false;
  std::size_t topic_start_ = 0;
  std::size_t topic_size_ = 0;
  // Bit by place: a slash, or the topic's end.
  std::vector<std::uint64_t> slashes_;
  // Bit by place: the first byte of a character that is no name character. Kept only where the topic has odd bytes.
  std::vector<std::uint64_t> unplain_;
};

template <bool kTopic>
inline bool RequestText::Scan(const char* from, std::size_t size, std::size_t to) {
  char* const target = text_.data() + to;
  std::uint32_t odd = 0;
  std::uint32_t forbidden = 0;
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    const Block block = Block::Load(from + i);
    block.Store(target + i);
    odd |= block.Odd();
    if constexpr (kTopic) {
      forbidden |= block.Either('+', '#');
    }
  }
  const std::size_t left = size - i;
  if (left != 0) {
    Block block;
    if (i != 0) {
      // The last sixteen, of which some are known already.
      block = Block::Load(from + size - 16);
      block.Store(target + size - 16);
    } else {
      block = Block::LoadFewer(from, size);
      block.Store(target);
    }
    const std::uint32_t all = i != 0 ? 0xffffu : (1u << left) - 1;
    odd |= block.Odd() & all;
    if constexpr (kTopic) {
      forbidden |= block.Either('+', '#');
    }
  }
  std::memset(target + size, 0, 16);
  if constexpr (kTopic) {
    forbidden_ = forbidden != 0;
    topic_size_ = size;
    levels_read_ = false;
  }
  return odd != 0;
}

}  // namespace deviceauth

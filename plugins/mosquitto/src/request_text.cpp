// The rarer ways to read a resource: another prefix than before, bytes beyond printable ASCII. See request_text.h.
#include "request_text.h"

#include <algorithm>

#include "well_formed.h"

namespace deviceauth {
namespace {

constexpr std::string_view kTopicHead = "mqtt:topic:";
constexpr std::size_t kLongestHead = 24;
// No prefix has this size.
constexpr std::size_t kNoHead = SIZE_MAX;
// Zeros behind a text, and room for whole blocks.
constexpr std::size_t kBehind = 32;

}  // namespace

RequestText::RequestText() : head_size_(kNoHead) { Grow(1024); }

void RequestText::Grow(std::size_t size) {
  const std::size_t room = std::max<std::size_t>(1024, 2 * size);
  std::vector<char> text(room + kBehind);
  std::vector<std::uint64_t> slashes(room / 64 + 2);
  std::vector<std::uint64_t> unplain(room / 64 + 2);
  text_.swap(text);
  slashes_.swap(slashes);
  unplain_.swap(unplain);
  room_ = room;
  head_size_ = kNoHead;
}

// False: no head to be remembered.
bool RequestText::ReadHead(std::string_view prefix) {
  head_size_ = kNoHead;
  if (prefix.size() < 8 || prefix.size() > kLongestHead || !IsWellFormedHead(prefix)) return false;
  std::memcpy(text_.data(), prefix.data(), prefix.size());
  head_size_ = prefix.size();
  head_middle_ = std::min<std::size_t>(8, head_size_ - 8);
  head_words_[0] = LoadWord(prefix.data());
  head_words_[1] = LoadWord(prefix.data() + head_middle_);
  head_words_[2] = LoadWord(prefix.data() + head_size_ - 8);
  SetService(prefix.find(':'));
  head_is_topic_ = prefix == kTopicHead;
  return true;
}

void RequestText::SetService(std::size_t size) noexcept {
  service_size_ = size;
  service_is_mqtt_ = service() == "mqtt";
}

void RequestText::ReadWhole(std::string_view prefix, std::string_view rest) {
  hashed_ = false;
  if (!prefix.empty()) std::memcpy(text_.data(), prefix.data(), prefix.size());
  if (!rest.empty()) std::memcpy(text_.data() + prefix.size(), rest.data(), rest.size());
  std::memset(text_.data() + size_, 0, 16);
  SetService(std::min(text().find(':'), size_));
  well_formed_ = IsWellFormedResource(text());
  is_topic_ = text().substr(0, kTopicHead.size()) == kTopicHead;
  if (!is_topic_) return;
  topic_start_ = kTopicHead.size();
  if (Scan<true>(topic(), size_ - topic_start_, topic_start_)) {
    ReadOdd();
  } else {
    ReadTopic();
  }
}

// Of a text whose part after the head, or whose topic, has odd bytes.
void RequestText::ReadOdd() {
  if (head_size_ != kNoHead) well_formed_ = IsWellFormedName(text().substr(head_size_));
  if (!is_topic_) return;
  ReadTopic();
  odd_topic_ = true;
  ordinary_ = false;
  if (!valid_topic_) return;
  std::fill_n(unplain_.begin(), topic_size_ / 64 + 1, 0);
  const char* at = topic();
  const char* const end = at + topic_size_;
  while (at != end) {
    const auto place = static_cast<std::size_t>(at - topic());
    std::uint32_t code = 0;
    if (!DecodeChecked(&at, end, &code) || code == 0) {
      valid_topic_ = false;
      return;
    }
    if (!IsNameCharacter(code)) unplain_[place / 64] |= std::uint64_t{1} << (place % 64);
  }
}

void RequestText::ReadTopic() {
  odd_topic_ = false;
  valid_topic_ = topic_size_ != 0 && topic_size_ <= kLongestTopic && !forbidden_;
  const std::string_view first = text().substr(topic_start_, 7);
  share_ = first == "$share" || first == "$share/";
  extreme_ = false;
  // The longest filter has `+` in every empty level, and `/#` at its end.
  if (topic_size_ > kShortTopic) ReadExtreme();
  ordinary_ = !dollar() && !extreme_;
}

void RequestText::FindSlashes() {
  levels_read_ = true;
  std::uint64_t slashes = 0;
  for (std::size_t i = 0; i < topic_size_; i += 16) {
    if (i % 64 == 0) slashes = 0;
    slashes |= static_cast<std::uint64_t>(Block::Load(topic() + i).Equal('/')) << (i % 64);
    slashes_[i / 64] = slashes;
  }
  if (topic_size_ % 64 == 0) slashes_[topic_size_ / 64] = 0;
  slashes_[topic_size_ / 64] |= std::uint64_t{1} << (topic_size_ % 64);
}

void RequestText::ReadExtreme() {
  const std::string_view topic = text().substr(topic_start_);
  std::size_t empty = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= topic.size(); i++) {
    if (i != topic.size() && topic[i] != '/') continue;
    if (i == start) empty++;
    start = i + 1;
  }
  extreme_ = topic.size() + empty + 2 > kLongestTopic;
}

bool RequestText::IsPlainOdd(std::size_t start, std::size_t end) const noexcept {
  for (std::size_t i = start; i < end;) {
    const std::uint64_t here = unplain_[i / 64] >> (i % 64);
    if (here != 0) return i + static_cast<std::size_t>(__builtin_ctzll(here)) >= end;
    i = 64 * (i / 64 + 1);
  }
  return true;
}

}  // namespace deviceauth

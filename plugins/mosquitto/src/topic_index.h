// Patterns of topics: does any match an ordinary topic? A topic without wildcard is one hash look-up; what others begin with
// is found by a trie of text, from which variables and whole levels lead on to further tries. A trie fixes what is before
// it and so its place: each is walked once at most for one topic.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "literal_table.h"
#include "text_trie.h"
#include "topic_pattern.h"
#include "topic_text.h"

namespace deviceauth {

// A session's value of a variable, or that it has none.
class TopicValue {
 public:
  TopicValue() = default;
  // `value` must outlive it.
  explicit TopicValue(std::string_view value)
      : data_(value.data()),
        size_(value.size()),
        mask_(kFirstBytes[std::min<std::size_t>(size_, 8)]),
        first_(LoadUpTo8(value)) {}

  std::size_t size() const noexcept { return size_; }

  // Whether the rest begins with it, without the slash behind it.
  template <typename Rest>
  [[gnu::always_inline]] bool Begins(const Rest& rest) const noexcept {
    if (size_ + rest.slash() > rest.size()) return false;
    if (size_ == 0) return true;
    if ((rest.Word() & mask_) != first_) return false;
    return size_ <= 8 || EqualBytes(rest.at() + 8, data_ + 8, size_ - 8);
  }

  // The same where more than eight bytes are left, with the slash; otherwise it is false.
  [[gnu::always_inline]] bool BeginsQuickly(const char* at, std::size_t size, std::size_t slash) const noexcept {
    if (size_ + slash > size || size <= 8 || (LoadWord(at) & mask_) != first_) return false;
    if (size_ <= 8) return true;
    if (size_ <= 16) return LoadWord(at + size_ - 8) == LoadWord(data_ + size_ - 8);
    return EqualLong(at, data_, size_);
  }

 private:
  const char* data_ = nullptr;
  // No topic is so long as none.
  std::size_t size_ = SIZE_MAX / 2;
  // Its first eight bytes.
  std::uint64_t mask_ = 0;
  std::uint64_t first_ = 0;
};

class TopicIndex {
 public:
  // `names`: where the variables' values will stand, in order; those not yet among them are added. False: it is not kept, as
  // too many go on differently behind the same text.
  bool Add(const TopicPattern& pattern, std::vector<std::string>* names);
  // After the last Add, before the first Ask. `parents`: with an open pattern that ends with a slash goes what stands
  // before the slash.
  void Freeze(bool parents);

  // No more of a topic than so many bytes, and the variables' values, is read.
  std::size_t longest() const noexcept { return longest_; }
  bool empty() const noexcept { return !has_literals_ && tries_.front().empty(); }

  enum class Answer {
    // None, or the topic is not ordinary.
    kNo,
    kYes,
    // There are more ways to follow than are kept in mind, or followed.
    kUnknown,
  };

  // `values`: by the places in `names`.
  Answer Ask(std::string_view topic, const TopicValue* values) const noexcept;
  // The same of a topic that is known to be ordinary, and its Hash.
  Answer AskOrdinary(std::string_view topic, std::uint64_t hash, const TopicValue* values) const noexcept;

 private:
  static constexpr std::uint32_t kLevel = UINT32_MAX;
  // A trie that no edge leads to.
  static constexpr std::uint32_t kNoTrie = 0;

  // What stands between a run and the next trie.
  struct Edge {
    const TextTrie::Node* root;
    // The variable's place, or kLevel.
    std::uint32_t variable;
    // Number of the run's next edge; 0: there is none.
    std::uint32_t next;
  };

  std::uint32_t EdgeFrom(std::uint32_t trie, const std::string& run, std::uint32_t variable);
  void MarkSimpleEdges();
  [[gnu::noinline]] Answer AskLiterals(std::string_view topic, const TopicValue* values) const noexcept;
  [[gnu::noinline]] Answer AskPatterns(std::string_view topic, const TopicValue* values) const noexcept;
  [[gnu::noinline]] Answer AskOther(std::string_view topic, const TopicValue* values) const noexcept;
  // Of a topic that is ordinary, read in place, and no literal.
  Answer Walk(std::string_view topic, const TopicValue* values) const noexcept;
  // These go on from a node of a trie, and what is left of the topic there: to the next run, from a marked one, or from any.
  [[gnu::noinline]] Answer WalkOn(const TopicValue* values, const TextTrie::Node* node, const char* at,
                                  std::size_t size) const noexcept;
  [[gnu::noinline]] Answer Follow(const TopicValue* values, const TextTrie::Node* node, const char* at,
                                  std::size_t size) const noexcept;
  [[gnu::noinline]] Answer FollowAll(const TopicValue* values, const TextTrie::Node* node, const char* at,
                                     std::size_t size) const noexcept;
  template <typename Rest>
  Answer FollowAllOf(const TopicValue* values, const TextTrie::Node* node, Rest rest) const noexcept;

  bool has_literals_ = false;
  bool parents_ = false;
  const TextTrie::Node* root_ = nullptr;
  LiteralTable literals_;
  std::vector<TextTrie> tries_ = std::vector<TextTrie>(1);
  // By number, from 1 on; a run's number is that of its first edge.
  std::vector<Edge> edges_ = std::vector<Edge>(1);
  std::size_t longest_ = 0;
  // Where each leads, until Freeze.
  std::vector<std::uint32_t> tries_of_edges_ = std::vector<std::uint32_t>(1);
};

}  // namespace deviceauth

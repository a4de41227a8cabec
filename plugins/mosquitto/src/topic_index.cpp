// Divides patterns of topics into tries, and follows the ways between them. See topic_index.h.
//
// What most topics ask comes first, in functions of their own: a literal; an open run after one step of the first trie; a
// variable behind that and one step of the next trie. FollowAllOf knows the rest. bench/mosquitto/decision-cost tells what
// each costs.
#include "topic_index.h"

#include <algorithm>
#include <utility>

namespace deviceauth {
namespace {

constexpr std::size_t kMostWays = 16;
// Nobody waits for a topic on which there is more to look at: the Evaluator knows when to give up.
constexpr std::size_t kMostFollowed = 256;
constexpr std::size_t kMostEdgesOfARun = 64;

std::uint32_t PlaceOf(const std::string& name, std::vector<std::string>* names) {
  const auto found = std::find(names->begin(), names->end(), name);
  const auto place = static_cast<std::uint32_t>(found - names->begin());
  if (found == names->end()) names->push_back(name);
  return place;
}

}  // namespace

bool TopicIndex::Add(const TopicPattern& pattern, std::vector<std::string>* names) {
  std::uint32_t trie = 0;
  std::string run;
  std::size_t size = 0;
  for (const TopicAtom& atom : pattern.atoms) size += atom.text.size();
  longest_ = std::max(longest_, size);
  for (const TopicAtom& atom : pattern.atoms) {
    if (atom.kind == TopicAtom::Kind::kText) {
      run = atom.text;
      continue;
    }
    trie = EdgeFrom(trie, run, atom.kind == TopicAtom::Kind::kLevel ? kLevel : PlaceOf(atom.text, names));
    if (trie == kNoTrie) return false;
    run.clear();
  }
  if (pattern.open) {
    tries_[trie].At(run).open = true;
  } else if (trie == 0 && IsOrdinary(run)) {
    literals_.Add(run);
  } else {
    tries_[trie].At(run).ends = true;
  }
  return true;
}

std::uint32_t TopicIndex::EdgeFrom(std::uint32_t trie, const std::string& run, std::uint32_t variable) {
  TextTrie::Run& at = tries_[trie].At(run);
  std::size_t count = 0;
  for (std::uint32_t number = at.number; number != 0; number = edges_[number].next) {
    if (edges_[number].variable == variable) return tries_of_edges_[number];
    count++;
  }
  if (count == kMostEdgesOfARun) return kNoTrie;
  const auto added = static_cast<std::uint32_t>(tries_.size());
  edges_.push_back({nullptr, variable, at.number});
  tries_of_edges_.push_back(added);
  at.number = static_cast<std::uint32_t>(edges_.size() - 1);
  tries_.emplace_back();
  return added;
}

void TopicIndex::Freeze(bool parents) {
  literals_.Freeze();
  tries_.shrink_to_fit();
  edges_.shrink_to_fit();
  for (TextTrie& trie : tries_) trie.Freeze();
  for (std::size_t i = 1; i < edges_.size(); i++) edges_[i].root = tries_[tries_of_edges_[i]].root();
  tries_of_edges_ = {};
  MarkSimpleEdges();
  has_literals_ = !literals_.empty();
  parents_ = parents;
  root_ = tries_.front().root();
}

// Where there is one variable and nothing else to go on with, the node itself says so: it is marked, its number is the
// variable, and it leads on to the next trie.
void TopicIndex::MarkSimpleEdges() {
  for (TextTrie& trie : tries_) {
    for (TextTrie::Node& node : trie.nodes()) {
      if (node.number == 0 || node.ends || node.open || node.step != TextTrie::kNone) continue;
      const Edge& edge = edges_[node.number];
      if (edge.variable == kLevel || edge.next != 0) continue;
      node.marked = true;
      node.number = edge.variable;
      node.only = edge.root;
    }
  }
}

// Asked twice with every message. What is rarer is kept out of it, for the sake of registers.
TopicIndex::Answer TopicIndex::Ask(std::string_view topic, const TopicValue* values) const noexcept {
  if (!IsInPlace(topic)) return AskOther(topic, values);
  if (has_literals_) return AskLiterals(topic, values);
  return AreFrequent(topic.data(), topic.size()) ? Walk(topic, values) : Answer::kNo;
}

TopicIndex::Answer TopicIndex::AskLiterals(std::string_view topic, const TopicValue* values) const noexcept {
  // All literals are ordinary.
  return literals_.HasLong(topic) ? Answer::kYes : AskPatterns(topic, values);
}

TopicIndex::Answer TopicIndex::AskPatterns(std::string_view topic, const TopicValue* values) const noexcept {
  return AreFrequent(topic.data(), topic.size()) ? Walk(topic, values) : Answer::kNo;
}

TopicIndex::Answer TopicIndex::AskOrdinary(std::string_view topic, std::uint64_t hash,
                                           const TopicValue* values) const noexcept {
  if (!IsInPlace(topic)) return AskOther(topic, values);
  if (has_literals_ && literals_.Has(topic, hash)) return Answer::kYes;
  return Walk(topic, values);
}

namespace {

// Whether the value and one step of the trie behind it lead to an open run: the frequent case. False says nothing.
[[gnu::always_inline]] inline bool LeadsAcross(const TopicValue& value, const TextTrie::Node& root, const char* at,
                                               std::size_t size, std::size_t slash) noexcept {
  if (!value.BeginsQuickly(at, size, slash)) return false;
  if (root.is_run) return root.open;
  // No step is longer than what is read.
  if (size - value.size() <= 8) return false;
  const TextTrie::Node* const node = TextTrie::Child(root, LoadWord(at + value.size()));
  return node != nullptr && node->open;
}

}  // namespace

[[gnu::always_inline]] inline TopicIndex::Answer TopicIndex::Walk(std::string_view topic,
                                                                  const TopicValue* values) const noexcept {
  const TextTrie::Node* node = root_;
  const char* at = topic.data();
  std::size_t size = topic.size() + parents_;
  if (!node->is_run) {
    // No topic that comes here is shorter than the first step.
    node = TextTrie::Child(*node, LoadWord(at));
    if (node == nullptr) return Answer::kNo;
    at += root_->step;
    size -= root_->step;
  }
  if (node->open) return Answer::kYes;
  return node->marked ? Follow(values, node, at, size) : WalkOn(values, node, at, size);
}

TopicIndex::Answer TopicIndex::WalkOn(const TopicValue* values, const TextTrie::Node* node, const char* at,
                                      std::size_t size) const noexcept {
  TopicRest rest(at, size, parents_);
  while (!node->is_run) {
    node = TextTrie::Next(*node, &rest);
    if (node == nullptr) return Answer::kNo;
  }
  if (node->open) return Answer::kYes;
  if (node->marked) return Follow(values, node, rest.at(), rest.size());
  if (node->number != 0) {
    const Edge& edge = edges_[node->number];
    if (edge.variable != kLevel &&
        LeadsAcross(values[edge.variable], *edge.root, rest.at(), rest.size(), parents_)) {
      return Answer::kYes;
    }
  }
  return FollowAll(values, node, rest.at(), rest.size());
}

TopicIndex::Answer TopicIndex::Follow(const TopicValue* values, const TextTrie::Node* node, const char* at,
                                      std::size_t size) const noexcept {
  return LeadsAcross(values[node->number], *node->only, at, size, parents_) ? Answer::kYes
                                                                            : FollowAll(values, node, at, size);
}

TopicIndex::Answer TopicIndex::FollowAll(const TopicValue* values, const TextTrie::Node* node, const char* at,
                                         std::size_t size) const noexcept {
  return FollowAllOf(values, node, TopicRest(at, size, parents_));
}

// Of a topic that is too short to be read in place, or too long.
TopicIndex::Answer TopicIndex::AskOther(std::string_view topic, const TopicValue* values) const noexcept {
  if (!IsOrdinary(topic)) return Answer::kNo;
  if (has_literals_ && literals_.Has(topic, Hash(topic))) return Answer::kYes;
  char text[kShortestInPlace + 8] = {};
  topic.copy(text, topic.size());
  if (parents_) text[topic.size()] = '/';
  return FollowAllOf(values, root_, PaddedRest(text, topic.size() + parents_, parents_));
}

template <typename Rest>
inline TopicIndex::Answer TopicIndex::FollowAllOf(const TopicValue* values, const TextTrie::Node* node,
                                                  Rest rest) const noexcept {
  // Ways that are still to be followed: a trie, and what is left for it.
  struct Way {
    const TextTrie::Node* node;
    const char* at;
    std::size_t size;
  };
  Way ways[kMostWays];
  std::size_t count = 0;
  std::size_t followed = 0;
  bool too_many = false;
  const auto add = [&](const TextTrie::Node* root, std::size_t skipped) {
    if (count == kMostWays) {
      too_many = true;
    } else {
      ways[count++] = {root, rest.at() + skipped, rest.size() - skipped};
    }
  };
  for (;;) {
    if (TextTrie::Ends(*node, rest)) return Answer::kYes;
    if (node->marked) {
      const TopicValue& value = values[node->number];
      if (value.Begins(rest)) add(node->only, value.size());
    } else {
      for (std::uint32_t number = node->number; number != 0; number = edges_[number].next) {
        const Edge& edge = edges_[number];
        if (edge.variable != kLevel) {
          const TopicValue& value = values[edge.variable];
          if (value.Begins(rest)) add(edge.root, value.size());
        } else if (rest.size() >= rest.slash()) {
          const char* const end = rest.at() + (rest.size() - rest.slash());
          add(edge.root, static_cast<std::size_t>(FindByte(rest.at(), end, '/') - rest.at()));
        }
      }
    }
    node = TextTrie::Next(*node, &rest);
    if (node != nullptr) continue;
    if (count == 0) return too_many ? Answer::kUnknown : Answer::kNo;
    if (++followed > kMostFollowed) return Answer::kUnknown;
    const Way& way = ways[--count];
    node = way.node;
    rest = Rest(way.at, way.size, parents_);
  }
}

}  // namespace deviceauth

// Runs of text that stand at the beginning of a text: one walk finds all of them, shortest first. A node looks at as many
// bytes at once, up to eight, as every run below it has, so that a walk takes few steps however many runs there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bytes.h"
#include "work.h"

namespace deviceauth {

// The rest of a text that a trie reads, behind whose end at least seven bytes can be read.
class PaddedRest {
 public:
  // `slash`: the last byte of the size is a slash that is read behind the text's own end.
  PaddedRest(const char* at, std::size_t size, bool slash = false) noexcept : at_(at), size_(size), slash_(slash) {}

  const char* at() const noexcept { return at_; }
  std::size_t size() const noexcept { return size_; }
  // Of the size, what is the slash: none or one. It is behind the text's own end that the size is smaller.
  std::size_t slash() const noexcept { return slash_; }
  // The next eight bytes, if there are any.
  std::uint64_t Word() const noexcept { return LoadWord(at_); }
  void Skip(std::size_t bytes) noexcept {
    at_ += bytes;
    size_ -= bytes;
  }

 protected:
  const char* at_;
  std::size_t size_;
  std::size_t slash_;
};

class TextTrie {
 public:
  TextTrie() = default;
  TextTrie(TextTrie&&) = default;
  TextTrie& operator=(TextTrie&&) = default;

  struct Run {
    // Whatever follows: a walk that gets here is over, and longer runs are not kept.
    bool open = false;
    // The text may end here.
    bool ends = false;
    // What `visit` is called with; 0: nothing.
    std::uint32_t number = 0;
  };

  // Before Freeze only.
  Run& At(std::string_view run) {
    if (runs_ == nullptr) runs_ = std::make_unique<Runs>();
    return (*runs_)[std::string(run)];
  }
  bool empty() const noexcept { return empty_; }
  void Freeze();

  // There is nothing below; more than any text has.
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Node;
  // Behind a node's last comes one that leads nowhere and has no key, as all free ones.
  struct Edge {
    std::uint64_t key = 0;
    const Node* to = nullptr;
  };
  static const Edge kNoEdge;
  // Where a walk can be: some text is behind it.
  struct Node {
    // Of the bytes that are looked at next.
    std::uint64_t mask = 0;
    // What they are and where they lead, if they can be one thing only. Otherwise the node's edges: open addressing, by
    // the key's hash without its last `shift` bits.
    std::uint64_t key = 0;
    const Node* only = nullptr;
    const Edge* edges = &kNoEdge;
    // How many those bytes are, or kNone.
    std::uint32_t step = kNone;
    // That of the run that ends here.
    std::uint32_t number = 0;
    std::uint8_t shift = 63;
    // The run that ends here is open; a text may end here; either of them, or there is a number.
    bool open = false;
    bool ends = false;
    bool is_run = false;
    // For whoever calls `nodes`.
    bool marked = false;
  };

  // After Freeze only.
  const Node* root() const noexcept { return nodes_.data(); }
  // To be marked.
  std::vector<Node>& nodes() noexcept { return nodes_; }

  // A text is accepted of which this is left when a walk is here.
  template <typename Rest>
  [[gnu::always_inline]] static bool Ends(const Node& node, const Rest& rest) noexcept {
    return node.open || (node.ends && rest.size() == rest.slash());
  }

  // One step. Null: it leads nowhere.
  template <typename Rest>
  [[gnu::always_inline]] static const Node* Next(const Node& node, Rest* rest) noexcept {
    if (node.step > rest->size()) return nullptr;
    const std::uint64_t word = rest->Word();
    rest->Skip(node.step);
    return Child(node, word);
  }

  // Where the next eight bytes lead, of which the node looks at some. Null: nowhere.
  [[gnu::always_inline]] static const Node* Child(const Node& node, std::uint64_t word) noexcept {
    const std::uint64_t key = word & node.mask;
    if (node.only != nullptr) return key == node.key ? node.only : nullptr;
    for (const Edge* edge = node.edges + ((key * kMultiplier) >> node.shift);; edge++) {
      if (edge->key == key) return edge->to;
      if (edge->to == nullptr) return nullptr;
    }
  }

  enum class Found : std::uint8_t { kNothing, kEnd, kRun };

  // What Walk would find: nothing, what makes it true, or first of all a run that it would visit.
  [[gnu::always_inline]] Found Look(PaddedRest rest) const noexcept {
    const Node* node = root();
    do {
      if (!node->is_run) continue;
      if (Ends(*node, rest)) return Found::kEnd;
      if (node->number != 0) return Found::kRun;
    } while ((node = Next(*node, &rest)) != nullptr);
    return Found::kNothing;
  }

  // Calls `visit(number, place behind the run)` for the runs that the text begins with. True as soon as a run is open,
  // or ends where the text does, or `visit` says so. Throws TooCostly.
  template <typename Visit>
  bool Walk(PaddedRest rest, Work* work, Visit&& visit) const {
    const Node* node = root();
    do {
      work->Spend(kStepsOfANode);
      if (!node->is_run) continue;
      if (Ends(*node, rest)) return true;
      if (node->number != 0 && visit(node->number, rest.at())) return true;
    } while ((node = Next(*node, &rest)) != nullptr);
    return false;
  }

 private:
  // Of work.
  static constexpr std::size_t kStepsOfANode = 16;

  using Runs = std::map<std::string, Run, std::less<>>;
  // Which node each child is, by its key.
  using Children = std::vector<std::pair<std::uint64_t, std::size_t>>;

  void Link(const std::vector<Children>& children);

  // Null: there are none, or the nodes are made.
  std::unique_ptr<Runs> runs_;
  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::vector<Edge> edges_;
  bool empty_ = true;
};

}  // namespace deviceauth

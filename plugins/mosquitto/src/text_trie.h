// Runs of text that stand at the beginning of a text: one walk finds all of them, shortest first. A node looks at as many
// bytes at once, up to eight, as every run below it has, so that a walk takes few steps however many runs there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"
#include "edge_table.h"

namespace deviceauth {

class TextTrie {
 public:
  struct Run {
    // Whatever follows: a walk that gets here is over, and longer runs are not kept.
    bool open = false;
    // The text may end here.
    bool ends = false;
    // What `visit` is called with; 0: nothing.
    std::uint32_t number = 0;
  };

  // Before Freeze only.
  Run& At(std::string_view run) { return runs_[std::string(run)]; }
  bool empty() const noexcept { return empty_; }
  void Freeze();

  enum class Found : std::uint8_t { kNothing, kEnds, kOpen, kRuns };

  // What Walk would find in `text[0..end)`: nothing, what makes it true (kOpen), or first of all a run that it would visit.
  [[gnu::always_inline]] Found Look(const char* text, std::size_t end) const noexcept {
    const Node* node = nodes_.data();
    std::uint32_t at = 0;
    std::size_t place = 0;
    for (;;) {
      if (node->found != Found::kNothing) {
        if (node->found != Found::kEnds) return node->found;
        if (place == end) return Found::kOpen;
      }
      if (node->step > end - place) return Found::kNothing;
      at = Next(*node, at, text + place);
      if (at == 0) return Found::kNothing;
      place += node->step;
      node = nodes_.data() + at;
    }
  }

  // Calls `visit(number, place behind the run)` for the runs at `text[from..end)`. True as soon as a run is open, or ends
  // where the text does, or `visit` says so. At least seven bytes behind `end` can be read.
  template <typename Visit>
  bool Walk(const char* text, std::size_t from, std::size_t end, Visit&& visit) const {
    std::uint32_t at = 0;
    std::size_t place = from;
    for (;;) {
      const Node& node = nodes_[at];
      if (node.found == Found::kOpen || (node.ends && place == end)) return true;
      if (node.number != 0 && visit(node.number, place)) return true;
      if (node.step > end - place) return false;
      at = Next(node, at, text + place);
      if (at == 0) return false;
      place += node.step;
    }
  }

 private:
  struct Node {
    // Of the bytes looked at.
    std::uint64_t mask = 0;
    // What they are and where they lead, if they can be one thing only. Otherwise an edge is looked up.
    std::uint64_t key = 0;
    std::uint32_t only = 0;
    // How many those are; more than any text has if there is nothing below.
    std::uint32_t step = UINT32_MAX;
    std::uint32_t number = 0;
    Found found = Found::kNothing;
    bool ends = false;
  };

  [[gnu::always_inline]] std::uint32_t Next(const Node& node, std::uint32_t at, const char* text) const noexcept {
    const std::uint64_t key = LoadWord(text) & node.mask;
    if (node.only != 0) return key == node.key ? node.only : 0;
    return edges_.Find(at, key);
  }

  std::map<std::string, Run, std::less<>> runs_;
  std::vector<Node> nodes_ = std::vector<Node>(1);
  EdgeTable edges_;
  bool empty_ = true;
};

}  // namespace deviceauth

// Makes the nodes of a trie from its sorted runs. See text_trie.h.
#include "text_trie.h"

#include <algorithm>
#include <utility>

namespace deviceauth {

void TextTrie::Freeze() {
  empty_ = runs_.empty();
  const std::vector<std::pair<std::string, Run>> runs(runs_.begin(), runs_.end());
  runs_.clear();
  // Runs [first, last) share their first `depth` bytes, which lead to `node`.
  struct Range {
    std::uint32_t node;
    std::size_t first;
    std::size_t last;
    std::size_t depth;
  };
  std::vector<Range> ranges;
  if (!runs.empty()) ranges.push_back({0, 0, runs.size(), 0});
  while (!ranges.empty()) {
    Range range = ranges.back();
    ranges.pop_back();
    // Sorted and without repetition: a run that ends here is the first.
    const auto& [text, run] = runs[range.first];
    if (text.size() == range.depth) {
      nodes_[range.node].found = run.open ? Found::kOpen : run.number != 0 ? Found::kRuns : Found::kEnds;
      nodes_[range.node].ends = run.ends;
      nodes_[range.node].number = run.number;
      range.first++;
      if (run.open) continue;
    }
    std::size_t step = 8;
    for (std::size_t i = range.first; i < range.last; i++) {
      step = std::min(step, runs[i].first.size() - range.depth);
    }
    if (range.first == range.last) continue;
    nodes_[range.node].step = static_cast<std::uint32_t>(step);
    nodes_[range.node].mask = kFirstBytes[step];
    const auto key_of = [&](std::size_t i) {
      return LoadUpTo8(std::string_view(runs[i].first).substr(range.depth, step));
    };
    for (std::size_t i = range.first; i < range.last;) {
      const std::uint64_t key = key_of(i);
      const std::size_t first = i;
      while (i < range.last && key_of(i) == key) i++;
      const auto child = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
      if (first == range.first && i == range.last) {
        nodes_[range.node].key = key;
        nodes_[range.node].only = child;
      } else {
        edges_.Add(range.node, key, child);
      }
      ranges.push_back({child, first, i, range.depth + step});
    }
  }
  nodes_.shrink_to_fit();
}

}  // namespace deviceauth

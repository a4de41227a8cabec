// Makes the nodes of a trie from its sorted runs. See text_trie.h.
#include "text_trie.h"

#include <algorithm>
#include <utility>

namespace deviceauth {

const TextTrie::Edge TextTrie::kNoEdge;

void TextTrie::Freeze() {
  if (runs_ == nullptr) return;
  empty_ = false;
  const std::vector<std::pair<std::string, Run>> runs(runs_->begin(), runs_->end());
  runs_.reset();
  // Runs [first, last) share their first `depth` bytes, which lead to `node`.
  struct Range {
    std::size_t node;
    std::size_t first;
    std::size_t last;
    std::size_t depth;
  };
  std::vector<Children> children(1);
  std::vector<Range> ranges;
  ranges.push_back({0, 0, runs.size(), 0});
  while (!ranges.empty()) {
    Range range = ranges.back();
    ranges.pop_back();
    // Sorted and without repetition: a run that ends here is the first.
    const auto& [text, run] = runs[range.first];
    if (text.size() == range.depth) {
      nodes_[range.node].open = run.open;
      nodes_[range.node].ends = run.ends;
      nodes_[range.node].is_run = run.open || run.ends || run.number != 0;
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
      const std::size_t child = nodes_.size();
      nodes_.emplace_back();
      children.resize(nodes_.size());
      children[range.node].push_back({key, child});
      ranges.push_back({child, first, i, range.depth + step});
    }
  }
  nodes_.shrink_to_fit();
  Link(children);
}

// Nodes do not move any more.
void TextTrie::Link(const std::vector<Children>& children) {
  // At most half full. Instead of going round, a search that comes to the end goes on behind it.
  std::vector<std::size_t> begins(children.size());
  for (std::size_t n = 0; n < children.size(); n++) {
    if (children[n].size() < 2) continue;
    Node& node = nodes_[n];
    node.shift = 62;
    while ((std::size_t{1} << (64 - node.shift)) < 2 * children[n].size()) node.shift--;
    begins[n] = edges_.size();
    edges_.resize(begins[n] + (std::size_t{1} << (64 - node.shift)));
    for (const auto& [key, child] : children[n]) {
      std::size_t i = begins[n] + ((key * kMultiplier) >> node.shift);
      while (i < edges_.size() && edges_[i].to != nullptr) i++;
      if (i == edges_.size()) edges_.emplace_back();
      edges_[i] = {key, &nodes_[child]};
    }
    if (edges_.back().to != nullptr) edges_.emplace_back();
  }
  edges_.shrink_to_fit();
  for (std::size_t n = 0; n < children.size(); n++) {
    if (children[n].size() == 1) {
      nodes_[n].key = children[n].front().first;
      nodes_[n].only = &nodes_[children[n].front().second];
    } else if (!children[n].empty()) {
      nodes_[n].edges = edges_.data() + begins[n];
    }
  }
}

}  // namespace deviceauth

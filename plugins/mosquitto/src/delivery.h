// Resource patterns of `mqtt:subscribe`, of one effect: does any match a valid MQTT filter that covers a topic?
//
// Patterns are kept in a trie over their complete leading levels: text, `+`, or a variable alone. A topic walks it along its
// own levels and along `+`. Patterns that go on with a wildcard inside a level wait at the node they reach, by the text they
// go on with; only there is a pattern simulated. Patterns that are not plain text up to the filter (`*`, `mqtt:*:x`) are
// simulated for every topic. What no valid filter can be (`a+`, `#/a`) is not kept.
//
// Most patterns are simple: text and variables, and perhaps `/*` or `/#` at the end. Such a pattern covers the topics that it
// matches as a text, so those are looked up as any other resource is, and only the rest is walked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edge_table.h"
#include "filter_simulation.h"
#include "packed_texts.h"
#include "patterns.h"
#include "request_text.h"
#include "text_index.h"
#include "text_trie.h"

namespace deviceauth {

class FilterIndex {
 public:
  // What a look-up needs beside the index; of one evaluator.
  struct Scratch {
    struct Waiting {
      std::uint32_t node;
      std::size_t place;
    };
    explicit Scratch(Work* of_decision) : simulation(of_decision), texts(of_decision), work(of_decision) {}

    std::vector<Waiting> waiting;
    FilterSimulation simulation;
    TextIndex::Scratch texts;
    Work* const work;
  };

  void Add(const Pattern& pattern);
  // After the last Add, before the first Matches.
  void Freeze();

  // Of a request that is a valid topic. `any_character`: characters that the request rule of device groups forbids may
  // stand in a filter.
  [[gnu::always_inline]] bool Matches(RequestText& request, const Variables& variables, bool any_character,
                                      Scratch* scratch) const {
    if (request.ordinary()) {
      if (simple_.Matches(request, variables, &scratch->texts)) return true;
      if (!complex_) {
        if (simple_names_.empty()) return false;
        if (simple_variables_.Matches(request, variables, &scratch->texts)) return true;
        // Values that are MQTT's wildcards cover more than they match as a text.
        if (!HasSpecialValue(simple_names_, variables, scratch->work)) return false;
      }
      if (nodes_.front().hash || nodes_.front().open) return true;
      request.ReadLevels();
      const Found found = Look(request);
      if (found != Found::kMore) return found == Found::kCovers;
    }
    return MatchesAny(request, variables, any_character, scratch);
  }

 private:
  // Sources of patterns.
  using Sources = PackedTexts;

  struct Edge {
    std::string variable;
    std::uint32_t node;
  };
  // Text that stands in the level literally, and patterns that go on behind it.
  struct Waiting {
    Sources patterns;
  };
  // Beside a node: eight bytes of a level were matched and more follow.
  static constexpr std::uint32_t kInner = 0x80000000;

  // What few nodes have.
  struct More {
    std::vector<Edge> edges;
    TextTrie runs;
    std::vector<Waiting> waiting;
    Sources others;
  };
  // Levels before it are matched, with the slash behind them.
  struct Node {
    // A pattern ended with the level before.
    bool ends = false;
    // A pattern goes on with `#` and ends.
    bool hash = false;
    // A pattern goes on with a star and ends.
    bool open = false;
    // Levels as text lead on.
    bool levels = false;
    std::uint32_t plus = 0;
    // Number of a More and one; 0: none.
    std::uint32_t more = 0;
  };

  enum class Found { kNothing, kCovers, kMore };

  // Follows an ordinary topic as long as there is one way only.
  [[gnu::always_inline]] Found Look(const RequestText& request) const noexcept;
  [[gnu::noinline]] bool MatchesAny(RequestText& request, const Variables& variables, bool any_character,
                                     Scratch* scratch) const;

  enum class Kind { kSimple, kSimpleVariables, kComplex };

  Kind AddSimple(const Pattern& rest);
  // `source`: of the whole pattern.
  void Insert(Pattern rest, const std::string& source);
  std::uint32_t Level(std::uint32_t from, std::string_view level);
  std::uint32_t VariableLevel(std::uint32_t from, const std::string& variable);
  void Wait(std::uint32_t at, Pattern rest);
  std::uint32_t NewNode();
  More& MoreOf(std::uint32_t node);

  std::uint32_t FindLevel(std::uint32_t from, const char* level, std::size_t size) const noexcept {
    while (size > 8) {
      from = levels_.Find(from | kInner, LoadWord(level));
      if (from == 0) return 0;
      level += 8;
      size -= 8;
    }
    return levels_.Find(from, LoadWord(level) & kFirstBytes[size]);
  }
  bool Walk(const RequestText& request, const Variables& variables, bool any_character, Scratch* scratch) const;
  bool WalkLevel(const Node& node, const RequestText& request, std::size_t start, std::size_t end,
                 const Variables& variables, bool any_character, Scratch* scratch) const;
  static bool HasSpecialValue(const std::vector<std::string>& names, const Variables& variables, Work* work);

  std::vector<Node> nodes_ = std::vector<Node>(1);
  // From a node by a level's last eight bytes at most; from a node and kInner by eight bytes with more behind them.
  EdgeTable levels_;
  std::vector<More> more_;
  // Not plain text up to the filter.
  Sources general_;
  // With a variable for a whole level, and the names of those variables.
  Sources with_edges_;
  std::vector<std::string> edge_names_;
  // Neither of these two.
  bool one_way_ = true;
  // Not only simple patterns.
  bool complex_ = false;
  // As patterns of topics: those without variables, which are nowhere else, for every topic not of extreme length; those
  // with variables for ordinary topics.
  TextIndex simple_;
  TextIndex simple_variables_;
  // Their variables.
  std::vector<std::string> simple_names_;
  // All, for topics of extreme length.
  Sources all_;
};

inline FilterIndex::Found FilterIndex::Look(const RequestText& request) const noexcept {
  if (!one_way_) return Found::kMore;
  const char* const topic = request.topic();
  const std::size_t size = request.topic_size();
  std::uint32_t at = 0;
  for (std::size_t start = 0;;) {
    const Node& node = nodes_[at];
    if (node.hash || node.open) return Found::kCovers;
    if (start > size) {
      if (node.ends) return Found::kCovers;
      return node.more == 0 ? Found::kNothing : Found::kMore;
    }
    if (node.more != 0) return Found::kMore;
    const std::size_t end = request.LevelEnd(start);
    if (node.levels) {
      if (node.plus != 0) return Found::kMore;
      at = FindLevel(at, topic + start, end - start);
    } else {
      at = node.plus;
    }
    if (at == 0) return Found::kNothing;
    start = end + 1;
  }
}

}  // namespace deviceauth

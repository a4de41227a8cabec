// Arranges many patterns by a piece of each, and finds pieces in a text. See rests.h.
#include "rests.h"

#include <unordered_map>

namespace deviceauth {
namespace {

constexpr std::size_t kFew = 16;
// Lengths of pieces; each pattern uses the longest that it has.
constexpr std::size_t kLengths[] = {8, 4, 2};
// Of work, for each place where a piece can be.
constexpr std::size_t kStepsOfAPlace = 4;

std::string_view LongestText(const Pattern& pattern) {
  std::string_view longest;
  for (const Segment& segment : pattern.segments) {
    for (const Atom& atom : segment.atoms) {
      if (atom.kind == Atom::Kind::kText && atom.text.size() > longest.size()) longest = atom.text;
    }
  }
  return longest;
}

}  // namespace

void Rests::Freeze() {
  if (patterns_.size() <= kFew) return;
  std::vector<Pattern> without;
  // By length, from the piece's bytes to its number.
  std::unordered_map<std::uint64_t, std::uint32_t> numbers[3];
  for (Pattern& pattern : patterns_) {
    const std::string_view text = LongestText(pattern);
    std::size_t which = 0;
    while (which < 3 && kLengths[which] > text.size()) which++;
    if (which == 3) {
      without.push_back(std::move(pattern));
      continue;
    }
    // The last bytes: texts that differ often differ at their ends.
    const std::uint64_t bytes = LoadUpTo8(text.substr(text.size() - kLengths[which]));
    const auto [found, added] = numbers[which].emplace(bytes, static_cast<std::uint32_t>(pieces_.size()));
    if (added) pieces_.emplace_back();
    pieces_[found->second].push_back(std::move(pattern));
  }
  patterns_ = std::move(without);
  for (std::size_t which = 0; which < 3; which++) {
    if (numbers[which].empty()) continue;
    Length length;
    length.bytes = kLengths[which];
    length.shift = 63;
    std::size_t slots = 2;
    while (slots < 4 * numbers[which].size()) {
      slots *= 2;
      length.shift--;
    }
    length.table.resize(slots);
    for (const auto& [bytes, number] : numbers[which]) {
      std::size_t i = (bytes * kMultiplier) >> length.shift;
      while (length.table[i].number != 0) i = (i + 1) % slots;
      length.table[i] = {bytes, number + 1};
    }
    lengths_.push_back(std::move(length));
  }
}

bool Rests::MatchPieces(std::string_view text, std::size_t from, const Variables& variables,
                        TriedPieces* tried, Work* work) const {
  tried->Begin(pieces_.size());
  for (const Length& length : lengths_) {
    work->Spend(kStepsOfAPlace * (text.size() - from));
    const std::uint64_t mask = kFirstBytes[length.bytes];
    const std::size_t slots = length.table.size();
    for (std::size_t at = from; at + length.bytes <= text.size(); at++) {
      const std::uint64_t bytes = LoadWord(text.data() + at) & mask;
      for (std::size_t i = (bytes * kMultiplier) >> length.shift; length.table[i].number != 0; i = (i + 1) % slots) {
        if (length.table[i].bytes != bytes) continue;
        const std::size_t number = length.table[i].number - 1;
        if (tried->Try(number) && AnyMatches(pieces_[number], text, from, variables, work)) return true;
        break;
      }
    }
  }
  return false;
}

}  // namespace deviceauth

// Patterns that begin alike and go on with a wildcard, such as a thousand of `*` + `/x1/` + `*`. A few are tried one by one.
// Of many, one pass over the text tells which can match at all: each is kept under a piece of its longest text, and a
// pattern whose piece is nowhere cannot match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "bytes.h"
#include "patterns.h"

namespace deviceauth {

// Which pieces were tried for a text already, by evaluator.
class TriedPieces {
 public:
  void Begin(std::size_t pieces) {
    if (stamps_.size() < pieces) stamps_.resize(pieces);
    if (++stamp_ == 0) {
      stamps_.assign(stamps_.size(), 0);
      stamp_ = 1;
    }
  }
  // True the first time.
  bool Try(std::size_t piece) noexcept {
    if (stamps_[piece] == stamp_) return false;
    stamps_[piece] = stamp_;
    return true;
  }

 private:
  std::vector<std::uint32_t> stamps_;
  std::uint32_t stamp_ = 0;
};

class Rests {
 public:
  bool empty() const noexcept { return patterns_.empty() && pieces_.empty(); }
  void Add(Pattern pattern) { patterns_.push_back(std::move(pattern)); }
  void Freeze();

  // Any pattern matches `text` from `from` on. At least seven bytes behind the text can be read.
  // Throws TooCostly.
  bool Match(std::string_view text, std::size_t from, const Variables& variables, TriedPieces* tried, Work* work) const {
    return AnyMatches(patterns_, text, from, variables, work) ||
           (!pieces_.empty() && MatchPieces(text, from, variables, tried, work));
  }

 private:
  struct Piece {
    std::uint64_t bytes = 0;
    // That of the piece and one; 0: a free slot.
    std::uint32_t number = 0;
  };
  // Pieces of one length.
  struct Length {
    std::size_t bytes = 0;
    std::vector<Piece> table;
    int shift = 0;
  };

  static bool AnyMatches(const std::vector<Pattern>& patterns, std::string_view text, std::size_t from,
                         const Variables& variables, Work* work) {
    for (const Pattern& pattern : patterns) {
      if (Matches(pattern, text, from, variables, work)) return true;
    }
    return false;
  }
  bool MatchPieces(std::string_view text, std::size_t from, const Variables& variables, TriedPieces* tried,
                   Work* work) const;

  // A few, or those without a piece.
  std::vector<Pattern> patterns_;
  // By number of the piece.
  std::vector<std::vector<Pattern>> pieces_;
  std::vector<Length> lengths_;
};

}  // namespace deviceauth

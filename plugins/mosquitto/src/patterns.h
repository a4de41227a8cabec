// The pattern language of docs/grants.md: `*` any run of any characters, `?` one code point, `\` makes the next character
// literal, `${name}` a session variable whose value is literal text.
//
// A parsed pattern is a list of segments, which is what stands between its runs of stars: the first is anchored at the
// beginning of the text, the last at its end. Matching is greedy from left to right: after a star, the leftmost place
// where the next segment fits is always good enough. So there is no backtracking: at worst O(text × pattern), no
// recursion, no allocation. Texts and values are UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"
#include "variables.h"
#include "work.h"

namespace deviceauth {

struct Atom {
  enum class Kind { kText, kAny, kVariable };
  Kind kind;
  // Of a variable its name; of kAny nothing.
  std::string text;
};

struct Segment {
  std::vector<Atom> atoms;
  // It matches no text shorter than this, in bytes.
  std::size_t minimum = 0;

  bool IsEmpty() const noexcept { return atoms.empty(); }
  bool IsText() const noexcept {
    return atoms.empty() || (atoms.size() == 1 && atoms.front().kind == Atom::Kind::kText);
  }
  // Of a segment that is text.
  std::string_view Text() const noexcept {
    return atoms.empty() ? std::string_view() : std::string_view(atoms.front().text);
  }
};

Segment MakeSegment(std::vector<Atom> atoms);

struct Pattern {
  // At least one; one fewer stars than segments.
  std::vector<Segment> segments;
  std::size_t minimum = 0;

  bool IsLiteral() const noexcept { return segments.size() == 1 && segments.front().IsText(); }
  // One star and nothing else.
  bool IsStar() const noexcept {
    return segments.size() == 2 && segments.front().IsEmpty() && segments.back().IsEmpty();
  }
};

Pattern MakePattern(std::vector<Segment> segments);

// None: not a pattern. Operations have no variables, there `${` is not a pattern.
std::optional<Pattern> ParsePattern(std::string_view source, bool variables);

// A text that parses to this pattern.
std::string SourceOf(const Pattern& pattern);

// `text` from `start` on matches the whole pattern. A variable without value matches nothing. Throws TooCostly.
bool Matches(const Pattern& pattern, std::string_view text, std::size_t start, const Variables& variables, Work* work);

}  // namespace deviceauth

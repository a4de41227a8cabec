// Parses patterns and matches them. See patterns.h.
#include "patterns.h"

#include <utility>

#include "well_formed.h"

namespace deviceauth {
namespace {

constexpr const char* kNoPlace = nullptr;

// Steps of work, besides those for what is compared.
constexpr std::size_t kPatternSteps = 40;
constexpr std::size_t kPlaceSteps = 8;
constexpr std::size_t kAtomSteps = 4;
constexpr std::size_t kVariableSteps = 4;
constexpr std::size_t kBytesOfAStep = 8;

bool StandsAt(std::string_view part, const char* at, const char* end) noexcept {
  return static_cast<std::size_t>(end - at) >= part.size() && EqualBytes(part.data(), at, part.size());
}

// A text or a variable's value; false: a variable without value.
bool TextOf(const Atom& atom, const Variables& variables, std::string_view* text) noexcept {
  if (atom.kind == Atom::Kind::kText) {
    *text = atom.text;
    return true;
  }
  const std::string* value = ValueOf(variables, atom.text);
  if (value == nullptr) return false;
  *text = *value;
  return true;
}

std::size_t StepsOf(const Atom& atom, const Variables& variables) noexcept {
  return kAtomSteps +
         (atom.kind == Atom::Kind::kVariable ? kVariableSteps * variables.size() : atom.text.size() / kBytesOfAStep);
}

// Where the segment ends when it begins at `at`.
const char* MatchForward(const Segment& segment, const char* at, const char* end, const Variables& variables,
                         Work* work) {
  for (const Atom& atom : segment.atoms) {
    work->Spend(StepsOf(atom, variables));
    if (atom.kind == Atom::Kind::kAny) {
      if (at == end || static_cast<std::size_t>(end - at) < LengthOfCodePoint(*at)) return kNoPlace;
      at += LengthOfCodePoint(*at);
      continue;
    }
    std::string_view part;
    if (!TextOf(atom, variables, &part) || !StandsAt(part, at, end)) return kNoPlace;
    at += part.size();
  }
  return at;
}

// Where the segment begins, not before `from`, when it ends at `end`.
const char* MatchBackward(const Segment& segment, const char* from, const char* end, const Variables& variables,
                          Work* work) {
  const char* at = end;
  for (std::size_t i = segment.atoms.size(); i-- > 0;) {
    const Atom& atom = segment.atoms[i];
    work->Spend(StepsOf(atom, variables));
    if (atom.kind == Atom::Kind::kAny) {
      if (at == from) return kNoPlace;
      do at--;
      while (at != from && IsContinuation(*at));
      if (IsContinuation(*at)) return kNoPlace;
      continue;
    }
    std::string_view part;
    if (!TextOf(atom, variables, &part) || static_cast<std::size_t>(at - from) < part.size()) return kNoPlace;
    at -= part.size();
    if (!EqualBytes(part.data(), at, part.size())) return kNoPlace;
  }
  return at;
}

const char* FindText(std::string_view wanted, const char* at, const char* limit, Work* work) {
  if (static_cast<std::size_t>(limit - at) < wanted.size()) return kNoPlace;
  if (wanted.empty()) return at;
  const char* const last = limit - wanted.size() + 1;
  for (;; at++) {
    const char* const from = at;
    at = FindByte(at, last, wanted.front());
    work->Spend(kPlaceSteps + (static_cast<std::size_t>(at - from) + wanted.size()) / kBytesOfAStep);
    if (at == last) return kNoPlace;
    if (EqualBytes(wanted.data(), at, wanted.size())) return at + wanted.size();
  }
}

// The end of the leftmost place from `at` on where the segment fits before `limit`.
const char* Find(const Segment& segment, const char* at, const char* limit, const Variables& variables, Work* work) {
  if (segment.IsText()) return FindText(segment.Text(), at, limit, work);
  for (const char* from = at; static_cast<std::size_t>(limit - from) >= segment.minimum; from++) {
    // Never begin inside a code point: `?` is a whole one.
    if (from != limit && IsContinuation(*from)) continue;
    const char* end = MatchForward(segment, from, limit, variables, work);
    if (end != kNoPlace) return end;
    if (from == limit) break;
  }
  return kNoPlace;
}

void AppendEscaped(std::string_view text, std::string* source) {
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\' || c == '$') source->push_back('\\');
    source->push_back(c);
  }
}

}  // namespace

Segment MakeSegment(std::vector<Atom> atoms) {
  Segment segment;
  for (const Atom& atom : atoms) {
    if (atom.kind == Atom::Kind::kText) segment.minimum += atom.text.size();
    if (atom.kind == Atom::Kind::kAny) segment.minimum += 1;
  }
  segment.atoms = std::move(atoms);
  return segment;
}

Pattern MakePattern(std::vector<Segment> segments) {
  Pattern pattern;
  for (const Segment& segment : segments) pattern.minimum += segment.minimum;
  pattern.segments = std::move(segments);
  return pattern;
}

std::optional<Pattern> ParsePattern(std::string_view source, bool variables) {
  if (!IsUtf8(source)) return std::nullopt;
  std::vector<Segment> segments;
  std::vector<Atom> atoms;
  std::string text;
  const auto end_text = [&] {
    if (!text.empty()) atoms.push_back({Atom::Kind::kText, std::exchange(text, {})});
  };
  for (std::size_t i = 0; i < source.size(); i++) {
    const char c = source[i];
    if (c == '\\') {
      if (++i == source.size()) return std::nullopt;
      text.push_back(source[i]);
    } else if (c == '*') {
      end_text();
      while (i + 1 < source.size() && source[i + 1] == '*') i++;
      segments.push_back(MakeSegment(std::exchange(atoms, {})));
    } else if (c == '?') {
      end_text();
      atoms.push_back({Atom::Kind::kAny, {}});
    } else if (c == '$' && i + 1 < source.size() && source[i + 1] == '{') {
      const std::size_t end = source.find('}', i);
      if (!variables || end == std::string_view::npos || end == i + 2) return std::nullopt;
      const std::string_view name = source.substr(i + 2, end - i - 2);
      // No variable's name holds these; so `${` in a name cannot hide a mistake.
      if (name.find_first_of("{}$*?\\") != std::string_view::npos) return std::nullopt;
      end_text();
      atoms.push_back({Atom::Kind::kVariable, std::string(name)});
      i = end;
    } else {
      text.push_back(c);
    }
  }
  end_text();
  segments.push_back(MakeSegment(std::move(atoms)));
  return MakePattern(std::move(segments));
}

std::string SourceOf(const Pattern& pattern) {
  std::string source;
  for (std::size_t i = 0; i < pattern.segments.size(); i++) {
    if (i > 0) source.push_back('*');
    for (const Atom& atom : pattern.segments[i].atoms) {
      switch (atom.kind) {
        case Atom::Kind::kText:
          AppendEscaped(atom.text, &source);
          break;
        case Atom::Kind::kAny:
          source.push_back('?');
          break;
        case Atom::Kind::kVariable:
          source.append("${").append(atom.text).push_back('}');
          break;
      }
    }
  }
  return source;
}

bool Matches(const Pattern& pattern, std::string_view text, std::size_t start, const Variables& variables, Work* work) {
  work->Spend(kPatternSteps);
  if (text.size() - start < pattern.minimum) return false;
  const std::vector<Segment>& segments = pattern.segments;
  const char* at = text.data() + start;
  const char* limit = text.data() + text.size();
  at = MatchForward(segments.front(), at, limit, variables, work);
  if (at == kNoPlace) return false;
  const std::size_t last = segments.size() - 1;
  if (last == 0) return at == limit;
  limit = MatchBackward(segments[last], at, limit, variables, work);
  if (limit == kNoPlace) return false;
  for (std::size_t i = 1; i < last; i++) {
    at = Find(segments[i], at, limit, variables, work);
    if (at == kNoPlace) return false;
  }
  return true;
}

}  // namespace deviceauth

// Reads patterns of resources as patterns of topics. See topic_pattern.h.
#include "topic_pattern.h"

#include <string_view>
#include <utility>

namespace deviceauth {
namespace {

constexpr std::string_view kTopic = "mqtt:topic:";
constexpr std::string_view kFilter = "mqtt:topicfilter:";

const TopicPatterns kNone;
const TopicPatterns kAll = {{{{}, true}}, true};
// None that is sure.
const TopicPatterns kUnknown = {{}, false};

bool IsStarBehindText(const Pattern& pattern) {
  return pattern.segments.size() == 2 && pattern.segments[0].IsText() && pattern.segments[1].IsEmpty();
}

std::string_view LeadOf(const Pattern& pattern) {
  const std::vector<Atom>& atoms = pattern.segments.front().atoms;
  return !atoms.empty() && atoms.front().kind == Atom::Kind::kText ? std::string_view(atoms.front().text)
                                                                   : std::string_view();
}

// In a filter that covers an ordinary topic, or in the topic itself.
bool MayBeOrdinary(std::string_view text) {
  for (const char c : text) {
    if (!IsFrequent(c) && c != '+' && c != '#') return false;
  }
  return true;
}

// What `resource` has behind `head`, read by `read(atoms, open)`; none and all where the head is the whole matter.
template <typename Read>
TopicPatterns ReadBehind(std::string_view head, const Pattern& resource, Read&& read) {
  const std::string_view lead = LeadOf(resource);
  if (lead.substr(0, head.size()) != head) {
    if (lead != head.substr(0, lead.size()) || resource.IsLiteral()) return kNone;
    return IsStarBehindText(resource) ? kAll : kUnknown;
  }
  const bool open = resource.segments.size() == 2 && resource.segments.back().IsEmpty();
  if (resource.segments.size() != 1 && !open) return kUnknown;
  std::vector<Atom> atoms = resource.segments.front().atoms;
  atoms.front().text.erase(0, head.size());
  if (atoms.front().text.empty()) atoms.erase(atoms.begin());
  for (const Atom& atom : atoms) {
    if (atom.kind == Atom::Kind::kAny) return kUnknown;
    if (atom.kind == Atom::Kind::kText && !MayBeOrdinary(atom.text)) return kNone;
  }
  return read(atoms, open);
}

TopicPatterns ReadTopic(const std::vector<Atom>& atoms, bool open) {
  TopicPattern pattern;
  pattern.open = open;
  for (const Atom& atom : atoms) {
    const bool variable = atom.kind == Atom::Kind::kVariable;
    if (!variable && atom.text.find_first_of("+#") != std::string::npos) return kNone;
    pattern.atoms.push_back({variable ? TopicAtom::Kind::kVariable : TopicAtom::Kind::kText, atom.text});
  }
  return {{std::move(pattern)}, true};
}

void AddText(char c, std::vector<TopicAtom>* atoms) {
  if (atoms->empty() || atoms->back().kind != TopicAtom::Kind::kText) atoms->push_back({TopicAtom::Kind::kText, {}});
  atoms->back().text.push_back(c);
}

bool EndsLevel(const TopicPattern& pattern) {
  return !pattern.atoms.empty() && pattern.atoms.back().kind == TopicAtom::Kind::kText &&
         pattern.atoms.back().text.back() == '/';
}

TopicPatterns ReadFilter(const std::vector<Atom>& atoms, bool open) {
  TopicPattern pattern;
  TopicPatterns patterns;
  for (std::size_t i = 0; i < atoms.size(); i++) {
    const bool last_atom = i + 1 == atoms.size();
    const std::string& text = atoms[i].text;
    if (atoms[i].kind == Atom::Kind::kVariable) {
      // A value may be empty, or have `+`, and then it covers more than itself.
      patterns.complete = false;
      pattern.atoms.push_back({TopicAtom::Kind::kVariable, text});
      continue;
    }
    for (std::size_t at = 0; at < text.size(); at++) {
      const char c = text[at];
      if (c != '+' && c != '#') {
        AddText(c, &pattern.atoms);
        continue;
      }
      // Only a value can tell whether a level begins here.
      const bool after_value = at == 0 && i > 0;
      const bool last = at + 1 == text.size();
      if (after_value || (last && (open || !last_atom))) return kUnknown;
      // A valid filter has them for whole levels only, and `#` at its end.
      if (!pattern.atoms.empty() && !EndsLevel(pattern)) return kNone;
      if (!last && (c == '#' || text[at + 1] != '/')) return kNone;
      if (c == '+') {
        pattern.atoms.push_back({TopicAtom::Kind::kLevel, {}});
        continue;
      }
      if (pattern.atoms.empty()) return kAll;
      open = true;
    }
  }
  // Open within a level: its beginning is text, so `+` cannot stand for it.
  pattern.open = open;
  patterns.list.push_back(std::move(pattern));
  return patterns;
}

}  // namespace

TopicPatterns TopicsMatched(const Pattern& resource) { return ReadBehind(kTopic, resource, ReadTopic); }

TopicPatterns TopicsCovered(const Pattern& resource) { return ReadBehind(kFilter, resource, ReadFilter); }

}  // namespace deviceauth

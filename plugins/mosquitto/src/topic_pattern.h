// Resource patterns as what they mean for topics, so that a topic can be looked up as it is. Only the frequent kinds: text,
// variables and whole levels, and perhaps anything behind them. Only for ordinary topics (see IsOrdinary).
#pragma once

#include <string>
#include <vector>

#include "patterns.h"

namespace deviceauth {

struct TopicAtom {
  // kLevel: one level, whatever it is.
  enum class Kind { kText, kVariable, kLevel };
  Kind kind;
  // Of a variable its name; of kLevel nothing.
  std::string text;
};

struct TopicPattern {
  std::vector<TopicAtom> atoms;
  // Anything may follow.
  bool open = false;
};

// Of one resource pattern.
struct TopicPatterns {
  std::vector<TopicPattern> list;
  // No ordinary topic but those is meant, whatever the variables' values.
  bool complete = true;
};

// The topics whose resource it matches.
TopicPatterns TopicsMatched(const Pattern& resource);

// The topics that are covered by a filter whose resource it matches: with an open pattern that ends with a slash goes what
// stands before it, as `a/#` covers `a`.
TopicPatterns TopicsCovered(const Pattern& resource);

}  // namespace deviceauth

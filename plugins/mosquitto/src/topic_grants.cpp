#include "topic_grants.h"

namespace deviceauth {

void TopicGrants::Add(bool allow, TopicMatter matter, const TopicPatterns& patterns) {
  Part& part = parts_[static_cast<std::size_t>(matter)];
  TopicIndex& index = allow ? part.allowed : part.denied;
  bool complete = patterns.complete;
  for (const TopicPattern& pattern : patterns.list) complete = index.Add(pattern, &names_) && complete;
  if (!allow && !complete) part.denies_more = true;
}

void TopicGrants::Freeze() {
  for (std::size_t i = 0; i < kTopicMatters; i++) {
    // A filter that ends with `/#` covers what stands before it, too.
    const bool parents = static_cast<TopicMatter>(i) == TopicMatter::kCover;
    parts_[i].allowed.Freeze(parents);
    parts_[i].denied.Freeze(parents);
  }
}

}  // namespace deviceauth

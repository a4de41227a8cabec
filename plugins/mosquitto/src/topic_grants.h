// What the grants of one set say of topics, arranged so that an ordinary topic that is allowed is found from the topic as it
// is. Other questions are for the Evaluator.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "topic_index.h"
#include "topic_pattern.h"

namespace deviceauth {

// What a grant can be about: `mqtt:publish` or `mqtt:receive` on a topic, or, where a set derives delivery from
// `mqtt:subscribe`, a filter that covers it.
enum class TopicMatter { kPublish, kReceive, kCover };
inline constexpr std::size_t kTopicMatters = 3;

// Immutable once made.
class TopicGrants {
 public:
  // Of one matter.
  struct Part {
    // Not all that is allowed: what is not among it may be allowed all the same.
    TopicIndex allowed;
    // All that is denied, or else `denies_more`.
    TopicIndex denied;
    bool denies_more = false;
  };

  void Add(bool allow, TopicMatter matter, const TopicPatterns& patterns);
  // After the last Add.
  void Freeze();

  const Part& Of(TopicMatter matter) const noexcept { return parts_[static_cast<std::size_t>(matter)]; }
  // Variables, in the order in which the indexes want their values.
  const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  Part parts_[kTopicMatters];
  std::vector<std::string> names_;
};

}  // namespace deviceauth

// One session's answer to the broker's frequent question: may this topic, an ordinary one, be published or delivered? The
// TopicGrants of its sets, with its variables' values at hand.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "topic_grants.h"
#include "variables.h"

namespace deviceauth {

class GrantSet;

enum class TopicUse { kPublish, kDelivery };

class SessionTopics {
 public:
  // Both must outlive it.
  SessionTopics(const std::vector<std::shared_ptr<const GrantSet>>& sets, const Variables& variables);
  SessionTopics(const SessionTopics&) = delete;
  SessionTopics& operator=(const SessionTopics&) = delete;

  // True only if the Evaluator allows it; false says nothing.
  bool SurelyAllow(TopicUse use, std::string_view topic) const noexcept;
  // The same, and it says less: only where there is one set that allows and none that denies.
  [[gnu::always_inline]] bool SurelyAllowsAlone(TopicUse use, std::string_view topic) const noexcept {
    const Asked& alone = parts_[static_cast<std::size_t>(use)].alone;
    return alone.index != nullptr && alone.index->Ask(topic, alone.values) == TopicIndex::Answer::kYes;
  }

 private:
  struct Asked {
    const TopicIndex* index;
    const TopicValue* values;
  };
  // Of one question, and of all sets.
  struct Part {
    // If there is nothing else to be asked. Otherwise its index is null.
    Asked alone{nullptr, nullptr};
    std::vector<Asked> allowed;
    std::vector<Asked> denied;
  };

  Part parts_[2];
  std::vector<TopicValue> values_;
};

}  // namespace deviceauth

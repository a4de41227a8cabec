// What a session may do, evaluated without a call and without allocating: the C++ twin of src/policy. The rules are in
// docs/grants.md; both evaluators are held to the same cases and to random ones.
//
// Threads: a GrantSet is immutable once parsed and may be shared. An Evaluator has scratch space of its own: one for each
// thread, in the plugin the broker's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "session_topics.h"
#include "variables.h"

namespace deviceauth {

// The indexed grants of one source document. A set that cannot be understood (unknown format or rule, malformed
// pattern) still parses, and denies as docs/grants.md says. Sets come from Parse only; the evaluator relies on it.
class GrantSet {
 public:
  virtual ~GrantSet() = default;

  // `bytes` is a serialized deviceauth.v1.GrantSet whose SHA-256 must be `id` (lower-case hex). Null if it is not, or if
  // the bytes are not a GrantSet; `error` then says why.
  static std::shared_ptr<const GrantSet> Parse(std::string_view id, std::string_view bytes, std::string* error);

  // One set that decides as these do together, so that a decision looks once and not in each. Null if there is none, because
  // their rules differ or one cannot be understood, or if they have more than `most` grants: then they must be asked
  // one by one. Its id is not that of a set.
  static std::shared_ptr<const GrantSet> Unite(const std::vector<std::shared_ptr<const GrantSet>>& sets,
                                               std::size_t most);

  virtual const std::string& id() const = 0;
  // How many.
  virtual std::size_t size() const = 0;
};

// The union of grant sets with their variables filled in. A null among the sets denies everything.
class SessionGrants {
 public:
  SessionGrants(std::vector<std::shared_ptr<const GrantSet>> sets, Variables variables);

  const std::vector<std::shared_ptr<const GrantSet>>& sets() const noexcept { return sets_; }
  const Variables& variables() const noexcept { return variables_; }
  const SessionTopics& topics() const noexcept { return topics_; }

 private:
  const std::vector<std::shared_ptr<const GrantSet>> sets_;
  const Variables variables_;
  const SessionTopics topics_;
};

enum class Decision {
  kAllowed,
  kExplicitDeny,
  kImplicitDeny,
  kMalformedOperation,
  kMalformedResource,
  kServiceMismatch,
  // It would take longer than a decision may (see work.h). Denied, whatever the grants may say.
  kTooCostly,
};

class Evaluator {
 public:
  Evaluator();
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  // `resource` is given in two parts that are read as one text, so that the caller need not join "mqtt:topic:" and a topic.
  // Fastest with the same first part as the time before, and faster still with the same resource: the check of a published
  // message and those of its deliveries read the topic once. Operation `mqtt:receive` is decided by the sets' delivery
  // rules. Does not allocate once it has seen requests of this size, but for a decision that is too costly; never throws.
  Decision Evaluate(const SessionGrants& grants, std::string_view operation, std::string_view resource_prefix,
                    std::string_view resource_rest) noexcept;

  // As Evaluate, of `mqtt:publish`, or `mqtt:receive` for a delivery, on `mqtt:topic:<topic>`. Far cheaper for a topic that is
  // allowed, however many grants there are, and then never too costly.
  Decision EvaluateTopic(const SessionGrants& grants, TopicUse use, std::string_view topic) noexcept {
    return grants.topics().SurelyAllow(use, topic) ? Decision::kAllowed : EvaluateUnsure(grants, use, topic);
  }

 private:
  struct Scratch;

  Decision EvaluateUnsure(const SessionGrants& grants, TopicUse use, std::string_view topic) noexcept;

  std::unique_ptr<Scratch> scratch_;
};

// The filter inside a shared subscription: `$share/<group>/<filter>` without its first two parts; any other filter as it
// is. False: begins with `$share` and is no shared subscription, so nobody may subscribe to it.
bool InnerFilter(std::string_view filter, std::string_view* inner) noexcept;

}  // namespace deviceauth

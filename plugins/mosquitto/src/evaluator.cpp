// Decisions from grant sets and a session's variables alone.
//
// A request must be well-formed by the rule of a set before that set can allow it; denies hold whatever the request looks
// like. A deny of any set wins; what nothing allows is denied; a set that is missing denies everything. Nothing is
// allocated for a decision once scratch space has grown, and nothing recurses. Whatever is asked of any set spends of the one
// decision's work.
#include "evaluator.h"

#include <utility>

#include "bytes.h"
#include "grant_set.h"
#include "well_formed.h"

namespace deviceauth {
namespace {

constexpr std::uint64_t Word(const char (&text)[9]) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; i++) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  }
  return word;
}

Operation Known(std::string_view operation) noexcept {
  if (operation.size() != 12 && operation.size() != 14) return Operation::kOther;
  const std::uint64_t first = LoadWord(operation.data());
  const std::uint64_t last = LoadWord(operation.data() + operation.size() - 8);
  if (operation.size() == 14) {
    return first == Word("mqtt:sub") && last == Word("ubscribe") ? Operation::kSubscribe : Operation::kOther;
  }
  if (first == Word("mqtt:pub") && last == Word(":publish")) return Operation::kPublish;
  if (first == Word("mqtt:rec") && last == Word(":receive")) return Operation::kReceive;
  if (first == Word("mqtt:con") && last == Word(":connect")) return Operation::kConnect;
  return Operation::kOther;
}

bool SameService(const AskedOperation& operation, const RequestText& request) noexcept {
  if (operation.known != Operation::kOther) return request.service_is_mqtt();
  return operation.text.substr(0, operation.text.find(':')) == request.service();
}

// Of work, for one set and, of a request, some bytes.
constexpr std::size_t kStepsOfASet = 100;
constexpr std::size_t kBytesOfAStep = 2;

// None: the set is missing.
inline const GrantIndex* IndexOf(const std::shared_ptr<const GrantSet>& set) noexcept {
  return set == nullptr ? nullptr : &static_cast<const IndexedGrantSet&>(*set).index();
}

}  // namespace

// Delivery of a message: by grants of `mqtt:receive`, or derived from those of `mqtt:subscribe`.
inline Decision Evaluator::Scratch::DecideDelivery(const SessionGrants& grants, const AskedOperation& operation) {
  if (!request.is_topic()) {
    if (!request.well_formed()) return Decision::kMalformedResource;
    return SameService(operation, request) ? Decision::kImplicitDeny : Decision::kServiceMismatch;
  }
  if (!request.valid_topic()) return Decision::kMalformedResource;
  bool allowed = false;
  for (const auto& set : grants.sets()) {
    work.Spend(kStepsOfASet + request.size() / kBytesOfAStep);
    const GrantIndex* const of = IndexOf(set);
    if (of == nullptr || (of->may_deny() && of->Denies(operation, request, grants.variables(), &index))) {
      return Decision::kExplicitDeny;
    }
    if (of->delivery_rule() == DeliveryRule::kFromSubscribe) {
      if (of->may_deny() && of->Withholds(request, grants.variables(), &index)) return Decision::kExplicitDeny;
      if (!allowed) allowed = of->Delivers(request, grants.variables(), &index);
    } else if (request.well_formed() || of->request_rule() == RequestRule::kIotPolicy) {
      if (!allowed) allowed = of->Allows(operation, request, grants.variables(), &index);
    }
  }
  return allowed ? Decision::kAllowed : Decision::kImplicitDeny;
}

inline Decision Evaluator::Scratch::Decide(const SessionGrants& grants, const AskedOperation& asked,
                                           std::string_view resource_prefix, std::string_view resource_rest) {
  work.Begin();
  request.Read(resource_prefix, resource_rest);
  if (asked.known == Operation::kReceive) return DecideDelivery(grants, asked);
  if (!request.well_formed() || (asked.known == Operation::kOther && !IsWellFormedOperation(asked.text))) {
    return DecideWide(grants, asked);
  }
  if (!SameService(asked, request)) return Decision::kServiceMismatch;
  bool allowed = false;
  for (const auto& set : grants.sets()) {
    work.Spend(kStepsOfASet + request.size() / kBytesOfAStep);
    const GrantIndex* const of = IndexOf(set);
    if (of == nullptr || (of->may_deny() && of->Denies(asked, request, grants.variables(), &index))) {
      return Decision::kExplicitDeny;
    }
    if (!allowed) allowed = of->Allows(asked, request, grants.variables(), &index);
  }
  return allowed ? Decision::kAllowed : Decision::kImplicitDeny;
}

// Not well-formed for device groups: only sets with a wider rule can allow it.
Decision Evaluator::Scratch::DecideWide(const SessionGrants& grants, const AskedOperation& operation) {
  bool wide = false;
  for (const auto& set : grants.sets()) {
    const GrantIndex* const of = IndexOf(set);
    if (of != nullptr && of->request_rule() == RequestRule::kIotPolicy) wide = true;
  }
  const bool plain_operation = IsPlainText(operation.text);
  if (!wide || !plain_operation || !IsPlainText(request.text())) {
    const bool fine = wide ? plain_operation : IsWellFormedOperation(operation.text);
    return fine ? Decision::kMalformedResource : Decision::kMalformedOperation;
  }
  if (!SameService(operation, request)) return Decision::kServiceMismatch;
  bool allowed = false;
  for (const auto& set : grants.sets()) {
    work.Spend(kStepsOfASet + request.size() / kBytesOfAStep);
    const GrantIndex* const of = IndexOf(set);
    if (of == nullptr || (of->may_deny() && of->Denies(operation, request, grants.variables(), &index))) {
      return Decision::kExplicitDeny;
    }
    if (of->request_rule() != RequestRule::kIotPolicy) continue;
    if (!allowed) allowed = of->Allows(operation, request, grants.variables(), &index);
  }
  return allowed ? Decision::kAllowed : Decision::kImplicitDeny;
}

SessionGrants::SessionGrants(std::vector<std::shared_ptr<const GrantSet>> sets, Variables variables)
    : sets_(std::move(sets)), variables_(std::move(variables)), topics_(sets_, variables_) {}

Evaluator::Evaluator() : scratch_(std::make_unique<Scratch>()) {}
Evaluator::~Evaluator() = default;

namespace {

template <typename Decide>
[[gnu::always_inline]] inline Decision Caught(Decide&& decide) noexcept {
  try {
    return decide();
  } catch (const TooCostly&) {
    return Decision::kTooCostly;
  } catch (...) {
    // No room for scratch space: no doubt becomes an allow.
    return Decision::kExplicitDeny;
  }
}

}  // namespace

Decision Evaluator::Evaluate(const SessionGrants& grants, std::string_view operation, std::string_view resource_prefix,
                             std::string_view resource_rest) noexcept {
  return Caught([&]() __attribute__((always_inline)) {
    return scratch_->Decide(grants, {Known(operation), operation}, resource_prefix, resource_rest);
  });
}

Decision Evaluator::EvaluateUnsure(const SessionGrants& grants, TopicUse use, std::string_view topic) noexcept {
  const AskedOperation asked = use == TopicUse::kPublish ? AskedOperation{Operation::kPublish, "mqtt:publish"}
                                                         : AskedOperation{Operation::kReceive, "mqtt:receive"};
  return Caught([&]() __attribute__((always_inline)) { return scratch_->Decide(grants, asked, "mqtt:topic:", topic); });
}

namespace {

constexpr std::string_view kShare = "$share/";

bool IsShared(std::string_view filter) noexcept {
  return filter == "$share" || filter.substr(0, kShare.size()) == kShare;
}

}  // namespace

bool InnerFilter(std::string_view filter, std::string_view* inner) noexcept {
  *inner = filter;
  if (!IsShared(filter)) return true;
  const std::size_t slash = filter.find('/', kShare.size());
  if (slash == std::string_view::npos) return false;
  const std::string_view group = filter.substr(kShare.size(), slash - kShare.size());
  *inner = filter.substr(slash + 1);
  return !group.empty() && group.find_first_of("+#") == std::string_view::npos && !inner->empty() && !IsShared(*inner);
}

}  // namespace deviceauth

// The grants of one set, made ready for decisions: by operation, then by resource, allows and denies apart, so that a set
// without denies never looks for one. Immutable once made.
//
// What this reader does not understand denies: an unknown effect denies all that its patterns match, a resource that is no
// pattern all that its operation matches, and an operation that is no pattern, an unknown format, request rule or delivery
// rule denies everything.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "delivery.h"
#include "patterns.h"
#include "request_text.h"
#include "text_index.h"
#include "topic_grants.h"

namespace deviceauth {

// Operations that are looked up when a set is made, and not for each decision.
enum class Operation : std::uint8_t { kPublish, kReceive, kSubscribe, kConnect, kOther };
inline constexpr std::size_t kKnownOperations = 4;

// What is asked, beside the resource.
struct AskedOperation {
  Operation known;
  std::string_view text;
};

enum class RequestRule { kDeviceGroups, kIotPolicy };
enum class DeliveryRule { kFromSubscribe, kExplicit };

class GrantIndex {
 public:
  struct Scratch {
    explicit Scratch(Work* work) : texts(work), filters(work) {}

    TextIndex::Scratch texts;
    FilterIndex::Scratch filters;
  };

  GrantIndex() = default;
  GrantIndex(const GrantIndex&) = delete;
  GrantIndex& operator=(const GrantIndex&) = delete;

  // Before Add.
  void SetRules(RequestRule request_rule, DeliveryRule delivery_rule) noexcept {
    request_rule_ = request_rule;
    delivery_rule_ = delivery_rule;
  }
  void DenyEverything() noexcept { denies_everything_ = true; }
  void Add(bool allow, std::string_view operation, std::string_view resource);
  // After the last Add, before any question.
  void Freeze();

  // Something in the set is unknown in a way that leaves nothing allowed.
  bool denies_everything() const noexcept { return denies_everything_; }
  // Otherwise it does not deny everything, and Denies and Withholds are false.
  bool may_deny() const noexcept { return has_deny_ || denies_everything_; }
  RequestRule request_rule() const noexcept { return request_rule_; }
  DeliveryRule delivery_rule() const noexcept { return delivery_rule_; }
  const TopicGrants& topics() const noexcept { return topics_; }

  [[gnu::always_inline]] bool Allows(const AskedOperation& operation, RequestText& request, const Variables& variables,
                                     Scratch* scratch) const {
    return allows_.Matches(operation, request, variables, &scratch->texts);
  }

  [[gnu::noinline]] bool Denies(const AskedOperation& operation, RequestText& request, const Variables& variables,
              Scratch* scratch) const {
    return denies_everything_ || denies_.Matches(operation, request, variables, &scratch->texts);
  }

  // An allowed filter covers the topic. Only for sets that derive delivery from subscribe.
  [[gnu::always_inline]] bool Delivers(RequestText& request, const Variables& variables, Scratch* scratch) const {
    return allows_.filters.Matches(request, variables, request_rule_ == RequestRule::kIotPolicy, &scratch->filters);
  }

  // A denied filter covers the topic, whatever its characters. Asked where Denies is false.
  [[gnu::noinline]] bool Withholds(RequestText& request, const Variables& variables, Scratch* scratch) const {
    return denies_.filters.Matches(request, variables, true, &scratch->filters);
  }

 private:
  // The grants of one effect.
  struct Side {
    struct ByPattern {
      Pattern operation;
      TextIndex* index;
    };
    struct BySource {
      TextIndex* index;
      // Which known operations it matches.
      bool known[kKnownOperations];

      bool Matches(Operation operation) const { return known[static_cast<std::size_t>(operation)]; }
    };

    // None: the operation is no pattern.
    const BySource* Of(std::string_view operation);
    [[gnu::always_inline]] bool Matches(const AskedOperation& operation, RequestText& request,
                                        const Variables& variables, TextIndex::Scratch* scratch) const {
      if (operation.known == Operation::kOther) return MatchesOther(operation.text, request, variables, scratch);
      const TextIndex* const* index = known[static_cast<std::size_t>(operation.known)];
      if (*index == nullptr) return false;
      if ((*index)->Matches(request, variables, scratch)) return true;
      return index[1] != nullptr && MatchesMore(index + 1, request, variables, scratch);
    }
    [[gnu::noinline]] static bool MatchesMore(const TextIndex* const* index, RequestText& request,
                                              const Variables& variables, TextIndex::Scratch* scratch);
    [[gnu::noinline]] bool MatchesOther(std::string_view operation, RequestText& request, const Variables& variables,
                      TextIndex::Scratch* scratch) const;
    void Freeze();

    std::deque<TextIndex> indexes;
    // By the operation, where it has no wildcard, and all by the operation's source.
    std::map<std::string, TextIndex*, std::less<>> by_text;
    std::map<std::string, BySource, std::less<>> by_source;
    std::vector<ByPattern> by_pattern;
    // Those that match a known operation, and a null behind them. Made by Freeze.
    const TextIndex* const* known[kKnownOperations] = {};
    std::vector<const TextIndex*> known_lists[kKnownOperations];
    FilterIndex filters;
  };

  void AddTopics(bool allow, const Side::BySource& operation, const Pattern& resource);

  bool denies_everything_ = false;
  bool has_deny_ = false;
  RequestRule request_rule_ = RequestRule::kDeviceGroups;
  DeliveryRule delivery_rule_ = DeliveryRule::kExplicit;
  Side allows_;
  Side denies_;
  TopicGrants topics_;
};

}  // namespace deviceauth

// Sorts grants by operation, effect and resource. See grant_index.h.
#include "grant_index.h"

#include <optional>
#include <utility>

namespace deviceauth {
namespace {

// In the order of Operation.
constexpr std::string_view kKnown[kKnownOperations] = {"mqtt:publish", "mqtt:receive", "mqtt:subscribe",
                                                       "mqtt:connect"};

// Of work, for one index beyond the first.
constexpr std::size_t kStepsOfAnIndex = 40;

const Variables& NoVariables() {
  static const Variables none;
  return none;
}

// When a set is made.
bool MatchesOperation(const Pattern& pattern, std::string_view operation) {
  Work work = Work::Unbounded();
  return Matches(pattern, operation, 0, NoVariables(), &work);
}

}  // namespace

const GrantIndex::Side::BySource* GrantIndex::Side::Of(std::string_view operation) {
  if (const auto found = by_source.find(operation); found != by_source.end()) return &found->second;
  std::optional<Pattern> pattern = ParsePattern(operation, false);
  if (!pattern) return nullptr;
  BySource added{};
  for (std::size_t i = 0; i < kKnownOperations; i++) {
    added.known[i] = MatchesOperation(*pattern, kKnown[i]);
  }
  if (pattern->IsLiteral()) {
    // Two sources may be one text: `a` and `\a`.
    TextIndex*& at = by_text[std::string(pattern->segments.front().Text())];
    if (at == nullptr) at = &indexes.emplace_back();
    added.index = at;
  } else {
    added.index = &indexes.emplace_back();
    by_pattern.push_back({std::move(*pattern), added.index});
  }
  return &by_source.emplace(operation, added).first->second;
}

void GrantIndex::Add(bool allow, std::string_view operation, std::string_view resource) {
  std::optional<Pattern> pattern = ParsePattern(resource, true);
  if (!pattern) {
    allow = false;
    pattern = ParsePattern("*", false);
  }
  Side& side = allow ? allows_ : denies_;
  const Side::BySource* const asked = side.Of(operation);
  if (asked == nullptr) {
    DenyEverything();
    return;
  }
  if (!allow) has_deny_ = true;
  if (delivery_rule_ == DeliveryRule::kFromSubscribe && asked->Matches(Operation::kSubscribe)) {
    side.filters.Add(*pattern);
  }
  AddTopics(allow, *asked, *pattern);
  asked->index->Add(std::move(*pattern));
}

void GrantIndex::AddTopics(bool allow, const Side::BySource& operation, const Pattern& resource) {
  const bool derived = delivery_rule_ == DeliveryRule::kFromSubscribe;
  if (operation.Matches(Operation::kPublish)) topics_.Add(allow, TopicMatter::kPublish, TopicsMatched(resource));
  if (operation.Matches(Operation::kReceive) && !(allow && derived)) {
    topics_.Add(allow, TopicMatter::kReceive, TopicsMatched(resource));
  }
  if (operation.Matches(Operation::kSubscribe) && derived) {
    topics_.Add(allow, TopicMatter::kCover, TopicsCovered(resource));
  }
}

void GrantIndex::Side::Freeze() {
  for (TextIndex& index : indexes) index.Freeze();
  filters.Freeze();
  by_source.clear();
  for (std::size_t i = 0; i < kKnownOperations; i++) {
    if (const auto found = by_text.find(kKnown[i]); found != by_text.end()) known_lists[i].push_back(found->second);
    for (const ByPattern& entry : by_pattern) {
      if (MatchesOperation(entry.operation, kKnown[i])) known_lists[i].push_back(entry.index);
    }
    known_lists[i].push_back(nullptr);
    known[i] = known_lists[i].data();
  }
}

void GrantIndex::Freeze() {
  allows_.Freeze();
  denies_.Freeze();
  topics_.Freeze();
}

bool GrantIndex::Side::MatchesMore(const TextIndex* const* index, RequestText& request, const Variables& variables,
                                   TextIndex::Scratch* scratch) {
  for (; *index != nullptr; index++) {
    scratch->work->Spend(kStepsOfAnIndex + request.size() / 4);
    if ((*index)->Matches(request, variables, scratch)) return true;
  }
  return false;
}

bool GrantIndex::Side::MatchesOther(std::string_view operation, RequestText& request, const Variables& variables,
                                    TextIndex::Scratch* scratch) const {
  if (const auto found = by_text.find(operation); found != by_text.end()) {
    if (found->second->Matches(request, variables, scratch)) return true;
  }
  for (const ByPattern& entry : by_pattern) {
    if (deviceauth::Matches(entry.operation, operation, 0, NoVariables(), scratch->work) &&
        entry.index->Matches(request, variables, scratch)) {
      return true;
    }
  }
  return false;
}

}  // namespace deviceauth

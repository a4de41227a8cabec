#include "grant_set_unions.h"

#include <algorithm>
#include <utility>

namespace deviceauth {
namespace {

constexpr std::size_t kMostUnions = 64;
// Of one union, and of all: what is kept and how long the keeper's thread may be busy with it.
constexpr std::size_t kMostOfOne = 20'000;
constexpr std::size_t kMostOfAll = 100'000;

}  // namespace

std::vector<std::shared_ptr<const GrantSet>> GrantSetUnions::Of(std::vector<std::shared_ptr<const GrantSet>> sets) {
  if (sets.size() < 2) return sets;
  std::vector<std::string> ids;
  std::size_t grants = 0;
  for (const auto& set : sets) {
    if (set == nullptr) return sets;
    ids.push_back(set->id());
    grants += set->size();
  }
  std::sort(ids.begin(), ids.end());
  auto found = unions_.find(ids);
  if (found == unions_.end()) {
    if (grants > kMostOfOne || !MakeRoom(grants)) return sets;
    std::shared_ptr<const GrantSet> set = GrantSet::Unite(sets, kMostOfOne);
    if (set != nullptr) grants_ += set->size();
    found = unions_.emplace(std::move(ids), Entry{std::move(set), 0}).first;
  }
  found->second.used = ++uses_;
  if (found->second.set == nullptr) return sets;
  return {found->second.set};
}

bool GrantSetUnions::MakeRoom(std::size_t grants) {
  while (unions_.size() >= kMostUnions || grants_ + grants > kMostOfAll) {
    auto oldest = unions_.end();
    for (auto at = unions_.begin(); at != unions_.end(); ++at) {
      const bool in_use = at->second.set != nullptr && at->second.set.use_count() > 1;
      if (!in_use && (oldest == unions_.end() || at->second.used < oldest->second.used)) oldest = at;
    }
    if (oldest == unions_.end()) return false;
    if (oldest->second.set != nullptr) grants_ -= oldest->second.set->size();
    unions_.erase(oldest);
  }
  return true;
}

}  // namespace deviceauth

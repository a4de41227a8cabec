#include "grant_set_cache.h"

#include <algorithm>
#include <set>
#include <utility>

namespace deviceauth {
namespace {

constexpr std::size_t kMostSets = 1024;
constexpr std::size_t kMostFetches = 2048;

}  // namespace

bool GrantSetCache::Add(const std::string& id, const std::string& bytes, std::string* error) {
  if (sets_.count(id) != 0) return true;
  std::shared_ptr<const GrantSet> set = GrantSet::Parse(id, bytes, error);
  if (set == nullptr) return false;
  MakeRoom();
  sets_.emplace(id, Entry{std::move(set), ++uses_});
  return true;
}

std::optional<GrantSets> GrantSetCache::Peek(const std::vector<std::string>& ids) {
  GrantSets sets;
  sets.reserve(ids.size());
  for (const std::string& id : ids) {
    const auto found = sets_.find(id);
    if (found == sets_.end()) return std::nullopt;
    found->second.used = ++uses_;
    sets.push_back(found->second.set);
  }
  return sets;
}

void GrantSetCache::Load(const std::vector<std::string>& ids, LoadCallback done) {
  auto loading = std::make_shared<Loading>();
  loading->ids = ids;
  loading->done = std::move(done);
  // Held here, so that eviction in between loses nothing.
  loading->sets.resize(ids.size());
  std::set<std::string> missing;
  for (std::size_t i = 0; i < ids.size(); i++) {
    const auto found = sets_.find(ids[i]);
    if (found == sets_.end()) {
      missing.insert(ids[i]);
      continue;
    }
    found->second.used = ++uses_;
    loading->sets[i] = found->second.set;
  }
  if (fetching_.size() + missing.size() > kMostFetches) {
    loading->done({CallError{"SERVICE_ERROR", "too many grant sets are being fetched"}, {}});
    return;
  }
  loading->missing = missing.size();
  if (missing.empty()) {
    loading->done({std::nullopt, std::move(loading->sets)});
    return;
  }
  for (const std::string& id : missing) {
    const auto [waiting, first] = fetching_.try_emplace(id);
    waiting->second.push_back(loading);
    if (first) daemon_->GetGrantSet(id, [this, id](Outcome<std::string> outcome) { Fetched(id, std::move(outcome)); });
  }
}

void GrantSetCache::Fetched(const std::string& id, Outcome<std::string> outcome) {
  std::string error;
  if (!outcome.error.has_value() && !Add(id, outcome.value, &error)) {
    outcome.error = CallError{"SERVICE_ERROR", "grant set " + id + " is not usable: " + error};
  }
  const auto found = sets_.find(id);
  const std::shared_ptr<const GrantSet> set = found == sets_.end() ? nullptr : found->second.set;
  const auto waiting = std::move(fetching_.extract(id).mapped());
  for (const std::shared_ptr<Loading>& loading : waiting) {
    if (outcome.error.has_value()) loading->error = outcome.error;
    for (std::size_t i = 0; i < loading->ids.size(); i++) {
      if (loading->ids[i] == id) loading->sets[i] = set;
    }
    if (--loading->missing > 0) continue;
    const bool complete = std::find(loading->sets.begin(), loading->sets.end(), nullptr) == loading->sets.end();
    if (!complete && !loading->error.has_value()) loading->error = CallError{"SERVICE_ERROR", "a grant set is missing"};
    loading->done({loading->error, std::move(loading->sets)});
  }
}

void GrantSetCache::MakeRoom() {
  if (sets_.size() < kMostSets) return;
  const auto oldest = std::min_element(sets_.begin(), sets_.end(), [](const auto& left, const auto& right) {
    return left.second.used < right.second.used;
  });
  sets_.erase(oldest);
}

}  // namespace deviceauth

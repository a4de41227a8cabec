#include "early_events.h"

#include <utility>

namespace deviceauth {
namespace {

constexpr Milliseconds kKeptFor = 60'000;
constexpr std::size_t kMostTokens = 10'000;

}  // namespace

void EarlyEvents::Keep(const std::string& token, EarlyEvent event) {
  const Milliseconds now = SteadyNow();
  while (!kept_.empty() && kept_.front().since < now - kKeptFor) Forget(kept_.begin());
  const auto known = by_token_.find(token);
  if (known != by_token_.end()) {
    std::vector<EarlyEvent>& events = known->second->events;
    EarlyEvent& last = events.back();
    if (last.is_end) return;
    if (!event.is_end) {
      // Only the newest sets count; variables that it does not name are those told before.
      if (!event.variables.has_value()) event.variables = std::move(last.variables);
      last = std::move(event);
    } else {
      events.push_back(std::move(event));
    }
    return;
  }
  if (kept_.size() >= kMostTokens) {
    Forget(kept_.begin());
    lost_until_ = now + kKeptFor;
  }
  Kept kept{token, now, {}};
  kept.events.push_back(std::move(event));
  kept_.push_back(std::move(kept));
  by_token_.emplace(token, std::prev(kept_.end()));
}

std::vector<EarlyEvent> EarlyEvents::Take(const std::string& token) {
  const auto known = by_token_.find(token);
  if (known == by_token_.end()) return {};
  std::vector<EarlyEvent> events;
  if (known->second->since >= SteadyNow() - kKeptFor) events = std::move(known->second->events);
  kept_.erase(known->second);
  by_token_.erase(known);
  return events;
}

bool EarlyEvents::Lost() const { return SteadyNow() < lost_until_; }

void EarlyEvents::Forget(std::list<Kept>::iterator kept) {
  by_token_.erase(kept->token);
  kept_.erase(kept);
}

}  // namespace deviceauth

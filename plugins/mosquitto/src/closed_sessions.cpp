#include "closed_sessions.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace deviceauth {
namespace {

// A device that comes back within this time has two sessions for as long.
constexpr Milliseconds kGatheredFor = 10;
// Of each kind. Heartbeats come every five seconds.
constexpr std::size_t kMost = 10'000;

}  // namespace

void ClosedSessions::Add(ClosedSession closed) {
  if (waiting_.size() >= kMost) waiting_.pop_front();
  waiting_.push_back(std::move(closed));
  if (due_ == EventLoop::kNoTimer) due_ = loop_->After(kGatheredFor, [this] { TellNow(); });
}

void ClosedSessions::BeginStream() {
  waiting_.insert(waiting_.begin(), std::make_move_iterator(told_.begin()), std::make_move_iterator(told_.end()));
  if (waiting_.size() > kMost) waiting_.erase(waiting_.begin(), waiting_.end() - kMost);
  told_.clear();
  heard_ = 0;
}

void ClosedSessions::Heard(std::uint64_t count) {
  for (; heard_ < count && !told_.empty(); heard_++) told_.pop_front();
  if (!waiting_.empty() && due_ == EventLoop::kNoTimer) TellNow();
}

void ClosedSessions::TellNow() {
  loop_->Cancel(&due_);
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMost - told_.size()));
  if (count == 0) return;
  const std::vector<ClosedSession> closed(waiting_.begin(), waiting_.begin() + count);
  if (!tell_(closed)) return;
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  told_.insert(told_.end(), closed.begin(), closed.end());
}

}  // namespace deviceauth

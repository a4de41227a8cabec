#include "reauthentication.h"

#include <algorithm>
#include <utility>

namespace deviceauth {
namespace {

constexpr unsigned kConcurrency = 8;
constexpr Milliseconds kFirstDelay = 200;
constexpr Milliseconds kLongestDelay = 30'000;

}  // namespace

Reauthentication::Reauthentication(EventLoop* loop, Attempt attempt) : loop_(loop), attempt_(std::move(attempt)) {}

void Reauthentication::Add(const KeptSessionPtr& session) {
  const auto [found, added] = entries_.try_emplace(session->generation);
  Entry& entry = found->second;
  if (added) {
    entry.session = session;
    entry.serial = ++last_serial_;
  }
  entry.attempts = 0;
  loop_->Cancel(&entry.retry);
  if (entry.running) entry.again = true;
  else MakeReady(&entry);
  Start();
}

void Reauthentication::Remove(Generation generation) {
  const auto found = entries_.find(generation);
  if (found == entries_.end()) return;
  loop_->Cancel(&found->second.retry);
  entries_.erase(found);
}

void Reauthentication::Clear() {
  for (auto& [generation, entry] : entries_) loop_->Cancel(&entry.retry);
  entries_.clear();
  ready_.clear();
}

void Reauthentication::MakeReady(Entry* entry) {
  if (!std::exchange(entry->ready, true)) ready_.push_back(entry->session->generation);
}

void Reauthentication::Start() {
  while (running_ < kConcurrency && !ready_.empty()) {
    const Generation generation = ready_.front();
    ready_.pop_front();
    const auto found = entries_.find(generation);
    if (found == entries_.end()) continue;
    found->second.ready = false;
    if (found->second.running) continue;
    found->second.running = true;
    running_++;
    const std::uint64_t serial = found->second.serial;
    const KeptSessionPtr session = found->second.session;
    attempt_(session, [this, generation, serial](Result result) {
      // Never within the attempt's own call, so that this loop is not entered again from inside.
      loop_->Post([this, generation, serial, result] { Finished(generation, serial, result); });
    });
  }
}

void Reauthentication::Finished(Generation generation, std::uint64_t serial, Result result) {
  running_--;
  const auto found = entries_.find(generation);
  if (found != entries_.end() && found->second.serial == serial) {
    Entry& entry = found->second;
    entry.running = false;
    if (std::exchange(entry.again, false)) {
      MakeReady(&entry);
    } else if (result.settled) {
      entries_.erase(found);
    } else {
      const Milliseconds back_off = std::min(kFirstDelay << std::min(entry.attempts++, 10u), kLongestDelay);
      const double jitter = std::uniform_real_distribution<double>(0.5, 1)(random_);
      const Milliseconds delay = std::max(result.retry_after_ms, static_cast<Milliseconds>(back_off * jitter));
      entry.retry = loop_->After(delay, [this, generation, serial] {
        const auto due = entries_.find(generation);
        if (due == entries_.end() || due->second.serial != serial) return;
        due->second.retry = EventLoop::kNoTimer;
        MakeReady(&due->second);
        Start();
      });
    }
  }
  Start();
}

}  // namespace deviceauth

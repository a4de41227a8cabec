// Who was told to come back later. MQTT 3.1.1 cannot carry the delay, so devices knock again at once; until the delay is over
// the plugin answers them itself. Bounded: the longest known are forgotten first.
//
// Threads: the broker's.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "steady_time.h"

namespace deviceauth {

class RetryLater {
 public:
  void Tell(const std::string& key, Milliseconds delay) {
    if (delay <= 0) return;
    if (until_.emplace(key, 0).second) order_.push_back(key);
    until_[key] = SteadyNow() + delay;
    while (until_.size() > kMost) {
      until_.erase(order_.front());
      order_.pop_front();
    }
  }

  // True until the delay is over.
  bool MustWait(const std::string& key) const {
    if (until_.empty()) return false;
    const auto found = until_.find(key);
    return found != until_.end() && SteadyNow() < found->second;
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  std::unordered_map<std::string, Milliseconds> until_;
  std::deque<std::string> order_;
};

}  // namespace deviceauth

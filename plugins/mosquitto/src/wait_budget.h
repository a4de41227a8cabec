// How long the broker's thread may stand still for answers: at most so much in any window of time, whoever waits. Mosquitto
// serves every client from that one thread.
//
// Threads: the broker's.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

#include "steady_time.h"

namespace deviceauth {

class WaitBudget {
 public:
  // A healthy daemon answers within a fraction of a millisecond: time is counted as finely as the clock has it.
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  WaitBudget(Milliseconds most, Milliseconds window)
      : most_(std::chrono::milliseconds(most)), window_(std::chrono::milliseconds(window)) {}

  // `wait` until a time at the latest, counted; nothing when there is no time left.
  template <typename Wait>
  auto Within(Wait wait) -> decltype(wait(Time())) {
    const Time begin = std::chrono::steady_clock::now();
    const Duration left = Left(begin);
    if (left == Duration{0}) return {};
    auto result = wait(begin + left);
    spans_.push_back({begin, std::chrono::steady_clock::now()});
    return result;
  }

 private:
  struct Span {
    Time begin;
    Time end;
  };

  // What may be waited now.
  Duration Left(Time now) {
    while (!spans_.empty() && spans_.front().end <= now - window_) spans_.pop_front();
    Duration used{0};
    for (const Span& span : spans_) used += span.end - std::max(span.begin, now - window_);
    return used >= most_ ? Duration{0} : most_ - used;
  }

  const Duration most_;
  const Duration window_;
  std::deque<Span> spans_;
};

}  // namespace deviceauth

// How long the broker's thread may stand still for answers: at most so much in any window of time, whoever waits. Mosquitto
// serves every client from that one thread.
//
// A millisecond for each answer is free while answers come within it: a client refused for want of time costs the broker
// another handshake, which takes that long. The first answer that is late ends this, until one has come in time again.
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
    const Duration free = is_prompt_ ? kFree : Duration{0};
    const Duration may = Left(begin) + free;
    if (may == Duration{0}) return {};
    auto result = wait(begin + may);
    const Time end = std::chrono::steady_clock::now();
    is_prompt_ = end - begin <= kFree && most_ > Duration{0};
    if (end - begin > free) spans_.push_back({begin + free, end});
    return result;
  }

 private:
  struct Span {
    Time begin;
    Time end;
  };

  static constexpr Duration kFree = std::chrono::milliseconds(1);

  // What may be waited now.
  Duration Left(Time now) {
    while (!spans_.empty() && spans_.front().end <= now - window_) spans_.pop_front();
    Duration used{0};
    for (const Span& span : spans_) used += span.end - std::max(span.begin, now - window_);
    return used >= most_ ? Duration{0} : most_ - used;
  }

  const Duration most_;
  const Duration window_;
  bool is_prompt_ = false;
  std::deque<Span> spans_;
};

}  // namespace deviceauth

// How long the broker's thread may stand still for answers: at most so much in any window of time, whoever waits. Mosquitto
// serves every client from that one thread.
//
// Threads: the broker's.
#pragma once

#include <deque>

#include "steady_time.h"

namespace deviceauth {

class WaitBudget {
 public:
  WaitBudget(Milliseconds most, Milliseconds window) : most_(most), window_(window) {}

  // What may be waited now.
  Milliseconds Left(Milliseconds now) {
    while (!spans_.empty() && spans_.front().end <= now - window_) spans_.pop_front();
    Milliseconds used = 0;
    for (const Span& span : spans_) used += span.end - (span.begin > now - window_ ? span.begin : now - window_);
    return used >= most_ ? 0 : most_ - used;
  }

  void Spend(Milliseconds begin, Milliseconds end) {
    // Waits under a millisecond add up too.
    spans_.push_back({begin, end > begin ? end : begin + 1});
  }

 private:
  struct Span {
    Milliseconds begin;
    Milliseconds end;
  };
  const Milliseconds most_;
  const Milliseconds window_;
  std::deque<Span> spans_;
};

}  // namespace deviceauth

// How much work one decision may take. Who publishes chooses the topic, so how long it takes to decide on it must not be left
// to the publisher: the broker's thread stands still meanwhile. Whatever a long topic, filter or list of grants can make long
// says how long it is before it begins.
//
// A step is about a nanosecond on a slow machine; steps are counted and not measured, so that the same question always has
// the same answer.
#pragma once

#include <cstdint>

namespace deviceauth {

// Thrown when a decision has no work left: nothing that was found so far counts.
class TooCostly {};

class Work {
 public:
  // A decision's; none is left before Begin.
  Work() = default;
  // Of what is done once, when a set is made.
  static Work Unbounded() noexcept {
    Work work;
    work.left_ = UINT64_MAX;
    return work;
  }

  void Begin() noexcept { left_ = kMost; }
  // Throws TooCostly.
  [[gnu::always_inline]] void Spend(std::uint64_t steps) {
    if (steps > left_) End();
    left_ -= steps;
  }

 private:
  static constexpr std::uint64_t kMost = 4'000'000;

  [[noreturn, gnu::noinline, gnu::cold]] void End() {
    left_ = 0;
    throw TooCostly();
  }

  std::uint64_t left_ = 0;
};

}  // namespace deviceauth

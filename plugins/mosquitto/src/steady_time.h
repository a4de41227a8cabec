// Milliseconds on the monotonic clock, which nobody can set: what leases, budgets and delays are measured with.
//
// Threads: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <limits>

namespace deviceauth {

using Milliseconds = std::int64_t;

constexpr Milliseconds kNever = std::numeric_limits<Milliseconds>::max();
constexpr Milliseconds kLongAgo = std::numeric_limits<Milliseconds>::min();

inline Milliseconds SteadyNow() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Up to 4 ms behind SteadyNow, at a third of its price.
inline Milliseconds CoarseSteadyNow() {
  timespec now;
  if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0) return SteadyNow();
  return static_cast<Milliseconds>(now.tv_sec) * 1000 + static_cast<std::uint32_t>(now.tv_nsec) / 1'000'000;
}

// CoarseSteadyNow() < deadline, for the lease, which is asked with every message.
inline bool IsCoarselyBefore(Milliseconds deadline) {
  timespec now;
  if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0) return SteadyNow() < deadline;
  const Milliseconds second = static_cast<Milliseconds>(now.tv_sec) * 1000;
  // Most often it is whole seconds away.
  return second + 999 < deadline || second + now.tv_nsec / 1'000'000 < deadline;
}

}  // namespace deviceauth

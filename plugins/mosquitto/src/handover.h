// The way from the keeper's thread to the broker's: a queue behind a mutex, in order, drained in the tick; and the two ways to
// be faster than the next tick: an answer the broker's thread is waiting for goes straight to it, and on 2.1 a sleeping
// broker is woken (SIGURG ends its epoll_wait; the handler does nothing). A wake-up that comes just before the broker sleeps is
// lost, so whoever pushes repeats it until the queue has been drained.
//
// Threads: Push, Wake and depth on the keeper's, all else on the broker's.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "messages.h"

namespace deviceauth {

class Handover {
 public:
  // `wake`: the broker sleeps until something happens, so it must be woken. Constructed on the broker's thread.
  explicit Handover(bool wake);
  ~Handover();
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;

  void Push(ToBroker message);
  // If there are messages: wakes the broker. False: there is no need, or no way.
  bool Wake();
  // Has anything been pushed since this was last asked?
  bool TakePushed() { return std::exchange(pushed_, false); }

  // Messages not yet taken by the broker's thread.
  std::size_t depth() const { return depth_.load(std::memory_order_relaxed); }

  bool HasMessages() const { return depth() != 0; }

  // Waits for this generation's answer, at most until `until`. The answer is then not in the queue.
  std::optional<Answer> WaitForAnswer(Generation generation, std::chrono::steady_clock::time_point until);

  // How often the broker has looked for messages: while it turns its loop, it need not be woken.
  unsigned looks() const { return looks_.load(std::memory_order_relaxed); }

  // Takes messages, oldest first, until there are none or `budget_ms` has passed.
  void Drain(Milliseconds budget_ms, const std::function<void(ToBroker&)>& take);

 private:
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::deque<ToBroker> queue_;
  Generation waited_for_ = 0;
  std::optional<Answer> awaited_;
  std::atomic<std::size_t> depth_{0};
  // The broker's thread's: taken from the queue at once, worked off in slices.
  std::deque<ToBroker> taken_;

  const bool wakes_;
  pthread_t broker_thread_;
  bool restore_signal_ = false;
  struct sigaction signal_before_ {};
  std::atomic<unsigned> looks_{0};
  // The keeper's thread's.
  bool pushed_ = false;
};

}  // namespace deviceauth

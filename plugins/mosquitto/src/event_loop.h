// The keeper's thread: runs what others post to it, in order, and what is due. No signal of the process is delivered here.
//
// What a task throws does not end the process: it is reported, and the next task runs.
//
// Threads: Post from any; After, Cancel and OnFailure on the loop's own. Nothing runs once Stop has returned.
#pragma once

#include <signal.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "steady_time.h"

namespace deviceauth {

class EventLoop {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;
  static constexpr TimerId kNoTimer = 0;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void Post(Task task);
  TimerId After(Milliseconds delay, Task task);
  // Harmless for a timer that has run. Clears the variable.
  void Cancel(TimerId* timer);

  // What to do when a task has thrown; what is left undone by it must be made good.
  void OnFailure(std::function<void(const std::string& what)> report) { report_ = std::move(report); }

  // Tasks posted before it still run. Not from the loop itself.
  void Stop();

 private:
  void Run();
  void Do(const Task& task);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  // The loop's own.
  std::map<std::pair<Milliseconds, TimerId>, Task> timers_;
  std::map<TimerId, Milliseconds> due_;
  TimerId last_timer_ = kNoTimer;
  std::function<void(const std::string&)> report_;
  std::thread thread_;
};

// Until it ends, signals stay with the threads that were there before: threads made meanwhile block all of them, but those
// that a thread brings upon itself.
class BlockedSignals {
 public:
  BlockedSignals();
  ~BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace deviceauth

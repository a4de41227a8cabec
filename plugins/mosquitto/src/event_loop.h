// The keeper's thread: runs what others post to it, in order, what is due, and what gRPC has done. It waits in gRPC's completion
// queue and so does gRPC's work itself: an answer of the daemon passes no other thread. No signal of the process is delivered
// here.
//
// What a task throws does not end the process: it is reported, and the next task runs.
//
// Threads: Post, PostQuietly and Announce from any; all else on the loop's own. Nothing runs once Stop has returned.
#pragma once

#include <grpc/support/time.h>
#include <signal.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "steady_time.h"

namespace grpc {
class CompletionQueue;
}

namespace deviceauth {

// The end of something gRPC was asked to do: what it is given as tag. Lives until then.
class Completion {
 public:
  virtual void Complete(bool ok) = 0;

 protected:
  ~Completion() = default;
};

class EventLoop {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;
  static constexpr TimerId kNoTimer = 0;

  EventLoop();
  // Whatever gRPC was asked to do must have ended.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void Post(Task task);
  // As Post, but the loop may sleep on until somebody posts or announces: for what can wait for others.
  void PostQuietly(Task task);
  // There may be tasks posted quietly.
  void Announce();
  TimerId After(Milliseconds delay, Task task);
  // Harmless for a timer that has run. Clears the variable.
  void Cancel(TimerId* timer);

  // Where gRPC is to report: its tags are Completions.
  grpc::CompletionQueue* completions();

  // Called whenever the loop is about to wait.
  void BeforeWaiting(Task task) { before_waiting_ = std::move(task); }

  // What to do when a task has thrown; what is left undone by it must be made good.
  void OnFailure(std::function<void(const std::string& what)> report) { report_ = std::move(report); }

  // Tasks posted before it still run. Not from the loop itself.
  void Stop();

 private:
  struct Waiting;

  void Run();
  void Do(const Task& task);
  void RunTasks();
  void RunTimers();
  void Wait();
  gpr_timespec WaitsUntil();
  bool IsOver();

  std::unique_ptr<Waiting> waiting_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  // The loop has been told to look at them.
  bool woken_ = false;
  bool stopping_ = false;
  // The loop's own.
  std::map<std::pair<Milliseconds, TimerId>, Task> timers_;
  std::map<TimerId, Milliseconds> due_;
  TimerId last_timer_ = kNoTimer;
  std::function<void(const std::string&)> report_;
  Task before_waiting_;
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

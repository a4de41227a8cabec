#include "event_loop.h"

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <pthread.h>

#include <algorithm>
#include <exception>

namespace deviceauth {

// What the loop waits in, and what ends its waiting.
struct EventLoop::Waiting final : Completion {
  explicit Waiting(EventLoop* loop) : loop(loop) {}

  void Wake() { alarm.Set(&queue, gpr_inf_past(GPR_CLOCK_MONOTONIC), static_cast<Completion*>(this)); }

  void Complete(bool) override {
    const std::lock_guard<std::mutex> lock(loop->mutex_);
    loop->woken_ = false;
  }

  EventLoop* const loop;
  grpc::CompletionQueue queue;
  // Outlived by the queue.
  grpc::Alarm alarm;
};

EventLoop::EventLoop() : waiting_(std::make_unique<Waiting>(this)), thread_([this] { Run(); }) {}

EventLoop::~EventLoop() {
  Stop();
  waiting_->queue.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; waiting_->queue.Next(&tag, &ok);) continue;
}

grpc::CompletionQueue* EventLoop::completions() { return &waiting_->queue; }

void EventLoop::Post(Task task) {
  PostQuietly(std::move(task));
  Announce();
}

void EventLoop::PostQuietly(Task task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  tasks_.push_back(std::move(task));
}

void EventLoop::Announce() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // The loop itself looks before it waits.
    if (tasks_.empty() || woken_ || std::this_thread::get_id() == thread_.get_id()) return;
    woken_ = true;
  }
  waiting_->Wake();
}

EventLoop::TimerId EventLoop::After(Milliseconds delay, Task task) {
  const TimerId id = ++last_timer_;
  const Milliseconds due = SteadyNow() + delay;
  timers_.emplace(std::make_pair(due, id), std::move(task));
  due_.emplace(id, due);
  return id;
}

void EventLoop::Cancel(TimerId* timer) {
  const auto found = due_.find(std::exchange(*timer, kNoTimer));
  if (found == due_.end()) return;
  timers_.erase({found->second, found->first});
  due_.erase(found);
}

void EventLoop::Stop() {
  if (!thread_.joinable()) return;
  Post([this] { stopping_ = true; });
  thread_.join();
}

void EventLoop::Run() {
  while (true) {
    RunTasks();
    RunTimers();
    if (IsOver()) return;
    if (before_waiting_) Do(before_waiting_);
    Wait();
  }
}

bool EventLoop::IsOver() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stopping_ && tasks_.empty();
}

void EventLoop::RunTasks() {
  std::deque<Task> tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const Task& task : tasks) Do(task);
}

void EventLoop::RunTimers() {
  while (!timers_.empty() && timers_.begin()->first.first <= SteadyNow()) {
    auto due = timers_.extract(timers_.begin());
    due_.erase(due.key().second);
    Do(due.mapped());
  }
}

void EventLoop::Wait() {
  void* tag = nullptr;
  bool ok = false;
  if (waiting_->queue.AsyncNext(&tag, &ok, WaitsUntil()) != grpc::CompletionQueue::GOT_EVENT) return;
  Do([&] { static_cast<Completion*>(tag)->Complete(ok); });
}

// gRPC's turn comes even when there is something to do already.
gpr_timespec EventLoop::WaitsUntil() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!tasks_.empty()) return gpr_inf_past(GPR_CLOCK_MONOTONIC);
  }
  if (timers_.empty()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const Milliseconds delay = std::max<Milliseconds>(timers_.begin()->first.first - SteadyNow(), 0);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(delay, GPR_TIMESPAN));
}

void EventLoop::Do(const Task& task) {
  const auto report = [this](const char* what) {
    try {
      if (report_) report_(what);
    } catch (...) {
      // Out of memory, most likely. The next task may find some.
    }
  };
  try {
    task();
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("of no known kind");
  }
}

BlockedSignals::BlockedSignals() {
  sigset_t all;
  sigfillset(&all);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&all, own);
  pthread_sigmask(SIG_SETMASK, &all, &before_);
}

BlockedSignals::~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace deviceauth

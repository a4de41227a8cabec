#include "event_loop.h"

#include <pthread.h>

#include <chrono>
#include <exception>

namespace deviceauth {

EventLoop::EventLoop() : thread_([this] { Run(); }) {}

EventLoop::~EventLoop() { Stop(); }

void EventLoop::Post(Task task) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
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
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void EventLoop::Run() {
  std::deque<Task> tasks;
  while (true) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const auto awake = [this] { return !tasks_.empty() || stopping_; };
      if (timers_.empty()) {
        changed_.wait(lock, awake);
      } else {
        const std::chrono::milliseconds due(timers_.begin()->first.first);
        changed_.wait_until(lock, std::chrono::steady_clock::time_point(due), awake);
      }
      if (tasks_.empty() && stopping_) return;
      tasks.swap(tasks_);
    }
    for (const Task& task : tasks) Do(task);
    tasks.clear();
    while (!timers_.empty() && timers_.begin()->first.first <= SteadyNow()) {
      auto due = timers_.extract(timers_.begin());
      due_.erase(due.key().second);
      Do(due.mapped());
    }
  }
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

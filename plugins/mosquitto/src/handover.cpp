#include "handover.h"

#include <chrono>
#include <utility>

namespace deviceauth {
namespace {

void DoNothing(int) {}

}  // namespace

const char* Name(EndCause cause) {
  switch (cause) {
    case EndCause::kNone: return "none";
    case EndCause::kRevoked: return "revoked";
    case EndCause::kDisplaced: return "displaced";
    case EndCause::kSuperseded: return "superseded";
    case EndCause::kRefused: return "refused";
    case EndCause::kUnknown: break;
  }
  return "unknown";
}

Handover::Handover(bool wake) : wakes_(wake), broker_thread_(pthread_self()) {
  if (!wake) return;
  struct sigaction current {};
  sigaction(SIGURG, nullptr, &current);
  const bool unused = (current.sa_flags & SA_SIGINFO) == 0 &&
                      (current.sa_handler == SIG_DFL || current.sa_handler == SIG_IGN);
  if (unused) {
    struct sigaction ours {};
    ours.sa_handler = DoNothing;
    sigemptyset(&ours.sa_mask);
    restore_signal_ = sigaction(SIGURG, &ours, &signal_before_) == 0;
  }
}

Handover::~Handover() {
  if (restore_signal_) sigaction(SIGURG, &signal_before_, nullptr);
}

void Handover::Push(ToBroker message) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (auto* answered = std::get_if<Answered>(&message);
        answered != nullptr && answered->generation == waited_for_ && !awaited_.has_value()) {
      awaited_ = std::move(answered->answer);
      answered_.notify_one();
      return;
    }
    queue_.push_back(std::move(message));
    depth_.fetch_add(1, std::memory_order_relaxed);
  }
  pushed_ = true;
}

bool Handover::Wake() { return wakes_ && HasMessages() && pthread_kill(broker_thread_, SIGURG) == 0; }

std::optional<Answer> Handover::WaitForAnswer(Generation generation,
                                              std::chrono::steady_clock::time_point until) {
  std::unique_lock<std::mutex> lock(mutex_);
  // It may have come before we began to wait.
  for (std::deque<ToBroker>* messages : {&taken_, &queue_}) {
    for (auto message = messages->begin(); message != messages->end(); ++message) {
      auto* answered = std::get_if<Answered>(&*message);
      if (answered == nullptr || answered->generation != generation) continue;
      Answer answer = std::move(answered->answer);
      messages->erase(message);
      depth_.fetch_sub(1, std::memory_order_relaxed);
      return answer;
    }
  }
  waited_for_ = generation;
  answered_.wait_until(lock, until, [this] { return awaited_.has_value(); });
  waited_for_ = 0;
  return std::exchange(awaited_, std::nullopt);
}

void Handover::Drain(Milliseconds budget_ms, const std::function<void(ToBroker&)>& take) {
  looks_.store(looks() + 1, std::memory_order_relaxed);
  // 2.0 ticks once a message.
  if (!HasMessages()) return;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(budget_ms);
  unsigned done = 0;
  while (true) {
    if (taken_.empty()) {
      const std::lock_guard<std::mutex> lock(mutex_);
      taken_.swap(queue_);
      if (taken_.empty()) return;
    }
    ToBroker message = std::move(taken_.front());
    taken_.pop_front();
    depth_.fetch_sub(1, std::memory_order_relaxed);
    take(message);
    if ((++done & 15) == 0 && std::chrono::steady_clock::now() >= end) return;
  }
}

}  // namespace deviceauth

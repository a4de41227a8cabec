// Authenticates devices again in the background, at most so many at a time, because the daemon has forgotten their sessions.
// What fails without a verdict is tried again after a back-off with jitter (or the delay the daemon asks for); whoever is added
// again is tried at once. First come, first served.
//
// Threads: the keeper's.
#pragma once

#include <deque>
#include <functional>
#include <random>
#include <unordered_map>

#include "event_loop.h"
#include "kept_session.h"

namespace deviceauth {

class Reauthentication {
 public:
  struct Result {
    // Nothing is left to do.
    bool settled;
    Milliseconds retry_after_ms;
  };
  // Calls `done` once, later or at once.
  using Attempt = std::function<void(const KeptSessionPtr& session, std::function<void(Result)> done)>;

  Reauthentication(EventLoop* loop, Attempt attempt);

  bool Has(Generation generation) const { return entries_.count(generation) != 0; }
  void Add(const KeptSessionPtr& session);
  void Remove(Generation generation);
  void Clear();

 private:
  struct Entry {
    KeptSessionPtr session;
    std::uint64_t serial = 0;
    unsigned attempts = 0;
    bool ready = false;
    bool running = false;
    bool again = false;
    EventLoop::TimerId retry = EventLoop::kNoTimer;
  };
  void MakeReady(Entry* entry);
  void Start();
  void Finished(Generation generation, std::uint64_t serial, Result result);

  EventLoop* const loop_;
  const Attempt attempt_;
  std::unordered_map<Generation, Entry> entries_;
  std::deque<Generation> ready_;
  std::uint64_t last_serial_ = 0;
  unsigned running_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace deviceauth

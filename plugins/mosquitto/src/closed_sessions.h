// What the daemon is to be told that it is over: sessions by their tokens, and what calls opened that ended without an answer. In
// batches on the update stream, each until a heartbeat has counted it, and again on the next stream if that one ends before. A
// session younger than a minute would outlive a stream's beginning, which only leaves it out.
//
// Threads: the keeper's.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "event_loop.h"

namespace deviceauth {

struct ClosedSession {
  // Empty: it is not known.
  std::string token;
  // Of the call that may have opened it.
  std::string client_id;
  std::string correlation_id;
};

class ClosedSessions {
 public:
  // False: there is no stream.
  using Tell = std::function<bool(const std::vector<ClosedSession>& closed)>;

  ClosedSessions(EventLoop* loop, Tell tell) : loop_(loop), tell_(std::move(tell)) {}

  void Add(ClosedSession closed);
  // A new stream, which has been told nothing.
  void BeginStream();
  // So many of those told on this stream have been heard.
  void Heard(std::uint64_t count);
  void TellNow();

 private:
  EventLoop* const loop_;
  const Tell tell_;
  std::deque<ClosedSession> waiting_;
  // On this stream, and not known to be heard.
  std::deque<ClosedSession> told_;
  std::uint64_t heard_ = 0;
  EventLoop::TimerId due_ = EventLoop::kNoTimer;
};

}  // namespace deviceauth

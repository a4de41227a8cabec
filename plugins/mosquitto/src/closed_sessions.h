// Tokens the daemon is to be told that they are closed: in batches on the update stream, each until a heartbeat has counted it,
// and again on the next stream if that one ends before. A session younger than a minute would outlive a stream's beginning,
// which only leaves it out.
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

class ClosedSessions {
 public:
  // False: there is no stream.
  using Tell = std::function<bool(const std::vector<std::string>& tokens)>;

  ClosedSessions(EventLoop* loop, Tell tell) : loop_(loop), tell_(std::move(tell)) {}

  void Add(const std::string& token);
  // A new stream, which has been told nothing.
  void BeginStream();
  // So many of those told on this stream have been heard.
  void Heard(std::uint64_t count);
  void TellNow();

 private:
  EventLoop* const loop_;
  const Tell tell_;
  std::deque<std::string> waiting_;
  // On this stream, and not known to be heard.
  std::deque<std::string> told_;
  std::uint64_t heard_ = 0;
  EventLoop::TimerId due_ = EventLoop::kNoTimer;
};

}  // namespace deviceauth

// The life of the update stream: hello and held tokens up, then usage and what was closed; silence of 15 s, an end or an error is the same thing,
// gone, and it is opened again after a back-off with jitter (50 ms doubling to 2 s, from the start again once an update has
// arrived). One call at a time; nothing of an older call is heard after a newer began.
//
// Threads: the keeper's.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "closed_sessions.h"
#include "daemon_client.h"
#include "event_loop.h"
#include "messages.h"

namespace deviceauth {

class UpdateStream {
 public:
  struct Listener {
    // A new call begins: the tokens to tell the daemon.
    std::function<std::vector<std::string>()> on_open;
    // They are on their way.
    std::function<void()> on_opened;
    std::function<void(const v1::SessionUpdate& update)> on_update;
    std::function<void(const std::string& why)> on_lost;
    // Is there so much to do already that the next update should wait?
    std::function<bool()> is_busy;
  };

  UpdateStream(EventLoop* loop, DaemonClient* daemon, std::string caller, Listener listener);
  ~UpdateStream();
  UpdateStream(const UpdateStream&) = delete;
  UpdateStream& operator=(const UpdateStream&) = delete;

  void Start();
  void Stop();
  // Closes the call, if there is one, and opens another at once, whose snapshot tells what is true.
  void Restart();
  // False when there is no stream to report on.
  bool ReportUsage(const std::vector<std::string>& tokens);
  // False when there is no stream to tell it on.
  bool TellClosed(const std::vector<ClosedSession>& closed);

 private:
  void Open();
  void Take(std::uint64_t life, const std::shared_ptr<const v1::SessionUpdate>& update);
  void ReadNext(std::uint64_t life);
  void Watch(Milliseconds delay);
  void Lost(const std::string& why);
  // True if there was a call.
  bool Drop();

  EventLoop* const loop_;
  DaemonClient* const daemon_;
  const std::string caller_;
  const Listener listener_;
  std::unique_ptr<DaemonClient::UpdateCall> call_;
  std::uint64_t life_ = 0;
  std::string epoch_;
  Milliseconds delay_;
  Milliseconds heard_at_ = 0;
  EventLoop::TimerId retry_ = EventLoop::kNoTimer;
  EventLoop::TimerId silence_ = EventLoop::kNoTimer;
  bool stopped_ = true;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace deviceauth

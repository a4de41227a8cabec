// The life of the stream of certificates: opened again after a back-off with jitter when it ends (50 ms doubling to 2 s, to 10 s
// when the daemon refuses it), from the start again once something came; opened again at once over a new connection when the
// old one is given up, because this stream has no heartbeat of its own. A refusal is told once, with what to do.
//
// Threads: the keeper's.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "daemon_client.h"
#include "event_loop.h"
#include "messages.h"

namespace deviceauth::v1 {
class CertificateUpdate;
}

namespace deviceauth {

class CertificateStream {
 public:
  struct Listener {
    std::function<void(const v1::CertificateUpdate& update)> on_update;
    std::function<void(LogLevel level, const std::string& text)> say;
  };

  CertificateStream(EventLoop* loop, DaemonClient* daemon, std::string subscriber_name, Listener listener);
  ~CertificateStream();
  CertificateStream(const CertificateStream&) = delete;
  CertificateStream& operator=(const CertificateStream&) = delete;

  void Start();
  void Stop();

 private:
  void Open();
  void Lost(const CallError& error);
  void Drop();

  EventLoop* const loop_;
  DaemonClient* const daemon_;
  const std::string subscriber_name_;
  const Listener listener_;
  std::unique_ptr<DaemonClient::CertificateCall> call_;
  std::uint64_t life_ = 0;
  Milliseconds delay_;
  EventLoop::TimerId retry_ = EventLoop::kNoTimer;
  bool stopped_ = true;
  bool refused_ = false;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace deviceauth

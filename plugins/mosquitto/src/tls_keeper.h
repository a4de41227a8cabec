// Keeps the broker's TLS files as the daemon says: takes updates, has them written, and has the broker read them. Always true:
//
// - What is not a complete set is refused with a line, and what is on disk stays.
// - Nothing is changed while the broker starts, for it may be reading: but for the first set, for which the start waits.
// - At most one reload every five seconds, and no new set before the next may come: in between the newest set waits.
// - What cannot be written is tried again until it can, or a newer set has come; the broker goes on.
//
// Threads: the keeper's. Files are written on a thread of their own, since a disk may take its time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "certificate_stream.h"
#include "daemon_client.h"
#include "event_loop.h"
#include "handover.h"
#include "tls_directory.h"
#include "tls_set.h"

namespace deviceauth {

class TlsKeeper {
 public:
  // `has_set`: the broker can start with what is in the directory.
  TlsKeeper(EventLoop* loop, DaemonClient* daemon, Handover* handover, std::unique_ptr<TlsDirectory> directory,
            bool has_set, const std::string& subscriber_name);
  ~TlsKeeper();
  TlsKeeper(const TlsKeeper&) = delete;
  TlsKeeper& operator=(const TlsKeeper&) = delete;

  // Called when the broker can start: there is a set.
  void Start(std::function<void()> on_set);
  void Stop();
  // From now on sets may be exchanged, and reloads asked for.
  void BrokerIsUp();

 private:
  struct Written {
    TlsDirectory::Change change;
    bool has_set = false;
    // Empty: it is written, or was there.
    std::string error;
    std::string described;
  };

  void Take(const v1::CertificateUpdate& update);
  void Consider();
  void Knock();
  void WriteNow();
  void Take(Written written);
  void Failed(const std::string& error);
  void Report(const Written& written);
  void Say(LogLevel level, const std::string& text);

  EventLoop* const loop_;
  Handover* const handover_;
  const std::unique_ptr<TlsDirectory> directory_;
  CertificateStream stream_;
  std::function<void()> on_set_;
  std::optional<TlsSet> pending_;
  bool has_set_;
  bool broker_is_up_ = false;
  bool stopped_ = false;
  bool is_writing_ = false;
  std::thread writer_;
  Milliseconds not_before_ = kLongAgo;
  Milliseconds retry_delay_;
  EventLoop::TimerId later_ = EventLoop::kNoTimer;
  // Said once, not at every attempt.
  std::string complained_;
};

}  // namespace deviceauth

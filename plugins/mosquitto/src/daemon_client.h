// The daemon over gRPC: one channel for calls and update stream, over its Unix socket. Every call has a deadline; while
// there is no connection calls fail at once rather than wait. A connection on which nothing is heard is left for a new one.
// Only INVALID_CREDENTIAL is a verdict about a device; everything else, an unreachable daemon included, says nothing about it.
//
// Threads: the keeper's, whose loop does gRPC's work too.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "event_loop.h"

namespace grpc {
class ClientContext;
}

namespace deviceauth::v1 {
class CertificateUpdateEvent;
class GetClientDeviceAuthTokenResponse;
class SessionUpdate;
class SessionUpdatesRequest;
}  // namespace deviceauth::v1

namespace deviceauth {

struct CallError {
  // A name of ErrorReason; VERIFICATION_UNAVAILABLE when the daemon gave none.
  std::string reason;
  std::string message;
  // RefusalCategory's name, or empty.
  std::string category{};
  Milliseconds retry_after_ms = 0;
  // INVALID_CREDENTIAL, in the status that goes with it.
  bool is_verdict = false;
  // The daemon said so; otherwise it may have done what it was asked for.
  bool is_answer = false;
};

template <typename Value>
struct Outcome {
  std::optional<CallError> error;
  Value value;
};

struct Credential {
  std::string client_id;
  std::string certificate_pem;
};

class DaemonClient {
 public:
  using TokenAnswer = v1::GetClientDeviceAuthTokenResponse;
  using TokenCallback = std::function<void(Outcome<std::shared_ptr<const TokenAnswer>>)>;
  using BytesCallback = std::function<void(Outcome<std::string>)>;
  using FreeCallback = std::function<void(Outcome<bool>)>;
  using UpdateCallback = std::function<void(std::shared_ptr<const v1::SessionUpdate>)>;
  using CertificateCallback = std::function<void(std::shared_ptr<const v1::CertificateUpdateEvent>)>;
  // With what the stream ended; nothing follows.
  using EndCallback = std::function<void(const CallError&)>;

  // One update stream. Destroying it cancels it, and nothing of it is heard any more.
  class UpdateCall {
   public:
    virtual ~UpdateCall() = default;
    virtual void Send(v1::SessionUpdatesRequest message) = 0;
    // Does the daemon not take what it was sent?
    virtual bool IsBehind() = 0;
    // An update is read only after the one before has been taken and this was called.
    virtual void ReadNext() = 0;
  };

  // One stream of certificates. Destroying it cancels it, and nothing of it is heard any more.
  class CertificateCall {
   public:
    virtual ~CertificateCall() = default;
    // The next is read only after the one before has been taken and this was called.
    virtual void ReadNext() = 0;
  };

  DaemonClient(EventLoop* loop, const std::string& socket, std::string broker_instance_id, Milliseconds pending_max_ms);
  ~DaemonClient();
  DaemonClient(const DaemonClient&) = delete;
  DaemonClient& operator=(const DaemonClient&) = delete;

  void OpenSession(const Credential& credential, const std::string& correlation_id, TokenCallback done);
  // The bytes as sent; their hash is not checked here.
  void GetGrantSet(const std::string& id, BytesCallback done);
  // Is this client id no device's? That the daemon cannot tell is an error.
  void CheckClientId(const std::string& client_id, const std::string& correlation_id, FreeCallback done);
  std::unique_ptr<UpdateCall> OpenUpdates(UpdateCallback on_update, EndCallback on_end);

  std::unique_ptr<CertificateCall> OpenCertificates(const std::string& subscriber_name, CertificateCallback on_event,
                                                    EndCallback on_end);

  // What begins from now on uses a new connection: the old one may be to a daemon that hangs, or is no longer the one behind
  // the socket.
  void Reconnect();
  // Called by Reconnect, for whoever has something on the old one.
  void OnReconnect(std::function<void()> then) { on_reconnect_ = std::move(then); }

  // Cancels whatever is under way; `done` is called when nothing is left of it.
  void Shutdown(std::function<void()> done);

  const std::string& broker_instance_id() const { return broker_instance_id_; }

 private:
  struct Calls;

  template <typename Response, typename Request, typename Then>
  void Ask(const char* method, const Request& request, Milliseconds deadline, Then then);

  EventLoop* const loop_;
  const std::string socket_;
  const std::string broker_instance_id_;
  const Milliseconds pending_max_ms_;
  std::shared_ptr<Calls> calls_;
  std::function<void()> on_reconnect_;
};

}  // namespace deviceauth

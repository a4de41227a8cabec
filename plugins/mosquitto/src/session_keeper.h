// The daemon's sessions, as a caller keeps them. Always true:
//
// - Grants change as a whole: sets and variables together.
// - An event newer than the answer it concerns is never lost, whichever arrives first.
// - A stream that may have missed something about a session is opened again, and its snapshot settles the matter.
// - A token the daemon does not know (it restarted) is no verdict about the device: the session goes on within its lease while
//   it is authenticated again in the background.
// - That a session is closed is told to the daemon until it has heard it.
// - The broker's thread hears of a session's answer first, then of what happens to it, and of its end once.
//
// Threads: Authenticate, CheckClientId, Close, Retire, Announce, DaemonIsGone, WaitForTlsSet, BrokerIsUp and Stop are the broker's
// doors; all else happens on the keeper's thread, which this class owns.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon_client.h"
#include "early_events.h"
#include "event_loop.h"
#include "grant_set_cache.h"
#include "grant_set_unions.h"
#include "handover.h"
#include "kept_session.h"
#include "reauthentication.h"
#include "tls_keeper.h"
#include "updates.h"

namespace deviceauth {

class SessionKeeper final : private UpdatedSessions {
 public:
  struct Settings {
    std::string socket;
    Milliseconds pending_max_ms;
    // Free text for `deviceauthctl status`.
    std::string caller;
    // Whose certificate is kept where, if it is.
    std::string tls_name{};
  };

  // `tls_directory`: null, or where the broker's certificate is kept; `has_tls_set`: it can start with what is there.
  SessionKeeper(const Settings& settings, Handover* handover, std::unique_ptr<TlsDirectory> tls_directory = nullptr,
                bool has_tls_set = false);
  ~SessionKeeper() override;

  // The answer comes through the handover, always, and names this generation. Begun after Announce at the latest, as Close and
  // Retire are.
  void Authenticate(Generation generation, Credential credential, std::string certificate_id,
                    std::string correlation_id);
  // May a client without a certificate have this id? The answer comes as that of an authentication does: accepted when it is
  // free, refused when it is a device's. No session comes of it.
  void CheckClientId(Generation generation, std::string client_id, std::string correlation_id);
  // The device went away, or never came.
  void Close(Generation generation);
  // Frees grants, which may be large, anywhere but on the broker's thread.
  void Retire(std::vector<std::shared_ptr<const SessionGrants>> grants);
  // The broker is about to sleep: many things are begun with one waking of the keeper.
  void Announce() {
    if (!unannounced_) return;
    unannounced_ = false;
    loop_->Announce();
  }
  // The update stream is gone and not yet back.
  bool DaemonIsGone() const { return updates_ != nullptr && updates_->IsGone(); }
  // False when there is no TLS set yet for the broker to start with, after so long.
  bool WaitForTlsSet(Milliseconds delay) const {
    return tls_set_.wait_for(std::chrono::milliseconds(delay)) == std::future_status::ready;
  }
  // It has read what it reads at its start, and takes signals.
  void BrokerIsUp();
  // Ends calls, stream and thread; bounded by two seconds.
  void Stop();

 private:
  using Done = std::function<void(std::optional<CallError> error)>;

  void Open(const KeptSessionPtr& session, const std::string& correlation_id);
  void Ask(const KeptSessionPtr& session, const std::string& correlation_id, Done done);
  void Install(const KeptSessionPtr& session, const DaemonClient::TokenAnswer& answer, GrantSets sets,
               Milliseconds arrived_at);
  void AuthenticateAgainNow(const KeptSessionPtr& session, std::function<void(Reauthentication::Result)> done);
  void ApplyEarly(const KeptSessionPtr& session, const EarlyEvent& event);
  void SetGrants(const KeptSessionPtr& session, GrantSets sets);
  void Settle(const KeptSessionPtr& session);
  void Forget(const KeptSessionPtr& session);
  void TellClosed(const std::string& token);
  bool IsAnothers(const std::string& token, const KeptSessionPtr& session) const;
  void PlanUsageReport();
  void WakeBroker();
  void PlanToWakeAgain();
  void Say(LogLevel level, const char* topic, const std::string& text);

  const std::unordered_map<std::string, KeptSessionPtr>& by_token() const override { return by_token_; }
  void AddGrantSet(const std::string& id, const std::string& bytes) override;
  void Change(const KeptSessionPtr& session, GrantsChange change) override;
  void End(const KeptSessionPtr& session, EndCause cause, const std::string& correlation_id) override;
  void KeepEarly(const std::string& token, EarlyEvent event) override;
  void AuthenticateAgain(const KeptSessionPtr& session) override;
  bool IsBeingAuthenticated(const KeptSessionPtr& session) const override;

  Handover* const handover_;
  std::unique_ptr<DaemonClient> daemon_;
  std::unique_ptr<GrantSetCache> sets_;
  GrantSetUnions unions_;
  std::unique_ptr<Updates> updates_;
  std::unique_ptr<Reauthentication> again_;
  std::unique_ptr<TlsKeeper> tls_;
  std::future<void> tls_set_;
  EarlyEvents early_;
  EventLoop::TimerId wake_again_ = EventLoop::kNoTimer;
  Milliseconds wake_again_after_ = 0;
  unsigned looks_seen_ = 0;
  Milliseconds looked_at_ = 0;
  std::unordered_map<std::string, KeptSessionPtr> by_token_;
  std::unordered_map<Generation, KeptSessionPtr> by_generation_;
  std::unique_ptr<EventLoop> loop_;
  // The broker's thread's.
  bool unannounced_ = false;
};

// Not a UUID: those are taken for tokens, and shortened, wherever lines are redacted.
std::string NewCorrelationId();

}  // namespace deviceauth

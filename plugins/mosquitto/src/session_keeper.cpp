#include "session_keeper.h"

#include <grpc/grpc.h>
#include <openssl/rand.h>

#include <algorithm>
#include <future>
#include <utility>

#include "bounds.h"
#include "deviceauth/v1/device_auth.pb.h"
#include "log.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kUsageInterval = 30'000;
constexpr Milliseconds kFirstWakeAgain = 1;
constexpr Milliseconds kLongestWakeAgain = 20;
constexpr Milliseconds kMoment = 2;
constexpr auto kLongestStop = std::chrono::seconds(2);

bool IsAbout(const DaemonClient::TokenAnswer& answer, const KeptSession& session) {
  return IsToken(answer.client_device_auth_token()) && IsThingName(answer.thing_name()) &&
         answer.certificate_id() == session.certificate_id && AreSetIds(answer.grants().grant_set_ids()) &&
         AreVariables(answer.grants().variables());
}

std::string Described(const KeptSession& session) {
  return "client " + Quoted(session.credential.client_id) + " (certificate " + session.certificate_id.substr(0, 16) + ")";
}

Answer ToAnswer(const CallError& error) {
  Answer answer;
  answer.verdict = error.is_verdict ? Answer::Verdict::kRefused : Answer::Verdict::kUnavailable;
  answer.reason = error.reason + (error.category.empty() ? "" : " " + error.category) +
                  (error.is_verdict || error.message.empty() ? "" : ": " + error.message);
  answer.retry_after_ms = error.retry_after_ms;
  return answer;
}

}  // namespace

std::string NewCorrelationId() {
  unsigned char bytes[8];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return {};
  static const char kDigits[] = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

SessionKeeper::SessionKeeper(const Settings& settings, Handover* handover, std::unique_ptr<TlsDirectory> tls_directory,
                             bool has_tls_set)
    : handover_(handover) {
  const BlockedSignals blocked;
  // Never taken back: gRPC ends on a thread of its own, which the end of the process would race with.
  grpc_init();
  loop_ = std::make_unique<EventLoop>();
  // gRPC is begun on the loop, so that its threads are not made by the broker's.
  std::promise<void> begun;
  loop_->Post([&] {
    daemon_ = std::make_unique<DaemonClient>(loop_.get(), settings.socket, "mosquitto-" + NewCorrelationId(),
                                             settings.pending_max_ms);
    sets_ = std::make_unique<GrantSetCache>(daemon_.get());
    UpdatedSessions* const sessions = this;
    updates_ = std::make_unique<Updates>(loop_.get(), daemon_.get(), handover_, settings.caller, sessions);
    again_ = std::make_unique<Reauthentication>(
        loop_.get(), [this](const KeptSessionPtr& session, std::function<void(Reauthentication::Result)> done) {
          AuthenticateAgainNow(session, std::move(done));
        });
    if (tls_directory != nullptr) {
      tls_ = std::make_unique<TlsKeeper>(loop_.get(), daemon_.get(), handover_, std::move(tls_directory), has_tls_set,
                                         settings.tls_name);
    }
    begun.set_value();
  });
  begun.get_future().wait();
  auto tls_set = std::make_shared<std::promise<void>>();
  tls_set_ = tls_set->get_future();
  loop_->Post([this, tls_set] {
    loop_->OnFailure([this](const std::string& what) {
      Say(LogLevel::kError, "failed", "the plugin failed to act on what the daemon said: " + what);
      updates_->Resync("something of it is left undone");
    });
    loop_->BeforeWaiting([this] {
      if (handover_->TakePushed()) WakeBroker();
    });
    updates_->Start();
    if (tls_ != nullptr) tls_->Start([tls_set] { tls_set->set_value(); });
    PlanUsageReport();
  });
}

SessionKeeper::~SessionKeeper() { Stop(); }

void SessionKeeper::Stop() {
  if (loop_ == nullptr) return;
  auto ended = std::make_shared<std::promise<void>>();
  loop_->Post([this, ended] {
    again_->Clear();
    if (tls_ != nullptr) tls_->Stop();
    updates_->Stop();
    daemon_->Shutdown([ended] { ended->set_value(); });
  });
  const bool drained = ended->get_future().wait_for(kLongestStop) == std::future_status::ready;
  loop_->Stop();
  // What gRPC still holds would post to the loop: better to lose it than to free it.
  if (!drained) loop_.release();
  loop_ = nullptr;
}

void SessionKeeper::Authenticate(Generation generation, Credential credential, std::string certificate_id,
                                 std::string correlation_id) {
  auto session = std::make_shared<KeptSession>();
  session->generation = generation;
  session->credential = std::move(credential);
  session->certificate_id = std::move(certificate_id);
  unannounced_ = true;
  loop_->PostQuietly([this, session = std::move(session), correlation_id = std::move(correlation_id)] {
    by_generation_.emplace(session->generation, session);
    Open(session, correlation_id);
  });
}

void SessionKeeper::CheckClientId(Generation generation, std::string client_id, std::string correlation_id) {
  loop_->Post([this, generation, client_id = std::move(client_id), correlation_id = std::move(correlation_id)] {
    daemon_->CheckClientId(client_id, correlation_id, [this, generation](Outcome<bool> is_free) {
      Answer answer;
      if (is_free.error.has_value()) {
        answer = ToAnswer(*is_free.error);
        answer.verdict = Answer::Verdict::kUnavailable;
      } else {
        answer.verdict = is_free.value ? Answer::Verdict::kAccepted : Answer::Verdict::kRefused;
      }
      handover_->Push(Answered{generation, std::move(answer)});
    });
  });
}

void SessionKeeper::Close(Generation generation) {
  unannounced_ = true;
  loop_->PostQuietly([this, generation] {
    const auto found = by_generation_.find(generation);
    if (found == by_generation_.end()) return;
    const KeptSessionPtr session = found->second;
    Forget(session);
    TellClosed(session->token);
  });
}

void SessionKeeper::BrokerIsUp() {
  if (tls_ == nullptr) return;
  loop_->Post([this] { tls_->BrokerIsUp(); });
}

void SessionKeeper::Retire(std::vector<std::shared_ptr<const SessionGrants>> grants) {
  unannounced_ = true;
  loop_->PostQuietly([grants = std::move(grants)] {});
}

void SessionKeeper::Open(const KeptSessionPtr& session, const std::string& correlation_id) {
  Ask(session, correlation_id, [this, session](std::optional<CallError> error) {
    Answer answer;
    if (error.has_value()) {
      answer = ToAnswer(*error);
      Forget(session);
    } else {
      answer.verdict = Answer::Verdict::kAccepted;
      answer.thing_name = session->thing_name;
      answer.grants = session->grants;
      answer.lease = session->lease;
      answer.use = session->use;
      session->announced = true;
    }
    handover_->Push(Answered{session->generation, std::move(answer)});
  });
}

// One authentication: token, then the grant sets that are not at hand. The session is installed, or nothing is left behind.
void SessionKeeper::Ask(const KeptSessionPtr& session, const std::string& correlation_id, Done done) {
  daemon_->OpenSession(
      session->credential, correlation_id,
      [this, session, correlation_id,
       done = std::move(done)](Outcome<std::shared_ptr<const DaemonClient::TokenAnswer>> outcome) {
        const Milliseconds arrived_at = SteadyNow();
        if (outcome.error.has_value()) {
          if (!outcome.error->is_answer) updates_->TellClosed({{}, session->credential.client_id, correlation_id});
          done(std::move(outcome.error));
          return;
        }
        const std::shared_ptr<const DaemonClient::TokenAnswer> answer = std::move(outcome.value);
        if (!IsAbout(*answer, *session)) {
          TellClosed(answer->client_device_auth_token());
          done(CallError{"SERVICE_ERROR", "the daemon's answer is not about this certificate, or is none"});
          return;
        }
        const std::vector<std::string> ids(answer->grants().grant_set_ids().begin(),
                                           answer->grants().grant_set_ids().end());
        sets_->Load(ids, [this, session, done, answer, arrived_at](Outcome<GrantSets> sets) {
          const bool is_anothers = IsAnothers(answer->client_device_auth_token(), session);
          if (is_anothers) sets.error = CallError{"SERVICE_ERROR", "the daemon's answer names another session's token"};
          if (sets.error.has_value() || session->ended) {
            TellClosed(answer->client_device_auth_token());
            if (!sets.error.has_value()) sets.error = CallError{"VERIFICATION_UNAVAILABLE", "the client is gone"};
            done(std::move(sets.error));
            return;
          }
          Install(session, *answer, std::move(sets.value), arrived_at);
          if (session->ended) {
            done(CallError{"INVALID_CLIENT_DEVICE_AUTH_TOKEN", "the session ended before it began"});
          } else {
            done(std::nullopt);
          }
        });
      });
}

void SessionKeeper::Install(const KeptSessionPtr& session, const DaemonClient::TokenAnswer& answer, GrantSets sets,
                            Milliseconds arrived_at) {
  const std::string token = answer.client_device_auth_token();
  if (!session->token.empty() && session->token != token) {
    by_token_.erase(session->token);
    if (session->epoch == answer.epoch()) TellClosed(session->token);
  }
  session->token = token;
  session->thing_name = answer.thing_name();
  session->epoch = answer.epoch();
  session->sequence = answer.sequence();
  session->set_ids.assign(answer.grants().grant_set_ids().begin(), answer.grants().grant_set_ids().end());
  session->variables = ToVariables(answer.grants().variables());
  session->lifeline = nullptr;
  session->lease = ToLease(arrived_at, answer.lease_ms(), answer.certificate_remaining_ms());
  SetGrants(session, std::move(sets));
  if (session->announced) handover_->Push(Leased{session->generation, session->lease});
  by_token_[token] = session;
  for (const EarlyEvent& event : early_.Take(token)) ApplyEarly(session, event);
  if (early_.Lost()) updates_->Resync("more early events than fit");
  if (!session->ended) updates_->Opened(session);
}

void SessionKeeper::ApplyEarly(const KeptSessionPtr& session, const EarlyEvent& event) {
  if (event.epoch != session->epoch || session->ended) return;
  if (event.is_end) End(session, event.cause, event.correlation_id);
  else if (event.sequence > session->sequence) Change(session, {event.sequence, event.set_ids, event.variables});
}

void SessionKeeper::AuthenticateAgain(const KeptSessionPtr& session) { again_->Add(session); }

bool SessionKeeper::IsBeingAuthenticated(const KeptSessionPtr& session) const {
  return again_->Has(session->generation);
}

void SessionKeeper::AuthenticateAgainNow(const KeptSessionPtr& session,
                                         std::function<void(Reauthentication::Result)> done) {
  if (session->ended) {
    done({true, 0});
    return;
  }
  const std::string correlation_id = NewCorrelationId();
  Ask(session, correlation_id, [this, session, correlation_id, done = std::move(done)](std::optional<CallError> error) {
    if (!error.has_value() || session->ended) {
      done({true, 0});
    } else if (error->is_verdict) {
      End(session, EndCause::kRefused, correlation_id);
      done({true, 0});
    } else {
      Say(LogLevel::kWarning, "again",
          Described(*session) + " could not be authenticated again yet: " + error->reason + ": " + error->message +
              " (correlation " + correlation_id + ")");
      done({false, error->retry_after_ms});
    }
  });
}

void SessionKeeper::AddGrantSet(const std::string& id, const std::string& bytes) {
  std::string error;
  if (!sets_->Add(id, bytes, &error)) Say(LogLevel::kError, "set", "a grant set from the daemon is not usable: " + error);
}

void SessionKeeper::KeepEarly(const std::string& token, EarlyEvent event) { early_.Keep(token, std::move(event)); }

void SessionKeeper::Change(const KeptSessionPtr& session, GrantsChange change) {
  session->sequence = change.sequence;
  const bool same_variables = !change.variables.has_value();
  if (!same_variables) session->variables = std::move(*change.variables);
  session->set_ids = std::move(change.set_ids);
  std::optional<GrantSets> sets = sets_->Peek(session->set_ids);
  if (sets.has_value()) {
    SetGrants(session, std::move(*sets));
    return;
  }
  // A set we were not told: deny until it is here.
  session->grants = nullptr;
  if (session->announced) handover_->Push(GrantsChanged{session->generation, nullptr});
  Settle(session);
}

void SessionKeeper::SetGrants(const KeptSessionPtr& session, GrantSets sets) {
  session->grants = std::make_shared<const SessionGrants>(unions_.Of(std::move(sets)), session->variables);
  if (session->announced) handover_->Push(GrantsChanged{session->generation, session->grants});
}

void SessionKeeper::Settle(const KeptSessionPtr& session) {
  sets_->Load(session->set_ids, [this, session, sequence = session->sequence,
                                 epoch = session->epoch](Outcome<GrantSets> sets) {
    if (session->sequence != sequence || session->epoch != epoch || session->ended) return;
    if (!sets.error.has_value()) {
      SetGrants(session, std::move(sets.value));
      return;
    }
    Say(LogLevel::kError, "settle",
        "grants of " + Described(*session) + " could not be had, it is denied everything: " + sets.error->message);
    updates_->ResyncSoon("grants in doubt");
  });
}

void SessionKeeper::End(const KeptSessionPtr& session, EndCause cause, const std::string& correlation_id) {
  if (session->ended) return;
  const bool announced = session->announced;
  Forget(session);
  if (announced) handover_->Push(Ended{session->generation, cause, correlation_id});
}

void SessionKeeper::Forget(const KeptSessionPtr& session) {
  session->ended = true;
  session->grants = nullptr;
  again_->Remove(session->generation);
  by_generation_.erase(session->generation);
  const auto found = by_token_.find(session->token);
  if (found != by_token_.end() && found->second == session) by_token_.erase(found);
  updates_->Closed(session->token);
}

// Never a token that a session has: whoever else was told it, it is not theirs to close.
void SessionKeeper::TellClosed(const std::string& token) {
  if (!IsToken(token) || by_token_.count(token) != 0) return;
  updates_->TellClosed({token, {}, {}});
}

bool SessionKeeper::IsAnothers(const std::string& token, const KeptSessionPtr& session) const {
  const auto found = by_token_.find(token);
  return found != by_token_.end() && found->second != session;
}

void SessionKeeper::PlanUsageReport() {
  loop_->After(kUsageInterval, [this] {
    std::vector<std::string> tokens;
    std::vector<Use*> uses;
    for (const auto& [token, session] : by_token_) {
      if (!session->use->used.exchange(false, std::memory_order_relaxed)) continue;
      tokens.push_back(token);
      uses.push_back(session->use.get());
    }
    if (!updates_->ReportUsage(tokens)) {
      for (Use* use : uses) use->used.store(true, std::memory_order_relaxed);
    }
    PlanUsageReport();
  });
}

// A broker that has turned its loop a moment ago will take the messages by itself, most likely.
void SessionKeeper::WakeBroker() {
  const Milliseconds now = SteadyNow();
  const bool turns = handover_->looks() != looks_seen_ && now - looked_at_ <= kMoment;
  looks_seen_ = handover_->looks();
  looked_at_ = now;
  wake_again_after_ = kFirstWakeAgain;
  if (turns || handover_->Wake()) PlanToWakeAgain();
}

void SessionKeeper::PlanToWakeAgain() {
  loop_->Cancel(&wake_again_);
  wake_again_ = loop_->After(wake_again_after_, [this] {
    wake_again_ = EventLoop::kNoTimer;
    wake_again_after_ = std::min(2 * wake_again_after_, kLongestWakeAgain);
    if (handover_->Wake()) PlanToWakeAgain();
  });
}

void SessionKeeper::Say(LogLevel level, const char* topic, const std::string& text) {
  handover_->Push(LogLine{level, topic, text});
}

}  // namespace deviceauth

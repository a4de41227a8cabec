#include "updates.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "bounds.h"
#include "deviceauth/v1/device_auth.pb.h"
#include "log.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kResyncForUnknownInterval = 60'000;
constexpr Milliseconds kStatedAgainWithin = 1000;
constexpr Milliseconds kBetweenResyncs = 1000;
constexpr Milliseconds kSnapshotWithin = 60'000;
constexpr std::size_t kLongestCorrelationId = 128;
// So many messages not yet taken by the broker's thread, and the stream waits.
constexpr std::size_t kDeepHandover = 20'000;

EndCause ToCause(v1::EndReason reason) {
  switch (reason) {
    case v1::END_REASON_REVOKED: return EndCause::kRevoked;
    case v1::END_REASON_DISPLACED: return EndCause::kDisplaced;
    case v1::END_REASON_SUPERSEDED: return EndCause::kSuperseded;
    default: return EndCause::kUnknown;
  }
}

template <typename All>
bool AreAllVariables(const All& all) {
  return std::all_of(all.begin(), all.end(), [](const auto& variables) { return AreVariables(variables.values()); });
}

}  // namespace

Lease ToLease(Milliseconds arrived_at, std::uint32_t lease_ms, std::uint32_t certificate_remaining_ms) {
  Lease lease;
  lease.heard_at = arrived_at;
  lease.deadline = arrived_at + lease_ms;
  // At its limit it says "at least": no bound that the caller has to keep.
  lease.certificate_deadline = certificate_remaining_ms == std::numeric_limits<std::uint32_t>::max()
                                   ? kNever
                                   : arrived_at + certificate_remaining_ms;
  return lease;
}

Updates::Updates(EventLoop* loop, DaemonClient* daemon, Handover* handover, const std::string& caller,
                 UpdatedSessions* sessions)
    : loop_(loop),
      handover_(handover),
      sessions_(sessions),
      stream_(loop, daemon, caller,
              {[this] { return Begin(); }, [this] { closed_.TellNow(); },
               [this](const v1::SessionUpdate& update) { Take(update); },
               [this](const std::string& why) { Lost(why); },
               [this] { return handover_->depth() > kDeepHandover; }}),
      closed_(loop, [this](const std::vector<ClosedSession>& closed) { return stream_.TellClosed(closed); }) {}

void Updates::Stop() {
  closed_.TellNow();
  stream_.Stop();
}

void Updates::Opened(const KeptSessionPtr& session) {
  if (life_ != nullptr && life_->complete) Adopt(session);
}

void Updates::Closed(const std::string& token) {
  if (life_ != nullptr) life_->unconfirmed.erase(token);
}

void Updates::Resync(const std::string& why) {
  if (std::exchange(resync_due_, true)) return;
  Say(LogLevel::kInfo, "resync", "asking the daemon for a new snapshot: " + why);
  const auto restart = [this] {
    if (!resync_due_) return;
    resynced_at_ = SteadyNow();
    stream_.Restart();
  };
  const Milliseconds since = resynced_at_ == kLongAgo ? kBetweenResyncs : SteadyNow() - resynced_at_;
  if (since >= kBetweenResyncs) loop_->Post(restart);
  else loop_->After(kBetweenResyncs - since, restart);
}

void Updates::ResyncSoon(const std::string& why) {
  const auto delay = static_cast<Milliseconds>(std::uniform_real_distribution<double>(1000, 2000)(random_));
  loop_->After(delay, [this, why] { Resync(why); });
}

std::vector<std::string> Updates::Begin() {
  std::vector<std::string> held;
  held.reserve(sessions_->by_token().size());
  for (const auto& [token, session] : sessions_->by_token()) held.push_back(token);
  resync_due_ = false;
  closed_.BeginStream();
  life_ = std::make_shared<Life>();
  life_->unconfirmed.insert(held.begin(), held.end());
  loop_->After(kSnapshotWithin, [this, life = std::weak_ptr<Life>(life_)] {
    const std::shared_ptr<Life> same = life.lock();
    if (same != nullptr && same == life_ && !same->complete) Resync("the snapshot was never completed");
  });
  return held;
}

void Updates::Take(const v1::SessionUpdate& update) {
  const Milliseconds arrived_at = SteadyNow();
  if (life_ == nullptr) return;
  if (!life_->epoch.empty() && life_->epoch != update.epoch()) {
    Resync("the epoch changed within a stream");
    return;
  }
  life_->epoch = update.epoch();
  gone_.store(false, std::memory_order_relaxed);
  switch (update.event_case()) {
    case v1::SessionUpdate::kHeartbeat:
      handover_->Push(Heard{life_->lifeline, arrived_at, arrived_at + update.heartbeat().lease_ms()});
      closed_.Heard(update.heartbeat().closed_tokens());
      break;
    case v1::SessionUpdate::kGrantSetAdded:
      sessions_->AddGrantSet(update.grant_set_added().grant_set_id(), update.grant_set_added().grant_set());
      break;
    case v1::SessionUpdate::kSessionsChanged: TakeChanges(update); break;
    case v1::SessionUpdate::kSessionsEnded: TakeEnds(update); break;
    case v1::SessionUpdate::kSnapshot: TakeSnapshot(update, arrived_at); break;
    case v1::SessionUpdate::EVENT_NOT_SET: UnknownEvent(); break;
  }
}

// None, so that everything is denied, where the message is beyond the bounds.
template <typename Ids>
std::vector<std::string> Updates::ToSetIds(const Ids& ids, bool is_usable) {
  if (is_usable && AreSetIds(ids)) return {ids.begin(), ids.end()};
  Resync("grants beyond the bounds");
  return {};
}

void Updates::TakeChanges(const v1::SessionUpdate& update) {
  for (const v1::SessionChange& change : update.sessions_changed().changes()) {
    const std::vector<std::string> set_ids = ToSetIds(change.grant_set_ids(), AreAllVariables(change.variables()));
    for (int i = 0; i < change.client_device_auth_tokens_size(); i++) {
      const std::string& token = change.client_device_auth_tokens(i);
      if (!IsToken(token)) continue;
      std::optional<std::vector<Variable>> variables;
      if (i < change.variables_size()) variables = ToVariables(change.variables(i).values());
      const auto found = sessions_->by_token().find(token);
      if (found == sessions_->by_token().end()) {
        EarlyEvent event;
        event.epoch = update.epoch();
        event.sequence = update.sequence();
        event.set_ids = set_ids;
        event.variables = std::move(variables);
        sessions_->KeepEarly(token, std::move(event));
        continue;
      }
      const KeptSessionPtr session = found->second;
      if (update.epoch() == session->epoch && update.sequence() <= session->sequence) continue;
      session->epoch = update.epoch();
      sessions_->Change(session, {update.sequence(), set_ids, std::move(variables)});
      if (life_ != nullptr && life_->complete && session->lifeline != life_->lifeline) Adopt(session);
    }
  }
}

void Updates::TakeEnds(const v1::SessionUpdate& update) {
  const v1::SessionsEnded& ended = update.sessions_ended();
  const std::string correlation_id = Printable(ended.correlation_id(), kLongestCorrelationId);
  for (const std::string& token : ended.client_device_auth_tokens()) {
    if (!IsToken(token)) continue;
    const auto found = sessions_->by_token().find(token);
    if (found != sessions_->by_token().end()) {
      sessions_->End(KeptSessionPtr(found->second), ToCause(ended.reason()), correlation_id);
      continue;
    }
    EarlyEvent event;
    event.is_end = true;
    event.epoch = update.epoch();
    event.sequence = update.sequence();
    event.cause = ToCause(ended.reason());
    event.correlation_id = correlation_id;
    sessions_->KeepEarly(token, std::move(event));
  }
}

void Updates::TakeSnapshot(const v1::SessionUpdate& update, Milliseconds arrived_at) {
  const std::shared_ptr<Life> life = life_;
  life->since = std::max(life->since, update.sequence());
  for (const v1::SessionState& state : update.snapshot().sessions()) {
    const std::string& token = state.client_device_auth_token();
    life->unconfirmed.erase(token);
    const auto found = sessions_->by_token().find(token);
    if (found == sessions_->by_token().end()) continue;
    const KeptSessionPtr session = found->second;
    session->epoch = update.epoch();
    session->lifeline = life->lifeline;
    session->lease = ToLease(arrived_at, state.lease_ms(), state.certificate_remaining_ms());
    session->lease.lifeline = life->lifeline;
    GrantsChange change;
    change.sequence = update.sequence();
    change.set_ids = ToSetIds(state.grants().grant_set_ids(), AreVariables(state.grants().variables()));
    change.variables = ToVariables(state.grants().variables());
    // Grants first: a lease must not revive what a change takes away.
    sessions_->Change(session, std::move(change));
    if (session->announced && !session->ended) handover_->Push(Leased{session->generation, session->lease});
  }
  for (const std::string& token : update.snapshot().unknown_tokens()) Unknown(token);
  if (update.snapshot().last() && life_ == life) Complete();
}

void Updates::Unknown(const std::string& token) {
  if (life_ != nullptr) life_->unconfirmed.erase(token);
  const auto found = sessions_->by_token().find(token);
  if (found != sessions_->by_token().end()) sessions_->AuthenticateAgain(KeptSessionPtr(found->second));
}

void Updates::Complete() {
  const std::shared_ptr<Life> life = life_;
  // Neither confirmed nor called unknown: the daemon does not speak for it.
  const std::vector<std::string> unconfirmed(life->unconfirmed.begin(), life->unconfirmed.end());
  for (const std::string& token : unconfirmed) Unknown(token);
  life->complete = true;
  // Sessions opened since the hello: their answers came beside the stream.
  std::size_t sessions = 0;
  for (const auto& [token, session] : sessions_->by_token()) {
    sessions++;
    if (session->lifeline != life->lifeline && !sessions_->IsBeingAuthenticated(session)) Adopt(session);
  }
  if (std::exchange(complained_, false)) {
    Say(LogLevel::kNotice, "daemon", "the daemon is back");
  }
  Say(LogLevel::kInfo, "stream", "in step with the daemon, " + std::to_string(sessions) + " sessions");
}

// A session whose answer came beside the stream: has the stream told everything since that answer? The daemon states such
// sessions again right after the snapshot; if it does not, a new snapshot must.
void Updates::Adopt(const KeptSessionPtr& session) {
  if (session->epoch != life_->epoch) {
    Resync("a session of another life of the daemon");
  } else if (session->sequence >= life_->since) {
    TieTo(session);
  } else {
    loop_->After(kStatedAgainWithin, [this, session, life = life_] {
      const bool waiting = !session->ended && session->lifeline != life->lifeline;
      if (waiting && life_ == life && session->sequence < life->since) {
        Resync("a session was opened across the start of the stream");
      }
    });
  }
}

void Updates::TieTo(const KeptSessionPtr& session) {
  session->lifeline = life_->lifeline;
  session->lease.lifeline = life_->lifeline;
  if (session->announced) handover_->Push(Adopted{session->generation, life_->lifeline});
}

void Updates::UnknownEvent() {
  // Of a later release. Whatever it says, a snapshot says what is true in words this one knows.
  const Milliseconds now = SteadyNow();
  if (unknown_event_at_ != kLongAgo && now - unknown_event_at_ < kResyncForUnknownInterval) return;
  unknown_event_at_ = now;
  Resync("an event of a kind this release does not know");
}

void Updates::Lost(const std::string& why) {
  life_ = nullptr;
  gone_.store(true, std::memory_order_relaxed);
  const bool first = !std::exchange(complained_, true);
  Say(first ? LogLevel::kWarning : LogLevel::kDebug, first ? "daemon" : "retry",
      "no update stream from the daemon (" + why + "); connected devices go on within their lease");
}

void Updates::Say(LogLevel level, const char* topic, const std::string& text) {
  handover_->Push(LogLine{level, topic, text});
}

}  // namespace deviceauth

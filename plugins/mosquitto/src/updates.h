// What the update stream says, applied to the sessions it concerns, in order. A stream's life begins with the tokens told to
// the daemon; when its snapshot is complete, every one of them has been confirmed or is being authenticated again, and
// heartbeats extend exactly those that this stream has spoken of. Whatever leaves that in doubt asks for a new stream.
//
// Threads: the keeper's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "closed_sessions.h"
#include "early_events.h"
#include "event_loop.h"
#include "handover.h"
#include "kept_session.h"
#include "update_stream.h"

namespace deviceauth {

struct GrantsChange {
  std::uint64_t sequence = 0;
  std::vector<std::string> set_ids;
  // Empty: as before.
  std::optional<std::vector<Variable>> variables;
};

// The keeper's side.
class UpdatedSessions {
 public:
  virtual ~UpdatedSessions() = default;
  virtual const std::unordered_map<std::string, KeptSessionPtr>& by_token() const = 0;
  virtual void AddGrantSet(const std::string& id, const std::string& bytes) = 0;
  virtual void Change(const KeptSessionPtr& session, GrantsChange change) = 0;
  virtual void End(const KeptSessionPtr& session, EndCause cause, const std::string& correlation_id) = 0;
  virtual void KeepEarly(const std::string& token, EarlyEvent event) = 0;
  virtual void AuthenticateAgain(const KeptSessionPtr& session) = 0;
  virtual bool IsBeingAuthenticated(const KeptSessionPtr& session) const = 0;
};

class Updates {
 public:
  Updates(EventLoop* loop, DaemonClient* daemon, Handover* handover, const std::string& caller,
          UpdatedSessions* sessions);

  void Start() { stream_.Start(); }
  void Stop();
  bool ReportUsage(const std::vector<std::string>& tokens) { return stream_.ReportUsage(tokens); }

  // The stream is gone and not yet back; false until it was first tried.
  bool IsGone() const { return gone_.load(std::memory_order_relaxed); }

  // An answer to a call made this session, or made it anew.
  void Opened(const KeptSessionPtr& session);
  void Closed(const std::string& token);
  // The daemon is to hear, sooner or later, that it is closed.
  void TellClosed(ClosedSession closed) { closed_.Add(std::move(closed)); }
  // Many causes at once are one new stream, and a second passes between two.
  void Resync(const std::string& why);
  void ResyncSoon(const std::string& why);

 private:
  // One update stream, from hello to its end.
  struct Life {
    std::shared_ptr<Lifeline> lifeline = std::make_shared<Lifeline>();
    // Told to the daemon and not yet spoken of in the snapshot.
    std::unordered_set<std::string> unconfirmed;
    std::string epoch;
    // The snapshot's own sequence: what the daemon did before it is told there or nowhere.
    std::uint64_t since = 0;
    bool complete = false;
  };

  std::vector<std::string> Begin();
  void Take(const v1::SessionUpdate& update);
  void TakeSnapshot(const v1::SessionUpdate& update, Milliseconds arrived_at);
  void TakeChanges(const v1::SessionUpdate& update);
  void TakeEnds(const v1::SessionUpdate& update);
  template <typename Ids>
  std::vector<std::string> ToSetIds(const Ids& ids, bool is_usable);
  void Unknown(const std::string& token);
  void Complete();
  void Adopt(const KeptSessionPtr& session);
  void TieTo(const KeptSessionPtr& session);
  void UnknownEvent();
  void Lost(const std::string& why);
  void Say(LogLevel level, const char* topic, const std::string& text);

  EventLoop* const loop_;
  Handover* const handover_;
  UpdatedSessions* const sessions_;
  UpdateStream stream_;
  ClosedSessions closed_;
  std::shared_ptr<Life> life_;
  bool resync_due_ = false;
  Milliseconds resynced_at_ = kLongAgo;
  Milliseconds unknown_event_at_ = kLongAgo;
  // Said once an outage, not once an attempt.
  bool complained_ = false;
  std::atomic<bool> gone_{false};
  std::minstd_rand random_{std::random_device{}()};
};

// The variables of a message, as the evaluator takes them.
template <typename Map>
std::vector<Variable> ToVariables(const Map& values) {
  std::vector<Variable> variables;
  variables.reserve(values.size());
  for (const auto& [name, value] : values) variables.push_back({name, value});
  return variables;
}

// A lease told in an answer or a snapshot that arrived then.
Lease ToLease(Milliseconds arrived_at, std::uint32_t lease_ms, std::uint32_t certificate_remaining_ms);

}  // namespace deviceauth

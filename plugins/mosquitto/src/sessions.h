// What the broker's thread knows of its clients. A client is a pointer; the broker frees clients without saying so and uses
// their addresses again, so a pointer counts only together with what is known of it. Always true:
//
// - A session belongs to at most one client, and a client has at most one session. Two clients may have the same id for a
//   moment (takeover: the new one is authenticated before the old one's disconnect); nothing is found by id alone but the last
//   known grants, which the broker's check of retained messages asks for.
// - Nothing is allowed to a session that has ended, whose lease is over, or whose grants are in doubt.
// - After its disconnect a session answers for its client's will until its grace is over; only then is it closed at the
//   daemon, so that a revocation in between is heard.
// - A kick names pointer and generation, and is checked again when it is carried out.
//
// Threads: the broker's.
#pragma once

#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "certificate.h"
#include "messages.h"
#include "pointer_map.h"

struct mosquitto;

namespace deviceauth {

struct Session {
  Generation generation = 0;
  std::string client_id;
  Fingerprint fingerprint;
  std::string correlation_id;
  std::string thing_name;
  // Null: in doubt.
  std::shared_ptr<const SessionGrants> grants;
  Lease lease;
  std::shared_ptr<Use> use;
  EndCause ended = EndCause::kNone;

  // Otherwise everything is denied.
  bool IsInForce() const {
    return ended == EndCause::kNone && grants != nullptr && IsCoarselyBefore(lease.Deadline());
  }
  // The grants to decide by, or null.
  const SessionGrants* Grants() const { return IsInForce() ? grants.get() : nullptr; }

  // Read first: where it is set already, no other processor is disturbed.
  void MarkUsed() const {
    if (!use->used.load(std::memory_order_relaxed)) use->used.store(true, std::memory_order_relaxed);
  }
};

// What stands behind a client's pointer.
struct KnownClient {
  enum class State {
    // Authenticated by us, and as far as we know connected.
    kLive,
    // Was live; its will and its offline deliveries may still be asked about.
    kGone,
    // Without a certificate, left to what else decides.
    kDeferred,
  };
  State state = State::kGone;
  std::string client_id;
  // Gone: null once the grace is over.
  Session* session = nullptr;
  // Gone within this turn of the broker's loop: its connection may not be closed yet.
  bool just_gone = false;
};

class Sessions {
 public:
  struct Closer {
    std::function<void(Generation)> close;
    std::function<void(std::vector<std::shared_ptr<const SessionGrants>>)> retire;
  };

  explicit Sessions(Closer closer);
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  const KnownClient* Find(const struct mosquitto* client) const { return clients_.Find(client); }

  // The session of a client whose state is kLive.
  Session* Live(const struct mosquitto* client) const { return live_.Find(client); }

  // An accepted answer; no client has it yet.
  Session* Add(std::unique_ptr<Session> session);
  Session* ByGeneration(Generation generation) const;
  // The client is authenticated. Whatever stood behind its pointer is forgotten.
  void Bind(struct mosquitto* client, Session* session);
  // The broker gives it what earlier clients of the id left: their wills are due now or never.
  void TookOver(const Session* session);
  // Closes a session that no client has.
  void Close(Session* session);
  void Defer(const struct mosquitto* client, const std::string& client_id);
  // A new connection is asked about: the pointer says nothing of the past any more.
  void Forget(const struct mosquitto* client);
  // The client disconnected. `will_until`: how long its will may still come; kLongAgo: only now.
  // `stays`: the broker may keep its subscriptions.
  void Gone(const struct mosquitto* client, Milliseconds will_until, bool stays);

  // Words of the keeper.
  void Change(Generation generation, std::shared_ptr<const SessionGrants> grants);
  void SetLease(Generation generation, const Lease& lease);
  void Adopt(Generation generation, const std::shared_ptr<const Lifeline>& lifeline);
  // Null: nobody here has it. Its client, if it has one, is to be kicked.
  Session* End(Generation generation, EndCause cause);

  struct Kick {
    struct mosquitto* client;
    Generation generation;
  };
  std::vector<Kick> TakeKicks();
  bool HasKicks() const { return !kicks_.empty(); }
  // Is this session its client's now, and the client the newest of its id?
  Session* Confirm(const Kick& kick) const;

  bool IsHeld(const std::string& client_id) const;
  // For a check that names only an id: what its newest session may do, if it has not been revoked.
  // Null: nothing. `known` says whether the id has been here.
  std::shared_ptr<const SessionGrants> LastKnown(const std::string& client_id, bool* known) const;

  // Once in a turn of the broker's loop: ends graces that are over.
  void Tick();

 private:
  struct ById {
    // The sessions of the id that have a client, newest last.
    std::vector<Session*> live;
    // The last grants, kept after the session is gone.
    std::shared_ptr<const SessionGrants> last;
    bool revoked = false;
    // Clients of the id that are gone.
    std::vector<const struct mosquitto*> gone;
    std::list<std::string>::iterator age;

    Session* Newest() const { return live.empty() ? nullptr : live.back(); }
    void Remove(const Session* session) { live.erase(std::remove(live.begin(), live.end(), session), live.end()); }
  };
  struct Grace {
    const struct mosquitto* client;
    Generation generation;
    Milliseconds until;
    bool stays;
  };

  ById& OfId(const std::string& client_id);
  void Delete(Session* session, bool tell);
  void Drop(const struct mosquitto* client);
  KnownClient* Know(const struct mosquitto* client, KnownClient::State state, const std::string& client_id);
  void BeginGrace(const Grace& grace);
  void RetireGrants(std::shared_ptr<const SessionGrants> grants);

  const Closer closer_;
  std::unordered_map<Generation, std::unique_ptr<Session>> by_generation_;
  std::unordered_map<Generation, struct mosquitto*> client_of_;
  std::unordered_map<const struct mosquitto*, KnownClient> known_;
  // Into known_ and, of those that are kLive, to their sessions, for speed.
  PointerMap<struct mosquitto, KnownClient> clients_;
  PointerMap<struct mosquitto, Session> live_;
  std::unordered_map<std::string, ById> by_id_;
  // Least recently used first; only ids without client are forgotten.
  std::list<std::string> ages_;
  std::vector<Grace> graces_;
  // Before this none of them is over; kLongAgo: some may be.
  Milliseconds graces_due_ = kNever;
  std::vector<Kick> kicks_;
  std::vector<std::shared_ptr<const SessionGrants>> retired_;
};

}  // namespace deviceauth

// BASIC_AUTH: who is this client? Asked of the daemon with the certificate the handshake proved and the client id. Always true:
//
// - A verdict is for one certificate and one client id, and reaches only the connection that asked last (its ticket): the
//   broker names delayed clients by id alone, and forgets to say when one has gone.
// - The broker's thread waits within a budget over time. On 2.1 the client then waits without it (the broker's own "delayed"
//   state); on 2.0 it is refused, and finds its answer when it comes again.
// - Every attempt ends: a device waits for its verdict for `pending_max_ms`, and an attempt is forgotten when no answer comes.
// - One attempt at a time for a certificate. An accepted answer nobody waits for is kept for ten seconds, kept up to date
//   like any session, and then closed.
// - Whoever was let in is let in again at a SIGHUP from memory, at once.
//
// Threads: the broker's.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "broker_api.h"
#include "certificate.h"
#include "client_id_check.h"
#include "grants.h"
#include "handover.h"
#include "log.h"
#include "options.h"
#include "retry_later.h"
#include "session_keeper.h"
#include "sessions.h"
#include "wait_budget.h"

namespace deviceauth {

class Authentication {
 public:
  struct Parts {
    const Options& options;
    BrokerApi api;
    Sessions* sessions;
    Evaluator* evaluator;
    SessionKeeper* keeper;
    Handover* handover;
    Log* log;
    WaitBudget* budget;
    ClientIdCheck* client_ids;
  };

  explicit Authentication(const Parts& parts) : parts_(parts) {}

  int Authenticate(const mosquitto_evt_basic_auth& request);
  // An answer that was not waited for.
  void TakeAnswer(Generation generation, Answer answer);
  // The broker is about to ask again about every client it knows.
  void BeginReload();
  // Once in a turn of the broker's loop.
  void Tick();

 private:
  struct Attempt {
    Generation generation = 0;
    Milliseconds begun_at = 0;
    std::string client_id;
    std::string correlation_id;
    // The connection that waits for the answer; null: none (any more).
    struct mosquitto* waiting = nullptr;
    // The answer is here, as a session without client, until then.
    bool is_parked = false;
    Milliseconds parked_until = 0;
  };
  using Attempts = std::unordered_map<Fingerprint, Attempt, FingerprintHash>;

  int WithoutCertificate(struct mosquitto* client, const std::string& client_id);
  int AuthenticateCertificate(struct mosquitto* client, const std::string& client_id,
                              const ClientCertificate& certificate);
  Attempt* Begin(const std::string& client_id, const ClientCertificate& certificate);
  int Await(struct mosquitto* client, const Fingerprint& fingerprint, Attempt* attempt);
  int Conclude(struct mosquitto* client, const Fingerprint& fingerprint, const Attempt& attempt, Answer answer);
  int Accept(struct mosquitto* client, Session* session);
  void CompleteDelayed(const Fingerprint& fingerprint, const Attempt& attempt, Answer answer);
  Session* AddSession(const Fingerprint& fingerprint, const Attempt& attempt, Answer answer);
  bool MayConnect(const Session& session);
  // The session of this certificate that waits for its client; null if there is none that can still be used.
  Session* TakeParked(const Fingerprint& fingerprint, const std::string& client_id);
  void InvalidateTicket(const std::string& client_id);
  void GiveUpWaiting(Attempt* attempt);
  void End(const Fingerprint& fingerprint);
  void ReportRefusal(const std::string& client_id, const Fingerprint& fingerprint, const std::string& correlation_id,
                     const Answer& answer);
  int Unavailable(const std::string& client_id, const char* why);
  int UnavailableCode() const { return parts_.api.can_delay() ? kServerUnavailable : MOSQ_ERR_AUTH; }
  void NameClient(struct mosquitto* client, const Session& session);
  bool IsReloading() const;

  const Parts parts_;
  RetryLater later_;
  Attempts attempts_;
  std::unordered_map<Generation, Fingerprint> fingerprint_of_;
  // By client id: whose answer the connection that waits is waiting for.
  std::unordered_map<std::string, Fingerprint> tickets_;
  Milliseconds awaited_at_ = 0;
  Milliseconds looked_at_ = 0;
  Milliseconds reloading_until_ = kLongAgo;
};

}  // namespace deviceauth

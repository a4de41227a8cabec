// ACL_CHECK: may this client publish, be sent, subscribe? Decided from the session's grants, without a call and without
// allocating. Always true:
//
// - The answer is "success" or "ACL denied": any other code would disconnect the client. (Clients that were left to what else
//   decides in this broker are left to it here too.)
// - A client that was never authenticated may do nothing.
// - What a client that is offline is to be sent is kept for it, and decided when it returns.
// - No exception leaves it; what fails is denied.
//
// Threads: the broker's.
#pragma once

#include <string_view>

#include "grants.h"
#include "log.h"
#include "options.h"
#include "sessions.h"

struct mosquitto_evt_acl_check;

namespace deviceauth {

class Authorization {
 public:
  Authorization(const Options& options, Sessions* sessions, Evaluator* evaluator, Log* log)
      : options_(options), sessions_(sessions), evaluator_(evaluator), log_(log) {}

  int Check(const mosquitto_evt_acl_check& check) noexcept;

  // While its client is kicked, 2.1 asks which of its subscriptions may stay: a session that ended for want of room keeps
  // what it had.
  void SetKicking(const Session* session) { kicking_ = session; }

 private:
  // Whatever is not the frequent case.
  int CheckFurther(const mosquitto_evt_acl_check& check) noexcept;
  int Decide(Session* session, const mosquitto_evt_acl_check& check);
  int CheckWithoutSession(const mosquitto_evt_acl_check& check);
  int CheckGone(const KnownClient& known, const mosquitto_evt_acl_check& check);
  int CheckRetainSource(const mosquitto_evt_acl_check& check);
  [[gnu::always_inline]] inline Decision Ask(const SessionGrants& grants, const mosquitto_evt_acl_check& check);
  [[gnu::noinline]] int Answer(Decision decision, std::string_view client_id, const mosquitto_evt_acl_check& check);
  [[gnu::noinline]] int Denied(const Session& session, const mosquitto_evt_acl_check& check,
                               Decision decision = Decision::kImplicitDeny);
  [[gnu::noinline]] void WriteTooCostly(std::string_view client_id, const mosquitto_evt_acl_check& check);

  const Options& options_;
  Sessions* const sessions_;
  Evaluator* const evaluator_;
  Log* const log_;
  const Session* kicking_ = nullptr;
  bool warned_of_skipped_authentication_ = false;
};

}  // namespace deviceauth

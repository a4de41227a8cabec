// Under `no_certificate defer`: is the client id of a client that shows no certificate free, or a device's? The daemon is asked.
// Always true:
//
// - Without the daemon's word that it is free it is not.
// - The broker's "delayed" state can end in yes or no, but not in "others decide", so the client that asks cannot wait
//   without the broker's thread: past the budget it is refused, and finds the answer when it comes again within ten seconds.
// - What is kept is bounded, whatever ids clients make up.
//
// Threads: the broker's.
#pragma once

#include <string>
#include <unordered_map>

#include "handover.h"
#include "log.h"
#include "retry_later.h"
#include "session_keeper.h"
#include "wait_budget.h"

namespace deviceauth {

class ClientIdCheck {
 public:
  enum class Verdict { kFree, kTaken, kUnknown };

  ClientIdCheck(SessionKeeper* keeper, Handover* handover, WaitBudget* budget, Log* log)
      : keeper_(keeper), handover_(handover), budget_(budget), log_(log) {}

  // Logs why, unless it is free.
  Verdict Ask(const std::string& client_id, Generation next);
  // An answer that was not waited for. False: it is none of ours.
  bool TakeAnswer(Generation generation, const Answer& answer);
  // Once in a turn of the broker's loop.
  void Tick();

 private:
  struct Question {
    Generation generation = 0;
    std::string correlation_id;
    bool is_answered = false;
    Verdict answer = Verdict::kUnknown;
    Milliseconds kept_until = kNever;
  };

  Verdict Unknown(const std::string& client_id, const char* why);
  void Report(const std::string& client_id, const std::string& correlation_id, const Answer& answer);
  void Forget(const std::string& client_id);

  SessionKeeper* const keeper_;
  Handover* const handover_;
  WaitBudget* const budget_;
  Log* const log_;
  RetryLater later_;
  // By client id.
  std::unordered_map<std::string, Question> questions_;
  std::unordered_map<Generation, std::string> client_id_of_;
};

}  // namespace deviceauth

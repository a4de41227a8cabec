// Events about tokens the caller does not know yet: the daemon may tell of a session's change or end before its answer
// arrives. Each is kept for 60 s, in order. Bounded; Lost() says that the bound was hit, after which an unknown token can no
// longer be trusted to have missed nothing.
//
// Threads: the keeper's.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "messages.h"

namespace deviceauth {

struct EarlyEvent {
  bool is_end = false;
  std::string epoch;
  std::uint64_t sequence = 0;
  // A change.
  std::vector<std::string> set_ids;
  std::optional<std::vector<Variable>> variables;
  // An end.
  EndCause cause = EndCause::kNone;
  std::string correlation_id;
};

class EarlyEvents {
 public:
  void Keep(const std::string& token, EarlyEvent event);
  // The events of this token, oldest first; they are forgotten here.
  std::vector<EarlyEvent> Take(const std::string& token);
  // Was an event dropped for lack of room within the last 60 s?
  bool Lost() const;

 private:
  struct Kept {
    std::string token;
    Milliseconds since;
    std::vector<EarlyEvent> events;
  };
  void Forget(std::list<Kept>::iterator kept);

  // In order of the first event's arrival.
  std::list<Kept> kept_;
  std::unordered_map<std::string, std::list<Kept>::iterator> by_token_;
  Milliseconds lost_until_ = kLongAgo;
};

}  // namespace deviceauth

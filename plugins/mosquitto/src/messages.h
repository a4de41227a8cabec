// What the two threads tell each other: the broker's, which owns clients and decides, and the keeper's, which owns the
// daemon's sessions. A session is named by its generation, a number never used twice in this process.
//
// Threads: values, handed over whole. `Use` is the one thing both touch.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "grants.h"
#include "steady_time.h"

namespace deviceauth {

using Generation = std::uint64_t;

// Has the session been used since the last report to the daemon? Set by the broker's thread, taken by the keeper's.
struct Use {
  std::atomic<bool> used{false};
};

// The last heartbeat of one update stream, on which every session that the stream has confirmed lives. The keeper's thread
// makes and passes it; reading and writing it is for the broker's alone.
struct Lifeline {
  Milliseconds heard_at = kLongAgo;
  Milliseconds deadline = kLongAgo;
};

// How long a session may be acted on: its own answer's word, or the heartbeat's if that is newer; never beyond the
// certificate's life.
struct Lease {
  Milliseconds heard_at = kLongAgo;
  Milliseconds deadline = kLongAgo;
  Milliseconds certificate_deadline = kLongAgo;
  std::shared_ptr<const Lifeline> lifeline;

  Milliseconds Deadline() const {
    const Milliseconds lease =
        lifeline != nullptr && lifeline->heard_at > heard_at ? lifeline->deadline : deadline;
    return lease < certificate_deadline ? lease : certificate_deadline;
  }
};

enum class EndCause {
  kNone,
  // The daemon says so: certificate revoked, detached, expired, the operator's kick.
  kRevoked,
  kDisplaced,
  kSuperseded,
  // The background authentication after a restart of the daemon ended in a negative verdict.
  kRefused,
  // A reason this release does not know.
  kUnknown,
};

const char* Name(EndCause cause);

enum class LogLevel { kDebug, kInfo, kNotice, kWarning, kError };

// The daemon's answer to one authentication.
struct Answer {
  enum class Verdict { kAccepted, kRefused, kUnavailable };
  Verdict verdict = Verdict::kUnavailable;
  // For the log: reason and category, or what went wrong on the way.
  std::string reason;
  Milliseconds retry_after_ms = 0;
  // When accepted.
  std::string thing_name;
  std::shared_ptr<const SessionGrants> grants;
  Lease lease;
  std::shared_ptr<Use> use;
};

// To the broker's thread, in this order and no other:
struct Answered {
  Generation generation;
  Answer answer;
};
// Null: in doubt, everything is denied until the next word.
struct GrantsChanged {
  Generation generation;
  std::shared_ptr<const SessionGrants> grants;
};
struct Leased {
  Generation generation;
  Lease lease;
};
struct Adopted {
  Generation generation;
  std::shared_ptr<const Lifeline> lifeline;
};
struct Heard {
  std::shared_ptr<Lifeline> lifeline;
  Milliseconds heard_at;
  Milliseconds deadline;
};
struct Ended {
  Generation generation;
  EndCause cause;
  std::string correlation_id;
};
struct LogLine {
  LogLevel level;
  // Lines of one topic are limited together; a constant.
  const char* topic;
  std::string text;
};
// What the broker reads at a reload has changed.
struct ReloadDue {};

using ToBroker = std::variant<Answered, GrantsChanged, Leased, Adopted, Heard, Ended, LogLine, ReloadDue>;

}  // namespace deviceauth

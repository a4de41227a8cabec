// One device's session as the keeper's thread knows it. Its grants are either known or in doubt, and then everything is
// denied. What the broker's thread must know of it is handed over.
//
// Threads: the keeper's, except `use`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon_client.h"
#include "messages.h"

namespace deviceauth {

struct KeptSession {
  Generation generation = 0;
  Credential credential;
  // Lower-case hex SHA-256 of the certificate's DER.
  std::string certificate_id;
  std::string token;
  std::string thing_name;
  // The last event of the daemon's life that the grants reflect.
  std::string epoch;
  std::uint64_t sequence = 0;
  std::vector<std::string> set_ids;
  std::vector<Variable> variables;
  std::shared_ptr<const SessionGrants> grants;
  Lease lease;
  // Same as lease.lifeline, to compare and to hand over.
  std::shared_ptr<Lifeline> lifeline;
  std::shared_ptr<Use> use = std::make_shared<Use>();
  // Announced to the broker's thread; before that its answer is still being made.
  bool announced = false;
  bool ended = false;
};

using KeptSessionPtr = std::shared_ptr<KeptSession>;

}  // namespace deviceauth

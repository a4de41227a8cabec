// Grant sets by id, shared by all sessions. A set is kept only if the SHA-256 of its bytes is its id; each is fetched at most
// once at a time. Bounded: what falls out of the cache stays alive in the sessions that use it and is fetched again for
// others.
//
// Threads: the keeper's. The sets are immutable, and are freed here: see SessionKeeper::Retire.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon_client.h"
#include "grants.h"

namespace deviceauth {

using GrantSets = std::vector<std::shared_ptr<const GrantSet>>;

class GrantSetCache {
 public:
  using LoadCallback = std::function<void(Outcome<GrantSets>)>;

  explicit GrantSetCache(DaemonClient* daemon) : daemon_(daemon) {}

  // False, and why, when the bytes are not the set of that id.
  bool Add(const std::string& id, const std::string& bytes, std::string* error);
  // All of them if all are at hand.
  std::optional<GrantSets> Peek(const std::vector<std::string>& ids);
  // All of them, fetched where need be. May call back before it returns.
  void Load(const std::vector<std::string>& ids, LoadCallback done);

 private:
  struct Entry {
    std::shared_ptr<const GrantSet> set;
    std::uint64_t used;
  };
  struct Loading {
    std::vector<std::string> ids;
    std::size_t missing;
    std::optional<CallError> error;
    GrantSets sets;
    LoadCallback done;
  };
  void Fetched(const std::string& id, Outcome<std::string> outcome);
  void MakeRoom();

  DaemonClient* const daemon_;
  std::unordered_map<std::string, Entry> sets_;
  std::unordered_map<std::string, std::vector<std::shared_ptr<Loading>>> fetching_;
  std::uint64_t uses_ = 0;
};

}  // namespace deviceauth

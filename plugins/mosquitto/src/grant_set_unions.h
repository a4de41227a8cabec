// Several grant sets as one: devices have few different combinations of sets, and a message should cost what one set costs.
// Nothing depends on it but speed. Bounded: unions that no session uses make room, least recently used first; where there is
// none, or the sets cannot be one (GrantSet::Unite), the sets stay apart.
//
// Threads: the keeper's. The unions are immutable and shared as sets are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grants.h"

namespace deviceauth {

class GrantSetUnions {
 public:
  // One set in their place, or they themselves.
  std::vector<std::shared_ptr<const GrantSet>> Of(std::vector<std::shared_ptr<const GrantSet>> sets);

 private:
  struct Entry {
    // Null: they stay apart.
    std::shared_ptr<const GrantSet> set;
    std::uint64_t used;
  };

  bool MakeRoom(std::size_t grants);

  // By the sorted ids, of which each is the digest of a set's bytes.
  std::map<std::vector<std::string>, Entry> unions_;
  std::size_t grants_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace deviceauth

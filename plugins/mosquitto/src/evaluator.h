// What an Evaluator has of its own: the request being decided and scratch space. Outside evaluator.cpp only grants.h is of
// interest.
#pragma once

#include "grant_index.h"
#include "grants.h"
#include "request_text.h"
#include "work.h"

namespace deviceauth {

struct Evaluator::Scratch {
  RequestText request;
  Work work;
  GrantIndex::Scratch index{&work};

  [[gnu::always_inline]] Decision Decide(const SessionGrants& grants, const AskedOperation& asked,
                                          std::string_view resource_prefix, std::string_view resource_rest);

 private:
  [[gnu::noinline]] Decision DecideWide(const SessionGrants& grants, const AskedOperation& operation);
  [[gnu::always_inline]] Decision DecideDelivery(const SessionGrants& grants, const AskedOperation& operation);
};

}  // namespace deviceauth

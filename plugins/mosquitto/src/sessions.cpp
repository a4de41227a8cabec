#include "sessions.h"

#include <algorithm>
#include <utility>

namespace deviceauth {
namespace {

constexpr std::size_t kMostIds = 65'536;

}  // namespace

Sessions::Sessions(Closer closer) : closer_(std::move(closer)) {}

Session* Sessions::Add(std::unique_ptr<Session> session) {
  Session* added = session.get();
  by_generation_.emplace(added->generation, std::move(session));
  return added;
}

Session* Sessions::ByGeneration(Generation generation) const {
  const auto found = by_generation_.find(generation);
  return found == by_generation_.end() ? nullptr : found->second.get();
}

void Sessions::Bind(struct mosquitto* client, Session* session) {
  Know(client, KnownClient::State::kLive, session->client_id)->session = session;
  live_.Set(client, session);
  client_of_[session->generation] = client;
  ById& by_id = OfId(session->client_id);
  by_id.live.push_back(session);
  RetireGrants(std::exchange(by_id.last, session->grants));
  by_id.revoked = false;
}

void Sessions::TookOver(const Session* session) {
  const ById& by_id = OfId(session->client_id);
  const std::vector<const struct mosquitto*> gone = by_id.gone;
  for (Grace& grace : graces_) {
    if (std::find(gone.begin(), gone.end(), grace.client) == gone.end()) continue;
    grace.until = kLongAgo;
    grace.stays = false;
    graces_due_ = kLongAgo;
  }
  for (const struct mosquitto* client : gone) {
    const KnownClient* left = clients_.Find(client);
    if (left != nullptr && left->session == nullptr) Drop(client);
  }
}

void Sessions::Close(Session* session) { Delete(session, true); }

void Sessions::Defer(const struct mosquitto* client, const std::string& client_id) {
  Know(client, KnownClient::State::kDeferred, client_id);
}

void Sessions::Forget(const struct mosquitto* client) { Drop(client); }

void Sessions::Gone(const struct mosquitto* client, Milliseconds will_until, bool stays) {
  KnownClient* known = clients_.Find(client);
  if (known == nullptr || known->state == KnownClient::State::kGone) return;
  if (known->state == KnownClient::State::kDeferred && !stays) {
    // Its will comes right after this.
    BeginGrace({client, 0, kLongAgo, false});
    return;
  }
  if (known->state == KnownClient::State::kDeferred) return;
  Session* session = known->session;
  known->state = KnownClient::State::kGone;
  live_.Erase(client);
  known->just_gone = true;
  client_of_.erase(session->generation);
  ById& by_id = OfId(known->client_id);
  if (by_id.Newest() != session) {
    // Taken over already.
    stays = false;
    will_until = kLongAgo;
  }
  by_id.Remove(session);
  by_id.gone.push_back(client);
  BeginGrace({client, session->generation, session->ended == EndCause::kNone ? will_until : kLongAgo, stays});
}

void Sessions::Change(Generation generation, std::shared_ptr<const SessionGrants> grants) {
  Session* session = ByGeneration(generation);
  if (session == nullptr) {
    RetireGrants(std::move(grants));
    return;
  }
  RetireGrants(std::exchange(session->grants, std::move(grants)));
  const auto found = by_id_.find(session->client_id);
  if (found != by_id_.end() && found->second.Newest() == session) {
    RetireGrants(std::exchange(found->second.last, session->grants));
  }
}

void Sessions::SetLease(Generation generation, const Lease& lease) {
  if (Session* session = ByGeneration(generation); session != nullptr) session->lease = lease;
}

void Sessions::Adopt(Generation generation, const std::shared_ptr<const Lifeline>& lifeline) {
  if (Session* session = ByGeneration(generation); session != nullptr) session->lease.lifeline = lifeline;
}

Session* Sessions::End(Generation generation, EndCause cause) {
  Session* session = ByGeneration(generation);
  if (session == nullptr || session->ended != EndCause::kNone) return nullptr;
  session->ended = cause;
  graces_due_ = kLongAgo;
  if (cause == EndCause::kRevoked || cause == EndCause::kRefused) {
    const auto by_id = by_id_.find(session->client_id);
    const bool is_newest = by_id != by_id_.end() && (by_id->second.Newest() == session || by_id->second.live.empty());
    if (is_newest) {
      by_id->second.revoked = true;
      RetireGrants(std::exchange(by_id->second.last, nullptr));
    }
  }
  const auto client = client_of_.find(generation);
  if (client != client_of_.end()) kicks_.push_back({client->second, generation});
  return session;
}

std::vector<Sessions::Kick> Sessions::TakeKicks() { return std::exchange(kicks_, {}); }

Session* Sessions::Confirm(const Kick& kick) const {
  Session* session = Live(kick.client);
  if (session == nullptr || session->generation != kick.generation) return nullptr;
  const auto by_id = by_id_.find(session->client_id);
  return by_id != by_id_.end() && by_id->second.Newest() == session ? session : nullptr;
}

bool Sessions::IsHeld(const std::string& client_id) const {
  const auto found = by_id_.find(client_id);
  return found != by_id_.end();
}

std::shared_ptr<const SessionGrants> Sessions::LastKnown(const std::string& client_id, bool* known) const {
  const auto found = by_id_.find(client_id);
  *known = found != by_id_.end();
  return *known && !found->second.revoked ? found->second.last : nullptr;
}

void Sessions::Tick() {
  if (const Milliseconds now = graces_.empty() ? kLongAgo : SteadyNow(); now > graces_due_) {
    graces_due_ = kNever;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < graces_.size(); i++) {
      const Grace grace = graces_[i];
      KnownClient* known = clients_.Find(grace.client);
      if (known != nullptr) known->just_gone = false;
      Session* session = ByGeneration(grace.generation);
      const bool is_over = grace.until <= now || (session != nullptr && session->ended != EndCause::kNone);
      if (!is_over) {
        graces_[kept++] = grace;
        graces_due_ = std::min(graces_due_, grace.until - 1);
        continue;
      }
      if (session != nullptr) Delete(session, true);
      const bool still_its = known != nullptr && known->session == session &&
                             (known->state == KnownClient::State::kGone || grace.generation == 0);
      if (!still_its) continue;
      known->session = nullptr;
      if (!grace.stays) Drop(grace.client);
    }
    graces_.resize(kept);
  }
  if (!retired_.empty()) closer_.retire(std::exchange(retired_, {}));
}

Sessions::ById& Sessions::OfId(const std::string& client_id) {
  const auto [found, added] = by_id_.try_emplace(client_id);
  if (!added) {
    ages_.splice(ages_.end(), ages_, found->second.age);
    return found->second;
  }
  found->second.age = ages_.insert(ages_.end(), client_id);
  for (auto age = ages_.begin(); by_id_.size() > kMostIds && age != ages_.end();) {
    const auto old = by_id_.find(*age);
    const bool in_use = !old->second.live.empty() || !old->second.gone.empty() || *age == client_id;
    if (in_use) {
      ++age;
      // Those in use are recent in truth.
      ages_.splice(ages_.end(), ages_, std::prev(age));
      break;
    }
    RetireGrants(std::move(old->second.last));
    by_id_.erase(old);
    age = ages_.erase(age);
  }
  return found->second;
}

void Sessions::Delete(Session* session, bool tell) {
  if (tell) closer_.close(session->generation);
  client_of_.erase(session->generation);
  const auto by_id = by_id_.find(session->client_id);
  if (by_id != by_id_.end()) by_id->second.Remove(session);
  RetireGrants(std::move(session->grants));
  by_generation_.erase(session->generation);
}

// The pointer means nothing any more. A session that is still its client's is closed.
void Sessions::Drop(const struct mosquitto* client) {
  const auto node = known_.extract(client);
  if (node.empty()) return;
  clients_.Erase(client);
  live_.Erase(client);
  const KnownClient& known = node.mapped();
  if (known.state == KnownClient::State::kGone) {
    const auto by_id = by_id_.find(known.client_id);
    if (by_id != by_id_.end()) {
      auto& gone = by_id->second.gone;
      gone.erase(std::remove(gone.begin(), gone.end(), client), gone.end());
    }
  }
  if (known.session != nullptr) Delete(known.session, true);
}

KnownClient* Sessions::Know(const struct mosquitto* client, KnownClient::State state, const std::string& client_id) {
  Drop(client);
  KnownClient* known = &known_[client];
  known->state = state;
  known->client_id = client_id;
  clients_.Set(client, known);
  return known;
}

void Sessions::BeginGrace(const Grace& grace) {
  graces_.push_back(grace);
  // Looked at in the next turn of the loop, whenever it ends: by then its connection is closed.
  graces_due_ = kLongAgo;
}

void Sessions::RetireGrants(std::shared_ptr<const SessionGrants> grants) {
  if (grants != nullptr) retired_.push_back(std::move(grants));
}

}  // namespace deviceauth

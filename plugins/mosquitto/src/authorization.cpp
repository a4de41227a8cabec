#include "authorization.h"

#include <string>
#include <string_view>

#include "broker_api.h"

namespace deviceauth {
namespace {

const char* NameOf(int access) {
  switch (access) {
    case MOSQ_ACL_WRITE: return "publish to";
    case MOSQ_ACL_SUBSCRIBE: return "subscribe to";
    case MOSQ_ACL_READ: return "be sent messages on";
    default: return "access";
  }
}

bool IsOffline(const struct mosquitto* client) {
  return mosquitto_client_address(client) == nullptr;
}

}  // namespace

// First of all what every message asks: a live client, a topic that is surely allowed. Every instruction here counts twice a
// message; bench/mosquitto/decision-cost says how many there are.
int Authorization::Check(const mosquitto_evt_acl_check& check) noexcept {
  const Session* const session = sessions_->Live(check.client);
  if (session == nullptr || !session->IsInForce()) return CheckFurther(check);
  session->MarkUsed();
  const std::string_view topic(check.topic);
  if (check.access != MOSQ_ACL_WRITE && check.access != MOSQ_ACL_READ) return CheckFurther(check);
  const TopicUse use = check.access == MOSQ_ACL_WRITE ? TopicUse::kPublish : TopicUse::kDelivery;
  return session->grants->topics().SurelyAllowsAlone(use, topic) ? MOSQ_ERR_SUCCESS : CheckFurther(check);
}

int Authorization::CheckFurther(const mosquitto_evt_acl_check& check) noexcept {
  try {
    if (check.access == MOSQ_ACL_UNSUBSCRIBE) return MOSQ_ERR_SUCCESS;
    Session* session = sessions_->Live(check.client);
    return session != nullptr ? Decide(session, check) : CheckWithoutSession(check);
  } catch (...) {
    return MOSQ_ERR_ACL_DENIED;
  }
}

inline Decision Authorization::Ask(const SessionGrants& grants, const mosquitto_evt_acl_check& check) {
  switch (check.access) {
    case MOSQ_ACL_READ:
      return evaluator_->EvaluateTopic(grants, TopicUse::kDelivery, check.topic);
    case MOSQ_ACL_WRITE:
      return evaluator_->EvaluateTopic(grants, TopicUse::kPublish, check.topic);
    case MOSQ_ACL_SUBSCRIBE: {
      std::string_view filter;
      return InnerFilter(check.topic, &filter)
                 ? evaluator_->Evaluate(grants, "mqtt:subscribe", "mqtt:topicfilter:", filter)
                 : Decision::kImplicitDeny;
    }
    default: return Decision::kImplicitDeny;
  }
}

int Authorization::Decide(Session* session, const mosquitto_evt_acl_check& check) {
  const SessionGrants* grants = session->Grants();
  if (grants == nullptr) {
    const bool keeps = session == kicking_ && check.access == MOSQ_ACL_SUBSCRIBE && session->grants != nullptr &&
                       session->ended != EndCause::kRevoked && session->ended != EndCause::kRefused;
    if (!keeps) return Denied(*session, check);
    grants = session->grants.get();
  }
  session->MarkUsed();
  const Decision decision = Ask(*grants, check);
  return decision == Decision::kAllowed ? MOSQ_ERR_SUCCESS : Denied(*session, check, decision);
}

int Authorization::Answer(Decision decision, std::string_view client_id, const mosquitto_evt_acl_check& check) {
  if (decision == Decision::kAllowed) return MOSQ_ERR_SUCCESS;
  if (decision == Decision::kTooCostly) WriteTooCostly(client_id, check);
  return MOSQ_ERR_ACL_DENIED;
}

int Authorization::CheckWithoutSession(const mosquitto_evt_acl_check& check) {
  const KnownClient* known = sessions_->Find(check.client);
  if (known != nullptr && known->state == KnownClient::State::kDeferred) return MOSQ_ERR_PLUGIN_DEFER;
  const char* id = mosquitto_client_id(check.client);
  if (known != nullptr && id != nullptr && known->client_id == id) {
    // Once its connection is closed it has no certificate any more; a pointer that has one again is another client.
    if (known->just_gone || !ClientCertificate::Of(check.client).has_value()) return CheckGone(*known, check);
  }
  if (IsOffline(check.client)) {
    // Restored by the broker after its restart.
    if (check.access == MOSQ_ACL_READ) return MOSQ_ERR_SUCCESS;
    if (check.access == MOSQ_ACL_WRITE && mosquitto_client_protocol_version(check.client) == 0) {
      return CheckRetainSource(check);
    }
    return MOSQ_ERR_ACL_DENIED;
  }
  if (!warned_of_skipped_authentication_) {
    warned_of_skipped_authentication_ = true;
    Log::WriteOnce(LogLevel::kWarning,
                   "client " + Quoted(id == nullptr ? "" : id) +
                       " was let in by the broker without asking the plugin, and is denied everything: is "
                       "use_identity_as_username or use_subject_as_username set for its listener? Remove it");
  }
  return MOSQ_ERR_ACL_DENIED;
}

int Authorization::CheckGone(const KnownClient& known, const mosquitto_evt_acl_check& check) {
  switch (check.access) {
    case MOSQ_ACL_READ: return MOSQ_ERR_SUCCESS;
    case MOSQ_ACL_WRITE: {
      // Its will, at once or delayed.
      if (known.session == nullptr) return MOSQ_ERR_ACL_DENIED;
      const SessionGrants* grants = known.session->Grants();
      if (grants == nullptr) return Denied(*known.session, check);
      const Decision decision = Ask(*grants, check);
      return decision == Decision::kAllowed ? MOSQ_ERR_SUCCESS : Denied(*known.session, check, decision);
    }
    case MOSQ_ACL_SUBSCRIBE: {
      const Session* session = known.session;
      if (session == nullptr || session->Grants() == nullptr) return MOSQ_ERR_ACL_DENIED;
      return Answer(Ask(*session->Grants(), check), session->client_id, check);
    }
    default: return MOSQ_ERR_ACL_DENIED;
  }
}

// The broker made this client up to ask whether the source of a retained message may still publish it.
int Authorization::CheckRetainSource(const mosquitto_evt_acl_check& check) {
  const char* id = mosquitto_client_id(check.client);
  if (id == nullptr) return MOSQ_ERR_ACL_DENIED;
  bool known = false;
  const std::shared_ptr<const SessionGrants> grants = sessions_->LastKnown(id, &known);
  if (!known) return options_.allow_unknown_retain_source ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ACL_DENIED;
  return grants == nullptr ? MOSQ_ERR_ACL_DENIED : Answer(Ask(*grants, check), id, check);
}

int Authorization::Denied(const Session& session, const mosquitto_evt_acl_check& check, Decision decision) {
  if (decision == Decision::kTooCostly) {
    WriteTooCostly(session.client_id, check);
    return MOSQ_ERR_ACL_DENIED;
  }
  // Deliveries are denied by the thousand, and nobody did anything wrong.
  if (check.access != MOSQ_ACL_READ && log_->Wants("denied")) {
    const char* why = session.ended != EndCause::kNone          ? ", its session has ended"
                      : session.grants == nullptr               ? ", its grants are in doubt"
                      : SteadyNow() >= session.lease.Deadline() ? ", the daemon is away and its lease is over"
                                                                : "";
    log_->Write(LogLevel::kInfo, "denied",
                "client " + Quoted(session.client_id) + " may not " + NameOf(check.access) + " " + Quoted(check.topic) + why +
                    " (correlation " + session.correlation_id + ")");
  }
  return MOSQ_ERR_ACL_DENIED;
}

// Of deliveries too: neither who publishes nor who would be sent it need have done anything wrong, but nobody else tells.
void Authorization::WriteTooCostly(std::string_view client_id, const mosquitto_evt_acl_check& check) {
  if (!log_->Wants("cost")) return;
  log_->Write(LogLevel::kWarning, "cost",
              "client " + Quoted(client_id) + " may not " + NameOf(check.access) + " a " +
                  (check.access == MOSQ_ACL_SUBSCRIBE ? "filter" : "topic") + " of " +
                  std::to_string(std::string_view(check.topic).size()) +
                  " bytes: deciding about it takes too long with the grants the client has. Use fewer \"*\" in the middle of "
                  "its policies' resources, or shorter topics");
}

}  // namespace deviceauth

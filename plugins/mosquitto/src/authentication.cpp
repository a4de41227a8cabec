#include "authentication.h"

#include <atomic>
#include <utility>
#include <vector>

namespace deviceauth {
namespace {

constexpr Milliseconds kParkedFor = 10'000;
constexpr Milliseconds kLongestReload = 2000;
constexpr std::size_t kMostAttempts = 5000;
// Far above any client id that could be a thing's: what is kept of attempts stays small.
constexpr std::size_t kLongestClientId = 1024;
// The keeper's own deadlines come first.
constexpr Milliseconds kLateBy = 250;
constexpr Milliseconds kLost = 10'000;
constexpr Milliseconds kBetweenLooks = 50;
// No other client has asked for so long.
constexpr Milliseconds kAlone = 20;

// Across every instance of the plugin in this process.
std::atomic<Generation> last_generation{0};

std::string Key(const Fingerprint& fingerprint, const std::string& client_id) {
  return std::string(reinterpret_cast<const char*>(fingerprint.bytes.data()), fingerprint.bytes.size()) + client_id;
}

std::string Described(const Fingerprint& fingerprint, const std::string& correlation_id) {
  return "(certificate " + fingerprint.Hex().substr(0, 16) + ", correlation " + correlation_id + ")";
}

}  // namespace

int Authentication::Authenticate(const mosquitto_evt_basic_auth& request) {
  const char* id = mosquitto_client_id(request.client);
  if (id == nullptr) return MOSQ_ERR_AUTH;
  const std::string client_id = id;
  if (client_id.size() > kLongestClientId) {
    parts_.sessions->Forget(request.client);
    parts_.log->Write(LogLevel::kNotice, "refused",
                      "client " + Quoted(client_id) + " refused: its id is longer than " + std::to_string(kLongestClientId) + " bytes");
    return MOSQ_ERR_AUTH;
  }
  const std::optional<ClientCertificate> certificate = ClientCertificate::Of(request.client);
  if (certificate.has_value()) return AuthenticateCertificate(request.client, client_id, *certificate);
  return WithoutCertificate(request.client, client_id);
}

int Authentication::WithoutCertificate(struct mosquitto* client, const std::string& client_id) {
  if (IsReloading()) {
    // An offline client: decided when it returns. It is no newcomer with its address: where a broker does not tick, so that this
    // lasts longer than the reload, each listener has a plugin of its own and asks all its clients for a certificate, or none.
    const KnownClient* known = parts_.sessions->Find(client);
    const bool is_gone = known != nullptr && known->state == KnownClient::State::kGone && known->client_id == client_id;
    if (is_gone || (known == nullptr && mosquitto_client_address(client) == nullptr)) return MOSQ_ERR_SUCCESS;
    if (known != nullptr && known->state == KnownClient::State::kDeferred && known->client_id == client_id) {
      return MOSQ_ERR_PLUGIN_DEFER;
    }
  }
  parts_.sessions->Forget(client);
  InvalidateTicket(client_id);
  if (!parts_.options.defer_without_certificate) {
    parts_.log->Write(LogLevel::kNotice, "refused", "client " + Quoted(client_id) + " refused: it shows no certificate");
    return MOSQ_ERR_AUTH;
  }
  if (parts_.sessions->IsHeld(client_id)) {
    parts_.log->Write(LogLevel::kNotice, "refused",
                      "client " + Quoted(client_id) + " refused: it shows no certificate, and its id is a device's");
    return MOSQ_ERR_AUTH;
  }
  switch (parts_.client_ids->Ask(client_id, ++last_generation)) {
    case ClientIdCheck::Verdict::kFree: parts_.sessions->Defer(client, client_id); return MOSQ_ERR_PLUGIN_DEFER;
    case ClientIdCheck::Verdict::kUnknown: return UnavailableCode();
    default: return MOSQ_ERR_AUTH;
  }
}

int Authentication::AuthenticateCertificate(struct mosquitto* client, const std::string& client_id,
                                            const ClientCertificate& certificate) {
  const Fingerprint& fingerprint = certificate.fingerprint;
  if (const Session* session = parts_.sessions->Live(client);
      session != nullptr && session->client_id == client_id && session->fingerprint == fingerprint) {
    // Asked again about a client that is connected. Without lease it may do nothing, but it is not refused.
    if (session->ended != EndCause::kNone) return MOSQ_ERR_AUTH;
    NameClient(client, *session);
    return MOSQ_ERR_SUCCESS;
  }
  parts_.sessions->Forget(client);
  InvalidateTicket(client_id);
  if (Session* parked = TakeParked(fingerprint, client_id); parked != nullptr) return Accept(client, parked);
  if (later_.MustWait(Key(fingerprint, client_id))) {
    return Unavailable(client_id, "the daemon asked for a delay that is not over");
  }
  auto running = attempts_.find(fingerprint);
  if (running != attempts_.end() && running->second.client_id != client_id) {
    return Unavailable(client_id, "another attempt with the same certificate is under way");
  }
  if (running == attempts_.end()) {
    if (parts_.keeper->DaemonIsGone()) return Unavailable(client_id, "the daemon is away");
    if (attempts_.size() >= kMostAttempts) return Unavailable(client_id, "too many attempts are under way");
    return Await(client, fingerprint, Begin(client_id, certificate));
  }
  return Await(client, fingerprint, &running->second);
}

Authentication::Attempt* Authentication::Begin(const std::string& client_id, const ClientCertificate& certificate) {
  Attempt& attempt = attempts_[certificate.fingerprint];
  attempt.generation = ++last_generation;
  attempt.begun_at = SteadyNow();
  attempt.client_id = client_id;
  attempt.correlation_id = NewCorrelationId();
  fingerprint_of_[attempt.generation] = certificate.fingerprint;
  parts_.keeper->Authenticate(attempt.generation, {client_id, certificate.Pem()}, certificate.fingerprint.Hex(),
                              attempt.correlation_id);
  return &attempt;
}

int Authentication::Await(struct mosquitto* client, const Fingerprint& fingerprint, Attempt* attempt) {
  const bool can_delay = parts_.api.can_delay() && !IsReloading();
  // Where others come too, standing still would only keep the broker from their handshakes.
  const Milliseconds now = SteadyNow();
  const bool is_alone = tickets_.empty() && now - std::exchange(awaited_at_, now) >= kAlone;
  std::optional<Answer> answer;
  if (is_alone || !can_delay) {
    parts_.keeper->Announce();
    answer = parts_.budget->Within(
        [&](WaitBudget::Time until) { return parts_.handover->WaitForAnswer(attempt->generation, until); });
  }
  if (answer.has_value()) {
    const Attempt answered = *attempt;
    End(fingerprint);
    return Conclude(client, fingerprint, answered, std::move(*answer));
  }
  if (can_delay) {
    attempt->waiting = client;
    tickets_[attempt->client_id] = fingerprint;
    return kAuthDelayed;
  }
  parts_.log->Write(LogLevel::kNotice, "no_time",
                    "client " + Quoted(attempt->client_id) +
                        " refused for now: no verdict within the time the broker may wait; the daemon goes on " +
                        Described(fingerprint, attempt->correlation_id));
  return MOSQ_ERR_AUTH;
}

int Authentication::Conclude(struct mosquitto* client, const Fingerprint& fingerprint, const Attempt& attempt,
                             Answer answer) {
  if (answer.verdict == Answer::Verdict::kAccepted) {
    return Accept(client, AddSession(fingerprint, attempt, std::move(answer)));
  }
  ReportRefusal(attempt.client_id, fingerprint, attempt.correlation_id, answer);
  return answer.verdict == Answer::Verdict::kRefused ? MOSQ_ERR_AUTH : UnavailableCode();
}

int Authentication::Accept(struct mosquitto* client, Session* session) {
  if (!MayConnect(*session)) {
    parts_.sessions->Close(session);
    return MOSQ_ERR_AUTH;
  }
  NameClient(client, *session);
  parts_.sessions->Bind(client, session);
  parts_.sessions->TookOver(session);
  return MOSQ_ERR_SUCCESS;
}

void Authentication::TakeAnswer(Generation generation, Answer answer) {
  if (parts_.client_ids->TakeAnswer(generation, answer)) return;
  const auto named = fingerprint_of_.find(generation);
  const auto found = named == fingerprint_of_.end() ? attempts_.end() : attempts_.find(named->second);
  if (found == attempts_.end() || found->second.generation != generation) {
    parts_.keeper->Close(generation);
    return;
  }
  const Fingerprint fingerprint = found->first;
  if (found->second.waiting != nullptr) {
    const Attempt attempt = found->second;
    tickets_.erase(attempt.client_id);
    End(fingerprint);
    CompleteDelayed(fingerprint, attempt, std::move(answer));
  } else if (answer.verdict == Answer::Verdict::kAccepted) {
    Attempt& attempt = found->second;
    AddSession(fingerprint, attempt, std::move(answer));
    attempt.is_parked = true;
    attempt.parked_until = SteadyNow() + kParkedFor;
  } else {
    ReportRefusal(found->second.client_id, fingerprint, found->second.correlation_id, answer);
    End(fingerprint);
  }
}

void Authentication::CompleteDelayed(const Fingerprint& fingerprint, const Attempt& attempt, Answer answer) {
  struct mosquitto* client = attempt.waiting;
  const char* id = attempt.client_id.c_str();
  // A client that waits is not among the broker's connected ones, and nothing is known of it. Otherwise the one that asked has
  // gone, which nobody told us, and another uses its memory.
  const bool is_another = parts_.api.client(id) == client || parts_.sessions->Find(client) != nullptr;
  if (answer.verdict != Answer::Verdict::kAccepted) {
    ReportRefusal(attempt.client_id, fingerprint, attempt.correlation_id, answer);
    if (!is_another) parts_.api.complete_basic_auth(id, MOSQ_ERR_AUTH);
    return;
  }
  Session* session = AddSession(fingerprint, attempt, std::move(answer));
  if (is_another) {
    parts_.sessions->Close(session);
    return;
  }
  if (!MayConnect(*session)) {
    parts_.sessions->Close(session);
    parts_.api.complete_basic_auth(id, MOSQ_ERR_AUTH);
    return;
  }
  const Generation generation = session->generation;
  parts_.sessions->Bind(client, session);
  parts_.api.complete_basic_auth(id, MOSQ_ERR_SUCCESS);
  session = parts_.sessions->Live(client);
  if (session == nullptr || session->generation != generation) return;
  if (parts_.api.client(id) == client) {
    parts_.sessions->TookOver(session);
    NameClient(client, *session);
  } else {
    // It went away while it waited, which nobody told us.
    parts_.sessions->Forget(client);
  }
}

Session* Authentication::AddSession(const Fingerprint& fingerprint, const Attempt& attempt, Answer answer) {
  auto session = std::make_unique<Session>();
  session->generation = attempt.generation;
  session->client_id = attempt.client_id;
  session->fingerprint = fingerprint;
  session->correlation_id = attempt.correlation_id;
  session->thing_name = std::move(answer.thing_name);
  session->grants = std::move(answer.grants);
  session->lease = std::move(answer.lease);
  session->use = std::move(answer.use);
  return parts_.sessions->Add(std::move(session));
}

bool Authentication::MayConnect(const Session& session) {
  const SessionGrants* grants = session.Grants();
  // By the exact clock: a lease that is over when it arrives lets nobody in.
  const bool allowed = grants != nullptr && SteadyNow() < session.lease.Deadline() && parts_.evaluator->Evaluate(*grants, "mqtt:connect", "mqtt:clientId:",
                                                                       session.client_id) == Decision::kAllowed;
  if (!allowed) {
    parts_.log->Write(LogLevel::kNotice, "refused",
                      "client " + Quoted(session.client_id) + " refused: mqtt:connect is not allowed " +
                          Described(session.fingerprint, session.correlation_id));
    return false;
  }
  parts_.log->Write(LogLevel::kDebug, "accepted",
                    "client " + Quoted(session.client_id) + " is thing " + session.thing_name + " " +
                        Described(session.fingerprint, session.correlation_id));
  return true;
}

Session* Authentication::TakeParked(const Fingerprint& fingerprint, const std::string& client_id) {
  const auto found = attempts_.find(fingerprint);
  if (found == attempts_.end() || !found->second.is_parked) return nullptr;
  Session* session = parts_.sessions->ByGeneration(found->second.generation);
  End(fingerprint);
  if (session == nullptr) return nullptr;
  if (session->client_id == client_id && session->Grants() != nullptr) return session;
  parts_.sessions->Close(session);
  return nullptr;
}

void Authentication::InvalidateTicket(const std::string& client_id) {
  const auto ticket = tickets_.find(client_id);
  if (ticket == tickets_.end()) return;
  const auto attempt = attempts_.find(ticket->second);
  if (attempt != attempts_.end() && attempt->second.client_id == client_id) attempt->second.waiting = nullptr;
  tickets_.erase(ticket);
}

void Authentication::End(const Fingerprint& fingerprint) {
  const auto found = attempts_.find(fingerprint);
  if (found == attempts_.end()) return;
  fingerprint_of_.erase(found->second.generation);
  attempts_.erase(found);
}

void Authentication::ReportRefusal(const std::string& client_id, const Fingerprint& fingerprint,
                                   const std::string& correlation_id, const Answer& answer) {
  later_.Tell(Key(fingerprint, client_id), answer.retry_after_ms);
  const bool is_verdict = answer.verdict == Answer::Verdict::kRefused;
  parts_.log->Write(is_verdict ? LogLevel::kNotice : LogLevel::kWarning, is_verdict ? "refused" : "unavailable",
                    "client " + Quoted(client_id) + " refused: " + answer.reason + " " +
                        Described(fingerprint, correlation_id));
}

int Authentication::Unavailable(const std::string& client_id, const char* why) {
  parts_.log->Write(LogLevel::kWarning, "unavailable", "client " + Quoted(client_id) + " refused for now: " + why);
  return UnavailableCode();
}

void Authentication::NameClient(struct mosquitto* client, const Session& session) {
  const char* name = mosquitto_client_username(client);
  if (name != nullptr && session.thing_name == name) return;
  if (mosquitto_set_username(client, session.thing_name.c_str()) == MOSQ_ERR_SUCCESS) return;
  parts_.log->Write(LogLevel::kWarning, "name",
                    "the broker does not take " + Quoted(session.thing_name) + " as user name; it may drop this client at SIGHUP");
}

void Authentication::BeginReload() { reloading_until_ = SteadyNow() + kLongestReload; }

bool Authentication::IsReloading() const { return reloading_until_ != kLongAgo && SteadyNow() < reloading_until_; }

void Authentication::Tick() {
  reloading_until_ = kLongAgo;
  parts_.client_ids->Tick();
  if (attempts_.empty()) return;
  const Milliseconds now = SteadyNow();
  if (now < looked_at_ + kBetweenLooks) return;
  looked_at_ = now;
  std::vector<Fingerprint> over;
  std::vector<Fingerprint> late;
  for (const auto& [fingerprint, attempt] : attempts_) {
    const Milliseconds age = now - attempt.begun_at - parts_.options.pending_max_ms;
    const bool is_over = attempt.is_parked ? attempt.parked_until <= now : age >= kLost;
    if (is_over) over.push_back(fingerprint);
    else if (attempt.waiting != nullptr && age >= kLateBy) late.push_back(fingerprint);
  }
  for (const Fingerprint& fingerprint : late) GiveUpWaiting(&attempts_[fingerprint]);
  for (const Fingerprint& fingerprint : over) {
    const Attempt& attempt = attempts_[fingerprint];
    InvalidateTicket(attempt.client_id);
    Session* session = parts_.sessions->ByGeneration(attempt.generation);
    End(fingerprint);
    if (session != nullptr) parts_.sessions->Close(session);
  }
}

// The answer is still awaited, but not by the device.
void Authentication::GiveUpWaiting(Attempt* attempt) {
  const std::string client_id = attempt->client_id;
  struct mosquitto* const client = std::exchange(attempt->waiting, nullptr);
  tickets_.erase(client_id);
  Unavailable(client_id, "no verdict within pending_max_ms");
  const bool is_another = parts_.api.client(client_id.c_str()) == client || parts_.sessions->Find(client) != nullptr;
  if (!is_another) parts_.api.complete_basic_auth(client_id.c_str(), MOSQ_ERR_AUTH);
}

}  // namespace deviceauth

#include "client_id_check.h"

#include <vector>

namespace deviceauth {
namespace {

constexpr Milliseconds kKeptFor = 10'000;
constexpr std::size_t kMostQuestions = 1000;

ClientIdCheck::Verdict ToVerdict(const Answer& answer) {
  switch (answer.verdict) {
    case Answer::Verdict::kAccepted: return ClientIdCheck::Verdict::kFree;
    case Answer::Verdict::kRefused: return ClientIdCheck::Verdict::kTaken;
    default: return ClientIdCheck::Verdict::kUnknown;
  }
}

}  // namespace

ClientIdCheck::Verdict ClientIdCheck::Ask(const std::string& client_id, Generation next) {
  auto found = questions_.find(client_id);
  if (found != questions_.end() && found->second.is_answered) {
    const Verdict answer = found->second.answer;
    Forget(client_id);
    return answer;
  }
  if (found == questions_.end()) {
    if (later_.MustWait(client_id)) return Unknown(client_id, "the daemon asked for a delay that is not over");
    if (keeper_->DaemonIsGone()) return Unknown(client_id, "the daemon is away");
    if (questions_.size() >= kMostQuestions) return Unknown(client_id, "too many attempts are under way");
    found = questions_.try_emplace(client_id).first;
    found->second.generation = next;
    found->second.correlation_id = NewCorrelationId();
    client_id_of_[next] = client_id;
    keeper_->CheckClientId(next, client_id, found->second.correlation_id);
  }
  const std::optional<Answer> answer = budget_->Within(
      [&](WaitBudget::Time until) { return handover_->WaitForAnswer(found->second.generation, until); });
  if (answer.has_value()) {
    const std::string correlation_id = found->second.correlation_id;
    Forget(client_id);
    Report(client_id, correlation_id, *answer);
    return ToVerdict(*answer);
  }
  return Unknown(client_id, "no word about its id within the time the broker may wait");
}

bool ClientIdCheck::TakeAnswer(Generation generation, const Answer& answer) {
  const auto named = client_id_of_.find(generation);
  if (named == client_id_of_.end()) return false;
  const std::string client_id = named->second;
  Question& question = questions_[client_id];
  Report(client_id, question.correlation_id, answer);
  if (answer.verdict == Answer::Verdict::kUnavailable) {
    Forget(client_id);
    return true;
  }
  question.is_answered = true;
  question.answer = ToVerdict(answer);
  question.kept_until = SteadyNow() + kKeptFor;
  return true;
}

void ClientIdCheck::Tick() {
  if (questions_.empty()) return;
  const Milliseconds now = SteadyNow();
  std::vector<std::string> over;
  for (const auto& [client_id, question] : questions_) {
    if (question.kept_until <= now) over.push_back(client_id);
  }
  for (const std::string& client_id : over) Forget(client_id);
}

void ClientIdCheck::Report(const std::string& client_id, const std::string& correlation_id, const Answer& answer) {
  later_.Tell(client_id, answer.retry_after_ms);
  if (answer.verdict == Answer::Verdict::kAccepted) return;
  const bool is_taken = answer.verdict == Answer::Verdict::kRefused;
  log_->Write(is_taken ? LogLevel::kNotice : LogLevel::kWarning, is_taken ? "refused" : "unavailable",
              "client " + Quoted(client_id) + " refused: it shows no certificate, and " +
                  (is_taken ? "its id is a device's" : "whether its id is a device's is not known: " + answer.reason) +
                  " (correlation " + correlation_id + ")");
}

ClientIdCheck::Verdict ClientIdCheck::Unknown(const std::string& client_id, const char* why) {
  log_->Write(LogLevel::kWarning, "unavailable",
              "client " + Quoted(client_id) + " without a certificate refused for now: " + why);
  return Verdict::kUnknown;
}

void ClientIdCheck::Forget(const std::string& client_id) {
  const auto found = questions_.find(client_id);
  if (found == questions_.end()) return;
  client_id_of_.erase(found->second.generation);
  questions_.erase(found);
}

}  // namespace deviceauth

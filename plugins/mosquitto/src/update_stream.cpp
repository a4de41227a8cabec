#include "update_stream.h"

#include <algorithm>
#include <utility>

#include "deviceauth/v1/device_auth.pb.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kSilence = 15'000;
constexpr Milliseconds kFirstDelay = 50;
constexpr Milliseconds kLongestDelay = 2000;
constexpr Milliseconds kBusyPause = 5;
constexpr std::size_t kTokensInAMessage = 1000;

// At least one chunk, which may be empty.
template <typename All, typename Each>
void InChunks(const All& tokens, Each each) {
  std::size_t at = 0;
  do {
    const std::size_t end = std::min(at + kTokensInAMessage, tokens.size());
    each(tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.begin() + static_cast<std::ptrdiff_t>(end),
         end == tokens.size());
    at = end;
  } while (at < tokens.size());
}

}  // namespace

UpdateStream::UpdateStream(EventLoop* loop, DaemonClient* daemon, std::string caller, Listener listener)
    : loop_(loop), daemon_(daemon), caller_(std::move(caller)), listener_(std::move(listener)), delay_(kFirstDelay) {}

UpdateStream::~UpdateStream() = default;

void UpdateStream::Start() {
  if (!stopped_) return;
  stopped_ = false;
  Open();
}

void UpdateStream::Stop() {
  stopped_ = true;
  Drop();
}

void UpdateStream::Restart() {
  if (stopped_) return;
  Drop();
  Open();
}

bool UpdateStream::ReportUsage(const std::vector<std::string>& tokens) {
  if (call_ == nullptr || call_->IsBehind()) return false;
  if (tokens.empty()) return true;
  InChunks(tokens, [this](auto begin, auto end, bool) {
    v1::SessionUpdatesRequest message;
    message.mutable_usage()->mutable_client_device_auth_tokens()->Assign(begin, end);
    call_->Send(std::move(message));
  });
  return true;
}

bool UpdateStream::TellClosed(const std::vector<ClosedSession>& closed) {
  if (call_ == nullptr) return false;
  InChunks(closed, [this](auto begin, auto end, bool) {
    v1::SessionUpdatesRequest message;
    for (auto each = begin; each != end; ++each) {
      if (!each->token.empty()) {
        message.mutable_closed()->add_client_device_auth_tokens(each->token);
        continue;
      }
      v1::UnansweredCall* const call = message.mutable_closed()->add_unanswered();
      call->set_client_id(each->client_id);
      call->set_correlation_id(each->correlation_id);
    }
    call_->Send(std::move(message));
  });
  return true;
}

void UpdateStream::Open() {
  const std::vector<std::string> held = listener_.on_open();
  const std::uint64_t life = ++life_;
  call_ = daemon_->OpenUpdates(
      [this, life](std::shared_ptr<const v1::SessionUpdate> update) { Take(life, update); },
      [this, life](const CallError& error) {
        if (life == life_ && call_ != nullptr) Lost(error.message);
      });
  v1::SessionUpdatesRequest hello;
  hello.mutable_hello()->set_broker_instance_id(daemon_->broker_instance_id());
  hello.mutable_hello()->set_epoch(epoch_);
  hello.mutable_hello()->set_caller(caller_);
  call_->Send(std::move(hello));
  InChunks(held, [this](auto begin, auto end, bool last) {
    v1::SessionUpdatesRequest message;
    message.mutable_held()->mutable_client_device_auth_tokens()->Assign(begin, end);
    message.mutable_held()->set_last(last);
    call_->Send(std::move(message));
  });
  listener_.on_opened();
  heard_at_ = SteadyNow();
  Watch(kSilence);
}

void UpdateStream::Take(std::uint64_t life, const std::shared_ptr<const v1::SessionUpdate>& update) {
  if (life != life_ || call_ == nullptr) return;
  heard_at_ = SteadyNow();
  delay_ = kFirstDelay;
  epoch_ = update->epoch();
  listener_.on_update(*update);
  ReadNext(life);
}

void UpdateStream::ReadNext(std::uint64_t life) {
  if (life != life_ || call_ == nullptr) return;
  if (listener_.is_busy()) {
    loop_->After(kBusyPause, [this, life] { ReadNext(life); });
  } else {
    call_->ReadNext();
  }
}

void UpdateStream::Watch(Milliseconds delay) {
  silence_ = loop_->After(delay, [this] {
    silence_ = EventLoop::kNoTimer;
    const Milliseconds silent = SteadyNow() - heard_at_;
    if (silent < kSilence) {
      Watch(kSilence - silent);
      return;
    }
    daemon_->Reconnect();
    Lost("silent for " + std::to_string(silent / 1000) + " s");
  });
}

void UpdateStream::Lost(const std::string& why) {
  Drop();
  if (stopped_) return;
  listener_.on_lost(why);
  const auto delay = static_cast<Milliseconds>(
      static_cast<double>(delay_) * std::uniform_real_distribution<double>(0.5, 1)(random_));
  delay_ = std::min(2 * delay_, kLongestDelay);
  retry_ = loop_->After(delay, [this] {
    retry_ = EventLoop::kNoTimer;
    Open();
  });
}

bool UpdateStream::Drop() {
  loop_->Cancel(&retry_);
  loop_->Cancel(&silence_);
  if (call_ == nullptr) return false;
  call_.reset();
  return true;
}

}  // namespace deviceauth

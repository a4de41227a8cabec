#include "certificate_stream.h"

#include <algorithm>
#include <utility>

#include "deviceauth/v1/device_auth.pb.h"
#include "log.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kFirstDelay = 50;
constexpr Milliseconds kLongestDelay = 2000;
constexpr Milliseconds kLongestDelayRefused = 10'000;

// Empty: it is no refusal, the daemon is away.
std::string Remedy(const CallError& error) {
  if (error.reason == "UNAUTHORIZED") {
    return "allow SubscribeToCertificateUpdates (or \"broker\") in the operations of this socket's listener";
  }
  if (error.reason == "UNIMPLEMENTED") {
    return "this daemon delivers no certificates; update it, or leave plugin_opt_tls_dir out";
  }
  if (error.reason == "INVALID_ARGUMENTS") return "plugin_opt_tls_name may be at fault";
  return {};
}

}  // namespace

CertificateStream::CertificateStream(EventLoop* loop, DaemonClient* daemon, std::string subscriber_name,
                                     Listener listener)
    : loop_(loop),
      daemon_(daemon),
      subscriber_name_(std::move(subscriber_name)),
      listener_(std::move(listener)),
      delay_(kFirstDelay) {
  daemon_->OnReconnect([this] {
    if (stopped_) return;
    Drop();
    Open();
  });
}

CertificateStream::~CertificateStream() = default;

void CertificateStream::Start() {
  if (!stopped_) return;
  stopped_ = false;
  Open();
}

void CertificateStream::Stop() {
  stopped_ = true;
  Drop();
}

void CertificateStream::Open() {
  const std::uint64_t life = ++life_;
  call_ = daemon_->OpenCertificates(
      subscriber_name_,
      [this, life](const std::shared_ptr<const v1::CertificateUpdateEvent>& event) {
        if (life != life_ || call_ == nullptr) return;
        delay_ = kFirstDelay;
        if (std::exchange(refused_, false)) listener_.say(LogLevel::kNotice, "the daemon delivers the broker's certificate now");
        // Of a later release, if it is another event.
        if (event->has_certificate_update()) listener_.on_update(event->certificate_update());
        if (life == life_ && call_ != nullptr) call_->ReadNext();
      },
      [this, life](const CallError& error) {
        if (life == life_ && call_ != nullptr) Lost(error);
      });
}

void CertificateStream::Lost(const CallError& error) {
  Drop();
  if (stopped_) return;
  const std::string remedy = Remedy(error);
  const std::string text = "no certificates from the daemon (" + error.reason + ": " + error.message + ")";
  if (!remedy.empty() && !std::exchange(refused_, true)) {
    listener_.say(LogLevel::kError, text + "; " + remedy);
  } else {
    // That the daemon is away is said already, by the update stream.
    listener_.say(LogLevel::kDebug, text);
  }
  const auto delay = static_cast<Milliseconds>(
      static_cast<double>(delay_) * std::uniform_real_distribution<double>(0.5, 1)(random_));
  delay_ = std::min(2 * delay_, remedy.empty() ? kLongestDelay : kLongestDelayRefused);
  retry_ = loop_->After(delay, [this] {
    retry_ = EventLoop::kNoTimer;
    Open();
  });
}

void CertificateStream::Drop() {
  loop_->Cancel(&retry_);
  call_.reset();
}

}  // namespace deviceauth

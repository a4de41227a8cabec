#include "tls_keeper.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "deviceauth/v1/device_auth.pb.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kBetweenReloads = 5000;
constexpr Milliseconds kKnockAfter = 4000;
constexpr Milliseconds kFirstRetry = 1000;
constexpr Milliseconds kLongestRetry = 60'000;

std::string Count(unsigned number, const char* what) { return std::to_string(number) + " " + what; }

}  // namespace

TlsKeeper::TlsKeeper(EventLoop* loop, DaemonClient* daemon, Handover* handover,
                     std::unique_ptr<TlsDirectory> directory, bool has_set, const std::string& subscriber_name)
    : loop_(loop),
      handover_(handover),
      directory_(std::move(directory)),
      stream_(loop, daemon, subscriber_name,
              {[this](const v1::CertificateUpdate& update) { Take(update); },
               [this](LogLevel level, const std::string& text) { Say(level, text); }}),
      has_set_(has_set),
      retry_delay_(kFirstRetry) {}

TlsKeeper::~TlsKeeper() { Stop(); }

void TlsKeeper::Start(std::function<void()> on_set) {
  on_set_ = std::move(on_set);
  if (has_set_ && on_set_) std::exchange(on_set_, nullptr)();
  stream_.Start();
}

void TlsKeeper::Stop() {
  if (std::exchange(stopped_, true)) return;
  stream_.Stop();
  loop_->Cancel(&later_);
  if (writer_.joinable()) writer_.join();
}

void TlsKeeper::BrokerIsUp() {
  if (std::exchange(broker_is_up_, true)) return;
  Consider();
}

void TlsKeeper::Take(const v1::CertificateUpdate& update) {
  std::string error;
  std::optional<TlsSet> set = ToTlsSet(update, &error);
  if (!set.has_value()) {
    Say(LogLevel::kError, "a certificate update from the daemon is not usable: " + error + "; what is in " +
                              directory_->path() + " stays");
    return;
  }
  pending_ = std::move(set);
  retry_delay_ = kFirstRetry;
  Consider();
}

void TlsKeeper::Consider() {
  if (stopped_ || is_writing_ || !pending_.has_value()) return;
  if (has_set_ && !broker_is_up_) {
    Knock();
    return;
  }
  const Milliseconds now = SteadyNow();
  if (not_before_ > now) {
    if (later_ != EventLoop::kNoTimer) return;
    later_ = loop_->After(not_before_ - now, [this] {
      later_ = EventLoop::kNoTimer;
      Consider();
    });
    return;
  }
  WriteNow();
}

// A broker without ticks looks only when there is something for it.
void TlsKeeper::Knock() {
  if (later_ != EventLoop::kNoTimer) return;
  later_ = loop_->After(kKnockAfter, [this] {
    later_ = EventLoop::kNoTimer;
    if (!broker_is_up_ && !handover_->HasMessages()) Say(LogLevel::kDebug, "a server certificate waits for the broker to be up");
    Consider();
  });
}

void TlsKeeper::WriteNow() {
  if (writer_.joinable()) writer_.join();
  is_writing_ = true;
  // As this thread does, it leaves signals to the broker's.
  writer_ = std::thread([this, set = *pending_] {
    auto written = std::make_shared<Written>();
    written->described = set.described;
    try {
      written->change = directory_->Put(set);
      written->has_set = directory_->HasSet();
    } catch (const std::exception& error) {
      written->error = error.what();
    }
    loop_->Post([this, set, written] {
      is_writing_ = false;
      if (stopped_) return;
      const bool is_newest = pending_.has_value() && pending_->certificate == set.certificate &&
                             pending_->private_key == set.private_key && pending_->device_cas == set.device_cas &&
                             pending_->device_ca_crls == set.device_ca_crls &&
                             pending_->ca_certificates == set.ca_certificates;
      if (is_newest && written->error.empty()) pending_ = std::nullopt;
      Take(std::move(*written));
    });
  });
}

void TlsKeeper::Take(Written written) {
  if (!written.error.empty()) {
    Failed(written.error);
    return;
  }
  if (!std::exchange(complained_, {}).empty()) Say(LogLevel::kNotice, "the broker's certificate could be written now");
  retry_delay_ = kFirstRetry;
  has_set_ = written.has_set;
  if (written.change.any) {
    Report(written);
    const bool is_read_at_reload = written.change.server || written.change.crls;
    if (is_read_at_reload && broker_is_up_) {
      handover_->Push(ReloadDue{});
      not_before_ = SteadyNow() + kBetweenReloads;
    }
  }
  if (has_set_ && on_set_) std::exchange(on_set_, nullptr)();
  Consider();
}

void TlsKeeper::Failed(const std::string& error) {
  const bool is_known = complained_ == error;
  complained_ = error;
  Say(is_known ? LogLevel::kDebug : LogLevel::kError,
      "the broker's certificate could not be written: " + error + "; it is tried again");
  not_before_ = SteadyNow() + retry_delay_;
  retry_delay_ = std::min(2 * retry_delay_, kLongestRetry);
  Consider();
}

void TlsKeeper::Report(const Written& written) {
  const TlsDirectory::Change& change = written.change;
  const char* const reads = broker_is_up_ ? "; the broker reads it again, which drops nobody" : "";
  if (change.server) {
    Say(LogLevel::kNotice, "new server certificate " + written.described + " in " + directory_->path() + reads);
  } else if (change.crls) {
    Say(LogLevel::kNotice, "new CRLs of the device CAs in " + directory_->path() + reads);
  }
  if (change.without_group) {
    Say(LogLevel::kWarning, directory_->path() + "/server.key is readable for its owner alone: the broker's user is not in the group of " +
                                directory_->path());
  }
  if (change.kept_crls) {
    Say(LogLevel::kWarning,
        "the daemon has no current CRL of some device CA: device-cas.crl stays as it was, and a listener with crlfile refuses the "
        "devices of a CA without one (certificates.deviceCaCrls)");
  }
  if (!broker_is_up_ || (change.device_cas_added == 0 && change.device_cas_removed == 0)) return;
  std::string text = "device CAs in " + directory_->path() + ": ";
  if (change.device_cas_added > 0) {
    text += Count(change.device_cas_added, "new, which a listener with capath ") + directory_->path() +
            "/device-cas knows at once";
    text += change.crls ? "" : ", one with cafile after a restart of the broker";
  }
  if (change.device_cas_removed > 0) {
    text += std::string(change.device_cas_added > 0 ? "; " : "") +
            Count(change.device_cas_removed, "gone, which the handshake accepts until a restart of the broker; the daemon refuses their devices");
  }
  Say(LogLevel::kNotice, text);
}

void TlsKeeper::Say(LogLevel level, const std::string& text) { handover_->Push(LogLine{level, "certificate", text}); }

}  // namespace deviceauth

#include "daemon_client.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <utility>

#include "deviceauth/v1/device_auth.grpc.pb.h"
#include "log.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kCallDeadline = 2000;
constexpr int kLargestMessage = 64 * 1024 * 1024;
constexpr char kErrorDomain[] = "deviceauthd";
constexpr char kVerdict[] = "INVALID_CREDENTIAL";
// Delays the daemon asks for are followed for a minute at most.
constexpr Milliseconds kLongestRetryAfter = 60'000;
constexpr std::size_t kLongestText = 300;
constexpr std::size_t kLongestName = 64;

CallError ToCallError(const grpc::Status& status) {
  CallError error;
  error.reason = "VERIFICATION_UNAVAILABLE";
  error.message = "the daemon did not answer: " + Printable(status.error_message(), kLongestText);
  // Also of a daemon that has never heard of the call.
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) error.reason = "UNIMPLEMENTED";
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) return error;
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (detail.Is<google::rpc::ErrorInfo>() && detail.UnpackTo(&info) && info.domain() == kErrorDomain) {
      error.is_answer = true;
      error.reason = Printable(info.reason(), kLongestName);
      error.message = Printable(status.error_message(), kLongestText);
      error.is_verdict = info.reason() == kVerdict && status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
      const auto category = info.metadata().find("category");
      if (category != info.metadata().end()) error.category = Printable(category->second, kLongestName);
    } else if (detail.Is<google::rpc::RetryInfo>() && detail.UnpackTo(&retry)) {
      const auto seconds = std::min<std::int64_t>(std::max<std::int64_t>(retry.retry_delay().seconds(), 0), 60);
      const Milliseconds delay = seconds * 1000 + std::max(retry.retry_delay().nanos(), 0) / 1'000'000;
      error.retry_after_ms = std::min(delay, kLongestRetryAfter);
    }
  }
  return error;
}

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // How long an attempt to connect may take. A socket that systemd keeps while the daemon restarts accepts at once and
  // answers when the daemon is back: calls wait for that within their own deadlines.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A channel of its own: two instances of the plugin in one broker share no connection and no fate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Of no use on a Unix socket, and paid for with every call.
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
}

// Answers and updates arrive as bytes and are parsed here: gRPC's own reading takes what does not parse for what it read until
// then, and half an answer may allow what the whole one would not.
template <typename Message>
grpc::Status Parse(grpc::ByteBuffer* bytes, Message* message) {
  return grpc::SerializationTraits<Message>::Deserialize(bytes, message);
}

}  // namespace

// What is under way. Outlives the client for as long as gRPC still has something to say.
struct DaemonClient::Calls {
  EventLoop* loop;
  std::shared_ptr<grpc::Channel> channel;
  std::unordered_set<grpc::ClientContext*> open;
  std::function<void()> on_empty;

  void Add(grpc::ClientContext* context) { open.insert(context); }
  void Remove(grpc::ClientContext* context) {
    open.erase(context);
    if (open.empty() && on_empty) std::exchange(on_empty, nullptr)();
  }
};

namespace {

std::string PathOf(const char* method) { return std::string("/") + v1::DeviceAuth::service_full_name() + "/" + method; }

// One question and its answer. Ends itself.
template <typename Calls, typename Request, typename Response>
class UnaryCall final : public Completion {
 public:
  using Then = std::function<void(const grpc::Status& status, const std::shared_ptr<Response>& response)>;

  static void Start(const std::shared_ptr<Calls>& calls, const char* method, const Request& request, Milliseconds deadline,
                    Then then) {
    auto* const call = new UnaryCall(calls, std::move(then));
    call->context_.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(deadline));
    calls->Add(&call->context_);
    // Of its connection, however new a one others use.
    grpc::TemplatedGenericStub<Request, grpc::ByteBuffer> stub(calls->channel);
    call->reader_ = stub.PrepareUnaryCall(&call->context_, PathOf(method), request, calls->loop->completions());
    call->reader_->StartCall();
    call->reader_->Finish(&call->received_, &call->status_, static_cast<Completion*>(call));
  }

  void Complete(bool) override {
    const std::unique_ptr<UnaryCall> ended(this);
    const std::shared_ptr<Calls> calls = calls_;
    auto response = std::make_shared<Response>();
    if (status_.ok()) status_ = Parse(&received_, response.get());
    // Also when it throws.
    const std::shared_ptr<void> removed(nullptr, [&](void*) { calls->Remove(&context_); });
    then_(status_, response);
  }

 private:
  UnaryCall(std::shared_ptr<Calls> calls, Then then) : calls_(std::move(calls)), then_(std::move(then)) {}

  const std::shared_ptr<Calls> calls_;
  const Then then_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader_;
  grpc::ByteBuffer received_;
  grpc::Status status_;
};

// A stream as gRPC sees it. At most one reading and one writing is under way; it is finished when neither is. Holds itself until
// then.
template <typename Request, typename Update>
class Exchange final : public std::enable_shared_from_this<Exchange<Request, Update>> {
 public:
  struct Owner {
    std::function<void(std::shared_ptr<const Update>)> on_update;
    std::function<void(const CallError&)> on_end;
    std::function<void(grpc::ClientContext*)> on_done;
  };

  explicit Exchange(Owner owner) : owner_(std::move(owner)) {}

  grpc::ClientContext* context() { return &context_; }

  void Start(const std::shared_ptr<grpc::Channel>& channel, const char* method, grpc::CompletionQueue* completions) {
    self_ = this->shared_from_this();
    grpc::TemplatedGenericStub<Request, grpc::ByteBuffer> stub(channel);
    stream_ = stub.PrepareCall(&context_, PathOf(method), completions);
    stream_->StartCall(started_.Begin());
  }

  // The daemon is sent nothing after it.
  void SendLast(Request message) {
    is_last_sent_ = true;
    Send(std::move(message));
  }

  void Send(Request message) {
    if (is_over_) return;
    outgoing_.push_back(std::move(message));
    WriteNext();
  }

  bool IsBehind() const { return !outgoing_.empty(); }

  void ReadNext() {
    if (is_over_ || started_.is_begun || read_.is_begun) return;
    stream_->Read(&incoming_, read_.Begin());
  }

  void Cancel() {
    owner_.on_update = nullptr;
    owner_.on_end = nullptr;
    context_.TryCancel();
    End();
  }

 private:
  struct Step final : Completion {
    Step(Exchange* exchange, void (Exchange::*then)(bool)) : exchange(exchange), then(then) {}
    void* Begin() {
      is_begun = true;
      return static_cast<Completion*>(this);
    }
    void Complete(bool ok) override {
      is_begun = false;
      (exchange->*then)(ok);
    }
    Exchange* const exchange;
    void (Exchange::*const then)(bool);
    bool is_begun = false;
  };

  void Started(bool ok) {
    if (!ok || is_over_) {
      End();
      return;
    }
    WriteNext();
    ReadNext();
  }

  void WriteNext() {
    if (started_.is_begun || write_.is_begun || outgoing_.empty()) return;
    grpc::WriteOptions options;
    if (is_last_sent_ && outgoing_.size() == 1) options.set_last_message();
    stream_->Write(outgoing_.front(), options, write_.Begin());
  }

  void Written(bool ok) {
    if (!outgoing_.empty()) outgoing_.pop_front();
    if (!ok || is_over_) End();
    else WriteNext();
  }

  void Read(bool ok) {
    if (!ok || is_over_) {
      End();
      return;
    }
    auto update = std::make_shared<Update>();
    if (const grpc::Status parsed = Parse(&incoming_, update.get()); !parsed.ok()) {
      is_unreadable_ = true;
      context_.TryCancel();
      End();
      return;
    }
    if (owner_.on_update) owner_.on_update(std::move(update));
  }

  void End() {
    is_over_ = true;
    outgoing_.clear();
    if (started_.is_begun || read_.is_begun || write_.is_begun || finished_.is_begun || !self_) return;
    stream_->Finish(&status_, finished_.Begin());
  }

  void Finished(bool) {
    const std::shared_ptr<Exchange> self = std::move(self_);
    const std::shared_ptr<void> done(nullptr, [this](void*) { owner_.on_done(&context_); });
    if (!owner_.on_end) return;
    CallError error = ToCallError(status_);
    if (status_.ok()) error.message = "the daemon ended it";
    if (is_unreadable_) error.message = "the daemon's update cannot be read";
    owner_.on_end(error);
  }

  Owner owner_;
  std::shared_ptr<Exchange> self_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Request, grpc::ByteBuffer>> stream_;
  grpc::ByteBuffer incoming_;
  std::deque<Request> outgoing_;
  grpc::Status status_;
  // Nothing more is begun.
  bool is_over_ = false;
  bool is_unreadable_ = false;
  bool is_last_sent_ = false;
  Step started_{this, &Exchange::Started};
  Step read_{this, &Exchange::Read};
  Step write_{this, &Exchange::Written};
  Step finished_{this, &Exchange::Finished};
};

using UpdateExchange = Exchange<v1::SessionUpdatesRequest, v1::SessionUpdate>;
using CertificateExchange = Exchange<v1::SubscribeToCertificateUpdatesRequest, v1::CertificateUpdateEvent>;

class OpenUpdateCall final : public DaemonClient::UpdateCall {
 public:
  explicit OpenUpdateCall(std::shared_ptr<UpdateExchange> exchange) : exchange_(std::move(exchange)) {}
  ~OpenUpdateCall() override { exchange_->Cancel(); }
  void Send(v1::SessionUpdatesRequest message) override { exchange_->Send(std::move(message)); }
  bool IsBehind() override { return exchange_->IsBehind(); }
  void ReadNext() override { exchange_->ReadNext(); }

 private:
  const std::shared_ptr<UpdateExchange> exchange_;
};

class OpenCertificateCall final : public DaemonClient::CertificateCall {
 public:
  explicit OpenCertificateCall(std::shared_ptr<CertificateExchange> exchange) : exchange_(std::move(exchange)) {}
  ~OpenCertificateCall() override { exchange_->Cancel(); }
  void ReadNext() override { exchange_->ReadNext(); }

 private:
  const std::shared_ptr<CertificateExchange> exchange_;
};

}  // namespace

DaemonClient::DaemonClient(EventLoop* loop, const std::string& socket, std::string broker_instance_id,
                           Milliseconds pending_max_ms)
    : loop_(loop),
      socket_(socket),
      broker_instance_id_(std::move(broker_instance_id)),
      pending_max_ms_(pending_max_ms),
      calls_(std::make_shared<Calls>()) {
  calls_->loop = loop;
  Reconnect();
}

void DaemonClient::Reconnect() {
  calls_->channel = OpenChannel(socket_);
  if (on_reconnect_) on_reconnect_();
}

DaemonClient::~DaemonClient() = default;

void DaemonClient::OpenSession(const Credential& credential, const std::string& correlation_id, TokenCallback done) {
  v1::GetClientDeviceAuthTokenRequest request;
  auto* mqtt = request.mutable_credential()->mutable_mqtt_credential();
  mqtt->set_client_id(credential.client_id);
  mqtt->set_certificate_pem(credential.certificate_pem);
  request.set_broker_instance_id(broker_instance_id_);
  request.set_correlation_id(correlation_id);
  Ask<TokenAnswer>("GetClientDeviceAuthToken", request, pending_max_ms_,
                   [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<TokenAnswer>& answer) {
                     Outcome<std::shared_ptr<const TokenAnswer>> outcome;
                     if (status.ok()) outcome.value = answer;
                     else outcome.error = ToCallError(status);
                     done(std::move(outcome));
                   });
}

void DaemonClient::GetGrantSet(const std::string& id, BytesCallback done) {
  using Response = v1::GetGrantSetResponse;
  v1::GetGrantSetRequest request;
  request.set_grant_set_id(id);
  Ask<Response>("GetGrantSet", request, kCallDeadline,
                [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<Response>& response) {
                  Outcome<std::string> outcome;
                  if (status.ok()) outcome.value = std::move(*response->mutable_grant_set());
                  else outcome.error = ToCallError(status);
                  done(std::move(outcome));
                });
}

void DaemonClient::CheckClientId(const std::string& client_id, const std::string& correlation_id, FreeCallback done) {
  using Response = v1::CheckClientIdResponse;
  v1::CheckClientIdRequest request;
  request.set_client_id(client_id);
  request.set_correlation_id(correlation_id);
  Ask<Response>("CheckClientId", request, pending_max_ms_,
                [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<Response>& response) {
                  Outcome<bool> outcome{std::nullopt, false};
                  if (!status.ok()) outcome.error = ToCallError(status);
                  else if (response->is_free()) outcome.value = true;
                  else if (response->reason() != v1::ERROR_REASON_UNSPECIFIED) {
                    outcome.error = CallError{"VERIFICATION_UNAVAILABLE", "the daemon cannot tell", "", 0};
                  }
                  done(std::move(outcome));
                });
}

std::unique_ptr<DaemonClient::UpdateCall> DaemonClient::OpenUpdates(UpdateCallback on_update, EndCallback on_end) {
  auto exchange = std::make_shared<UpdateExchange>(UpdateExchange::Owner{
      std::move(on_update), std::move(on_end), [calls = calls_](grpc::ClientContext* context) { calls->Remove(context); }});
  calls_->Add(exchange->context());
  exchange->Start(calls_->channel, "SubscribeToSessionUpdates", loop_->completions());
  return std::make_unique<OpenUpdateCall>(std::move(exchange));
}

std::unique_ptr<DaemonClient::CertificateCall> DaemonClient::OpenCertificates(const std::string& subscriber_name,
                                                                              CertificateCallback on_event,
                                                                              EndCallback on_end) {
  v1::SubscribeToCertificateUpdatesRequest request;
  request.mutable_certificate_options()->set_certificate_type(v1::SERVER);
  request.set_subscriber_name(subscriber_name);
  auto exchange = std::make_shared<CertificateExchange>(CertificateExchange::Owner{
      std::move(on_event), std::move(on_end), [calls = calls_](grpc::ClientContext* context) { calls->Remove(context); }});
  calls_->Add(exchange->context());
  exchange->Start(calls_->channel, "SubscribeToCertificateUpdates", loop_->completions());
  exchange->SendLast(std::move(request));
  return std::make_unique<OpenCertificateCall>(std::move(exchange));
}

template <typename Response, typename Request, typename Then>
void DaemonClient::Ask(const char* method, const Request& request, Milliseconds deadline, Then then) {
  UnaryCall<Calls, Request, Response>::Start(calls_, method, request, deadline, std::move(then));
}

void DaemonClient::Shutdown(std::function<void()> done) {
  for (grpc::ClientContext* context : calls_->open) context->TryCancel();
  if (calls_->open.empty()) done();
  else calls_->on_empty = std::move(done);
}

}  // namespace deviceauth

#include "daemon_client.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <mutex>
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
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) return error;
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (detail.Is<google::rpc::ErrorInfo>() && detail.UnpackTo(&info) && info.domain() == kErrorDomain) {
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
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
}

// A generated stub gives an answer that does not parse as a success with what it read until then, and half an answer may allow
// what the whole one would not. So answers arrive as bytes and are parsed here.
template <typename Request, typename Response>
struct UnaryCall {
  explicit UnaryCall(const std::shared_ptr<grpc::Channel>& channel) : stub(channel) {}

  // Of its connection, however new a one others use.
  grpc::TemplatedGenericStub<Request, grpc::ByteBuffer> stub;
  grpc::ClientContext context;
  Request request;
  grpc::ByteBuffer received;
  Response response;
};

}  // namespace

// What is under way. Outlives the client for as long as gRPC still has something to say.
struct DaemonClient::Calls : std::enable_shared_from_this<Calls> {
  EventLoop* loop;
  std::shared_ptr<grpc::Channel> channel;
  std::unordered_set<grpc::ClientContext*> open;
  std::function<void()> on_empty;

  // `then` hears of the end on the loop's thread.
  template <typename Request, typename Response, typename Then>
  void Start(const char* method, std::shared_ptr<UnaryCall<Request, Response>> call, Milliseconds deadline, Then then) {
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(deadline));
    open.insert(&call->context);
    const std::string path = std::string("/") + v1::DeviceAuth::service_full_name() + "/" + method;
    call->stub.UnaryCall(&call->context, path, grpc::StubOptions(), &call->request, &call->received,
                         [call, calls = shared_from_this(), then = std::move(then)](grpc::Status status) {
                           if (status.ok()) {
                             status = grpc::SerializationTraits<Response>::Deserialize(&call->received, &call->response);
                           }
                           calls->loop->Post([call, calls, then, status] {
                             then(status, call);
                             calls->Remove(&call->context);
                           });
                         });
  }

  void Remove(grpc::ClientContext* context) {
    open.erase(context);
    if (open.empty() && on_empty) std::exchange(on_empty, nullptr)();
  }
};

namespace {

// Holds itself until gRPC is done with it.
class UpdateReactor final : public grpc::ClientBidiReactor<v1::SessionUpdatesRequest, v1::SessionUpdate> {
 public:
  struct Owner {
    EventLoop* loop;
    std::function<void(std::shared_ptr<const v1::SessionUpdate>)> on_update;
    std::function<void(const CallError&)> on_end;
    std::function<void()> on_done;
  };

  UpdateReactor(Owner owner, const std::shared_ptr<grpc::Channel>& channel, std::shared_ptr<UpdateReactor>* self)
      : owner_(std::move(owner)), stub_(v1::DeviceAuth::NewStub(channel)) {
    self->reset(this);
    self_ = *self;
    stub_->async()->SubscribeToSessionUpdates(&context_, this);
    // Reads and writes begin outside of reactions: the call waits for us to release it.
    AddHold();
    StartCall();
    StartReadInto();
  }

  grpc::ClientContext* context() { return &context_; }

  void Send(const v1::SessionUpdatesRequest& message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (released_) return;
    outgoing_.push_back(message);
    if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
  }

  bool IsBehind() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return !outgoing_.empty();
  }

  void ReadNext() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!released_) StartReadInto();
  }

  // Loop's thread.
  void Cancel() {
    owner_.on_update = nullptr;
    owner_.on_end = nullptr;
    context_.TryCancel();
    Release();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Release();
      return;
    }
    owner_.loop->Post([self = self_, update = std::shared_ptr<const v1::SessionUpdate>(std::move(incoming_))] {
      if (self->owner_.on_update) self->owner_.on_update(update);
    });
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    outgoing_.pop_front();
    if (!ok) outgoing_.clear();
    if (!outgoing_.empty() && !released_) StartWrite(&outgoing_.front());
  }

  void OnDone(const grpc::Status& status) override {
    owner_.loop->Post([self = std::move(self_), status] {
      if (self->owner_.on_end) {
        CallError error = ToCallError(status);
        if (status.ok()) error.message = "the daemon ended it";
        self->owner_.on_end(error);
      }
      self->owner_.on_done();
    });
  }

 private:
  void StartReadInto() {
    incoming_ = std::make_unique<v1::SessionUpdate>();
    StartRead(incoming_.get());
  }

  void Release() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (std::exchange(released_, true)) return;
    }
    RemoveHold();
  }

  Owner owner_;
  const std::unique_ptr<v1::DeviceAuth::Stub> stub_;
  std::shared_ptr<UpdateReactor> self_;
  grpc::ClientContext context_;
  std::unique_ptr<v1::SessionUpdate> incoming_;
  std::mutex mutex_;
  std::deque<v1::SessionUpdatesRequest> outgoing_;
  bool released_ = false;
};

class OpenUpdateCall final : public DaemonClient::UpdateCall {
 public:
  explicit OpenUpdateCall(std::shared_ptr<UpdateReactor> reactor) : reactor_(std::move(reactor)) {}
  ~OpenUpdateCall() override { reactor_->Cancel(); }
  void Send(const v1::SessionUpdatesRequest& message) override { reactor_->Send(message); }
  bool IsBehind() override { return reactor_->IsBehind(); }
  void ReadNext() override { reactor_->ReadNext(); }

 private:
  const std::shared_ptr<UpdateReactor> reactor_;
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

void DaemonClient::Reconnect() { calls_->channel = OpenChannel(socket_); }

DaemonClient::~DaemonClient() = default;

void DaemonClient::OpenSession(const Credential& credential, const std::string& correlation_id, TokenCallback done) {
  using Call = UnaryCall<v1::GetClientDeviceAuthTokenRequest, v1::GetClientDeviceAuthTokenResponse>;
  auto call = std::make_shared<Call>(calls_->channel);
  auto* mqtt = call->request.mutable_credential()->mutable_mqtt_credential();
  mqtt->set_client_id(credential.client_id);
  mqtt->set_certificate_pem(credential.certificate_pem);
  call->request.set_broker_instance_id(broker_instance_id_);
  call->request.set_correlation_id(correlation_id);
  calls_->Start("GetClientDeviceAuthToken", std::move(call), pending_max_ms_,
                [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<Call>& ended) {
                  Outcome<std::shared_ptr<const TokenAnswer>> outcome;
                  if (status.ok()) outcome.value = std::shared_ptr<const TokenAnswer>(ended, &ended->response);
                  else outcome.error = ToCallError(status);
                  done(std::move(outcome));
                });
}

void DaemonClient::GetGrantSet(const std::string& id, BytesCallback done) {
  using Call = UnaryCall<v1::GetGrantSetRequest, v1::GetGrantSetResponse>;
  auto call = std::make_shared<Call>(calls_->channel);
  call->request.set_grant_set_id(id);
  calls_->Start("GetGrantSet", std::move(call), kCallDeadline,
                [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<Call>& ended) {
                  Outcome<std::string> outcome;
                  if (status.ok()) outcome.value = std::move(*ended->response.mutable_grant_set());
                  else outcome.error = ToCallError(status);
                  done(std::move(outcome));
                });
}

void DaemonClient::CheckClientId(const std::string& client_id, const std::string& correlation_id, FreeCallback done) {
  using Call = UnaryCall<v1::CheckClientIdRequest, v1::CheckClientIdResponse>;
  auto call = std::make_shared<Call>(calls_->channel);
  call->request.set_client_id(client_id);
  call->request.set_correlation_id(correlation_id);
  calls_->Start("CheckClientId", std::move(call), pending_max_ms_,
                [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<Call>& ended) {
                  Outcome<bool> outcome{std::nullopt, false};
                  if (!status.ok()) outcome.error = ToCallError(status);
                  else if (ended->response.is_free()) outcome.value = true;
                  else if (ended->response.reason() != v1::ERROR_REASON_UNSPECIFIED) {
                    outcome.error = CallError{"VERIFICATION_UNAVAILABLE", "the daemon cannot tell", "", 0};
                  }
                  done(std::move(outcome));
                });
}

void DaemonClient::CloseSession(const std::string& token, std::function<void(bool)> done) {
  using Call = UnaryCall<v1::CloseClientDeviceSessionRequest, v1::CloseClientDeviceSessionResponse>;
  auto call = std::make_shared<Call>(calls_->channel);
  call->request.set_client_device_auth_token(token);
  calls_->Start("CloseClientDeviceSession", std::move(call), kCallDeadline,
                [done = std::move(done)](const grpc::Status& status, const std::shared_ptr<Call>&) { done(status.ok()); });
}

std::unique_ptr<DaemonClient::UpdateCall> DaemonClient::OpenUpdates(UpdateCallback on_update, EndCallback on_end) {
  std::shared_ptr<UpdateReactor> reactor;
  auto context = std::make_shared<grpc::ClientContext*>(nullptr);
  UpdateReactor::Owner owner{loop_, std::move(on_update), std::move(on_end),
                             [calls = calls_, context] { calls->Remove(*context); }};
  new UpdateReactor(std::move(owner), calls_->channel, &reactor);
  *context = reactor->context();
  calls_->open.insert(*context);
  return std::make_unique<OpenUpdateCall>(std::move(reactor));
}

void DaemonClient::Shutdown(std::function<void()> done) {
  for (grpc::ClientContext* context : calls_->open) context->TryCancel();
  if (calls_->open.empty()) done();
  else calls_->on_empty = std::move(done);
}

}  // namespace deviceauth

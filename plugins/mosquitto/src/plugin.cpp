// The plugin as Mosquitto sees it: its three entry points, and the callbacks that lead to the parts. Always true:
//
// - No exception leaves it; what fails is denied.
// - Only a wrong configuration stops the broker; an absent daemon does not.
// - What the keeper's thread says is applied in the tick, at most a millisecond of it at a time.
//
// Threads: the broker's.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "authentication.h"
#include "authorization.h"
#include "broker_api.h"
#include "client_id_check.h"
#include "grants.h"
#include "handover.h"
#include "log.h"
#include "options.h"
#include "session_keeper.h"
#include "sessions.h"
#include "tls_directory.h"
#include "unknown_issuer.h"
#include "wait_budget.h"

namespace deviceauth {
namespace {

constexpr Milliseconds kTickBudget = 1;
constexpr Milliseconds kInlineWindow = 20;
constexpr Milliseconds kBlockingWindow = 1000;
// A broker that has not ticked for so long after its start does not tick.
constexpr Milliseconds kFirstTickWithin = 3000;
// While the broker's start waits, lines are written so often.
constexpr Milliseconds kLinesEvery = 50;

WaitBudget BudgetFor(const Options& options, const BrokerApi& api) {
  return api.can_delay() ? WaitBudget(options.inline_wait_ms, kInlineWindow)
                         : WaitBudget(options.blocking_wait_ms, kBlockingWindow);
}

// Where the broker's certificate is kept, and whether the broker could start with what is there.
struct TlsStore {
  std::unique_ptr<TlsDirectory> directory;
  bool has_set = false;

  static TlsStore Of(const Options& options) {
    TlsStore store;
    if (options.tls_directory.empty()) return store;
    store.directory = std::make_unique<TlsDirectory>(options.tls_directory, options.keep_crls);
    try {
      store.has_set = store.directory->HasSet();
    } catch (const std::exception& error) {
      Log::WriteOnce(LogLevel::kError, std::string("plugin_opt_tls_dir: ") + error.what());
    }
    return store;
  }
};

// Would a SIGHUP be a reload? Before the broker has said so it would be the end.
bool TakesReloads() {
  struct sigaction action {};
  return sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

class Plugin {
 public:
  Plugin(mosquitto_plugin_id_t* id, Options options, BrokerApi api, TlsStore tls)
      : id_(id),
        options_(std::move(options)),
        api_(api),
        started_at_(SteadyNow()),
        sessions_({[this](Generation generation) { keeper_.Close(generation); },
                   [this](std::vector<std::shared_ptr<const SessionGrants>> grants) { keeper_.Retire(std::move(grants)); }}),
        authorization_(options_, &sessions_, &evaluator_, &log_),
        handover_(api.can_delay()),
        waits_for_tls_(tls.directory != nullptr && !tls.has_set),
        keeper_({options_.socket, options_.pending_max_ms, api.can_delay() ? "mosquitto 2.1" : "mosquitto 2.0",
                 options_.tls_name},
                &handover_, std::move(tls.directory), tls.has_set),
        budget_(BudgetFor(options_, api)),
        client_ids_(&keeper_, &handover_, &budget_, &log_),
        authentication_({options_, api, &sessions_, &evaluator_, &keeper_, &handover_, &log_, &budget_, &client_ids_}) {}

  ~Plugin() { keeper_.Stop(); }

  bool Start(std::string* error) {
    if (!unknown_issuer_.Start(options_.verify_unknown_issuer, error)) return false;
    for (const int event : {MOSQ_EVT_BASIC_AUTH, MOSQ_EVT_ACL_CHECK, MOSQ_EVT_DISCONNECT, MOSQ_EVT_TICK, MOSQ_EVT_RELOAD}) {
      if (Register(event) != MOSQ_ERR_SUCCESS) {
        *error = "the broker does not take callbacks of event " + std::to_string(event);
        return false;
      }
    }
    has_offline_event_ = Register(kEventClientOffline) == MOSQ_ERR_SUCCESS;
    Log::WriteOnce(LogLevel::kInfo, std::string("plugin started: socket ") + options_.socket +
                                        (api_.can_delay() ? ", answers may be delayed" : ", answers are waited for"));
    if (options_.verify_unknown_issuer) {
      Log::WriteOnce(LogLevel::kWarning,
                     "unknown_issuer verify: on every TLS listener of this broker that requires a certificate, one whose "
                     "issuer the broker does not know passes the handshake, and only the daemon decides about it");
    }
    if (waits_for_tls_) WaitForTlsSet();
    return true;
  }

  void Unregister() {
    for (const int event : {MOSQ_EVT_BASIC_AUTH, MOSQ_EVT_ACL_CHECK, MOSQ_EVT_DISCONNECT, MOSQ_EVT_TICK, MOSQ_EVT_RELOAD}) {
      Unregister(event);
    }
    if (has_offline_event_) Unregister(kEventClientOffline);
  }

 private:
  // The broker opens its listeners after its plugins, and ends if a certificate is not there then.
  void WaitForTlsSet() {
    const Milliseconds until = SteadyNow() + options_.tls_wait_ms;
    bool has_set = false;
    Milliseconds left = options_.tls_wait_ms;
    do {
      has_set = keeper_.WaitForTlsSet(std::min(std::max<Milliseconds>(left, 0), kLinesEvery));
      Drain();
      left = until - SteadyNow();
    } while (!has_set && left > 0);
    if (has_set) return;
    Log::WriteOnce(LogLevel::kError, std::string("no server certificate") + (options_.keep_crls ? " with CRLs" : "") +
                                         " from the daemon within " + std::to_string(options_.tls_wait_ms) +
                                         " ms (plugin_opt_tls_wait_ms): listeners that name files of " +
                                         options_.tls_directory + " cannot start. Is the daemon there (deviceauthctl status)?");
  }

  static int OnEvent(int event, void* data, void* userdata) {
    try {
      return static_cast<Plugin*>(userdata)->Handle(event, data);
    } catch (const std::exception& error) {
      Log::WriteOnce(LogLevel::kError, "event " + std::to_string(event) + " failed: " + error.what());
    } catch (...) {
      Log::WriteOnce(LogLevel::kError, "event " + std::to_string(event) + " failed");
    }
    return event == MOSQ_EVT_BASIC_AUTH ? MOSQ_ERR_AUTH : MOSQ_ERR_SUCCESS;
  }

  // By itself, since it comes twice with every message.
  static int OnAclCheck(int, void* data, void* userdata) {
    auto* const plugin = static_cast<Plugin*>(userdata);
    if (!plugin->ticks_ && plugin->handover_.HasMessages() && !plugin->CatchUp()) return MOSQ_ERR_ACL_DENIED;
    return plugin->authorization_.Check(*static_cast<mosquitto_evt_acl_check*>(data));
  }

  static MOSQ_FUNC_generic_callback CallbackOf(int event) { return event == MOSQ_EVT_ACL_CHECK ? OnAclCheck : OnEvent; }
  int Register(int event) { return mosquitto_callback_register(id_, event, CallbackOf(event), nullptr, this); }
  void Unregister(int event) { mosquitto_callback_unregister(id_, event, CallbackOf(event), nullptr); }

  int Handle(int event, void* data) {
    switch (event) {
      case MOSQ_EVT_BASIC_AUTH: return Authenticate(*static_cast<mosquitto_evt_basic_auth*>(data));
      case MOSQ_EVT_DISCONNECT:
      case kEventClientOffline: Disconnected(event, static_cast<mosquitto_evt_disconnect*>(data)->client); break;
      case MOSQ_EVT_TICK: Tick(static_cast<mosquitto_evt_tick*>(data)); break;
      case MOSQ_EVT_RELOAD: authentication_.BeginReload(); break;
      default: break;
    }
    return MOSQ_ERR_SUCCESS;
  }

  int Authenticate(const mosquitto_evt_basic_auth& request) {
    if (!ticks_) {
      DrainWithoutTick();
      if (is_tickless_) {
        sessions_.Tick();
        KickEnded(request.client);
      }
    }
    const int verdict = authentication_.Authenticate(request);
    if (!ticks_) keeper_.Announce();
    return verdict;
  }

  void Disconnected(int event, struct mosquitto* client) {
    const bool delays_wills = mosquitto_client_protocol_version(client) == 5;
    // 2.1 says whether the session stays. Before it, MQTT 5's may.
    const bool stays = has_offline_event_ ? event == kEventClientOffline
                                          : delays_wills || !mosquitto_client_clean_session(client);
    sessions_.Gone(client, stays && delays_wills ? SteadyNow() + options_.will_grace_ms : kLongAgo, stays);
    if (!ticks_) keeper_.Announce();
  }

  void Tick(mosquitto_evt_tick* tick) {
    if (!std::exchange(ticks_, true)) keeper_.BrokerIsUp();
    // On 2.1: as often as the loop turns. Whatever cannot wait wakes it.
    if (api_.can_delay()) tick->next_s = 0;
    authentication_.Tick();
    sessions_.Tick();
    Drain();
    if (sessions_.HasKicks()) KickEnded(nullptr);
    // Whom a kick or a takeover made leave just now: an idle 2.1 may not turn again for seconds.
    sessions_.Tick();
    keeper_.Announce();
    // 2.1 looks for the signal after it has slept, and reads this in milliseconds.
    if (std::exchange(has_signalled_, false)) tick->next_ns = 1;
  }

  void Drain() {
    handover_.Drain(kTickBudget, [this](ToBroker& message) {
      std::visit([this](auto& known) { Take(known); }, message);
    });
  }

  // 2.0.11 with per_listener_settings has no tick: other callbacks must do. Not in the beginning, when the first is still to come.
  void DrainWithoutTick() {
    if (SteadyNow() - started_at_ < kFirstTickWithin) return;
    if (!is_tickless_) {
      is_tickless_ = true;
      keeper_.BrokerIsUp();
      Log::WriteOnce(LogLevel::kWarning,
                     "this broker does not tick (per_listener_settings true on Mosquitto before 2.0.12): changes and "
                     "revocations hold from the next message on, but a revoked client is disconnected only when another "
                     "connects; set per_listener_settings false");
    }
    Drain();
  }

  // False: it failed, and what changed is not known.
  [[gnu::noinline]] bool CatchUp() noexcept {
    try {
      DrainWithoutTick();
      return true;
    } catch (...) {
      return false;
    }
  }

  void Take(Answered& message) { authentication_.TakeAnswer(message.generation, std::move(message.answer)); }
  void Take(GrantsChanged& message) { sessions_.Change(message.generation, std::move(message.grants)); }
  void Take(Leased& message) { sessions_.SetLease(message.generation, message.lease); }
  void Take(Adopted& message) { sessions_.Adopt(message.generation, message.lifeline); }
  void Take(Heard& message) {
    message.lifeline->heard_at = message.heard_at;
    message.lifeline->deadline = message.deadline;
  }
  void Take(Ended& message) {
    const Session* session = sessions_.End(message.generation, message.cause);
    if (session == nullptr) return;
    log_.Write(LogLevel::kNotice, "ended",
               "session of client " + Quoted(session->client_id) + " ended: " + Name(message.cause) + " (certificate " +
                   session->fingerprint.Hex().substr(0, 16) + ", correlation " + message.correlation_id + ")");
  }
  void Take(LogLine& message) { log_.Write(message.level, message.topic, message.text); }
  // On this thread, and so never in the middle of a reload, which would forget it.
  void Take(ReloadDue&) {
    if (!TakesReloads()) {
      log_.Write(LogLevel::kError, "certificate", "this broker does not take SIGHUP: restart it to have it read its certificate");
    } else if (kill(getpid(), SIGHUP) == 0) {
      has_signalled_ = true;
    }
  }

  // `asking`: the client whose callback this is, which must not be freed in it.
  void KickEnded(const struct mosquitto* asking) {
    const std::vector<Sessions::Kick> kicks = sessions_.TakeKicks();
    for (const Sessions::Kick& kick : kicks) {
      const Session* session = sessions_.Confirm(kick);
      if (session == nullptr || kick.client == asking) continue;
      const std::string client_id = session->client_id;
      const char* id = mosquitto_client_id(kick.client);
      if (id == nullptr || client_id != id) continue;
      if (api_.client != nullptr && api_.client(id) != kick.client) continue;
      authorization_.SetKicking(session);
      // Without its will: the session is void.
      mosquitto_kick_client_by_clientid(client_id.c_str(), false);
      authorization_.SetKicking(nullptr);
    }
  }

  mosquitto_plugin_id_t* const id_;
  const Options options_;
  const BrokerApi api_;
  const Milliseconds started_at_;
  bool has_offline_event_ = false;
  bool ticks_ = false;
  bool is_tickless_ = false;
  bool has_signalled_ = false;
  Log log_;
  Evaluator evaluator_;
  UnknownIssuer unknown_issuer_;
  Sessions sessions_;
  Authorization authorization_;
  Handover handover_;
  const bool waits_for_tls_;
  SessionKeeper keeper_;
  WaitBudget budget_;
  ClientIdCheck client_ids_;
  Authentication authentication_;
};

bool ReadOptions(const mosquitto_opt* lines, int count, Options* options, std::string* error) {
  std::vector<Options::Line> read;
  for (int i = 0; i < count; i++) {
    read.push_back({lines[i].key == nullptr ? "" : lines[i].key, lines[i].value == nullptr ? "" : lines[i].value});
  }
  return Options::Parse(read, options, error);
}

int Initialise(mosquitto_plugin_id_t* id, void** userdata, const mosquitto_opt* lines, int count) {
  Options options;
  std::string error;
  if (!ReadOptions(lines, count, &options, &error)) {
    Log::WriteOnce(LogLevel::kError, error);
    return MOSQ_ERR_INVAL;
  }
  TlsStore tls = TlsStore::Of(options);
  auto plugin = std::make_unique<Plugin>(id, std::move(options), BrokerApi::Look(), std::move(tls));
  if (!plugin->Start(&error)) {
    Log::WriteOnce(LogLevel::kError, error);
    return MOSQ_ERR_INVAL;
  }
  *userdata = plugin.release();
  return MOSQ_ERR_SUCCESS;
}

}  // namespace
}  // namespace deviceauth

extern "C" {

__attribute__((visibility("default"))) int mosquitto_plugin_version(int count, const int* versions) {
  for (int i = 0; i < count; i++) {
    if (versions[i] == MOSQ_PLUGIN_VERSION) return MOSQ_PLUGIN_VERSION;
  }
  return -1;
}

__attribute__((visibility("default"))) int mosquitto_plugin_init(mosquitto_plugin_id_t* identifier, void** userdata,
                                                                 struct mosquitto_opt* options, int option_count) {
  try {
    return deviceauth::Initialise(identifier, userdata, options, option_count);
  } catch (const std::exception& error) {
    deviceauth::Log::WriteOnce(deviceauth::LogLevel::kError, std::string("the plugin cannot start: ") + error.what());
    return MOSQ_ERR_UNKNOWN;
  }
}

__attribute__((visibility("default"))) int mosquitto_plugin_cleanup(void* userdata, struct mosquitto_opt*, int) {
  auto* plugin = static_cast<deviceauth::Plugin*>(userdata);
  if (plugin == nullptr) return MOSQ_ERR_SUCCESS;
  try {
    plugin->Unregister();
    delete plugin;
  } catch (...) {
    // The broker ends.
  }
  return MOSQ_ERR_SUCCESS;
}
}

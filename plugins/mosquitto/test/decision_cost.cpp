// What a message costs the plugin: one WRITE and one READ check, through the broker's callback, for the policies that
// bench/mosquitto/decision-cost reports. Topics are 1,000 distinct ones of 40 bytes in five levels, asked in turn.
//
// Under callgrind each case ends with a dump that carries its name, of `messages` times 1,000 topics; otherwise the time is
// printed. A decision that is not the expected one ends it with status 1.
#include <openssl/evp.h>
#include <valgrind/callgrind.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "authorization.h"
#include "broker_api.h"
#include "deviceauth/v1/device_auth.pb.h"
#include "grant_set_unions.h"
#include "grants.h"
#include "log.h"
#include "options.h"
#include "sessions.h"

// The broker, as far as a check can see it.
struct mosquitto {
  const char* id;
};
extern "C" {
const char* mosquitto_client_id(const struct mosquitto* client) { return client->id; }
const char* mosquitto_client_address(const struct mosquitto*) { return "127.0.0.1"; }
int mosquitto_client_protocol_version(const struct mosquitto*) { return 4; }
void* mosquitto_client_certificate(const struct mosquitto*) { return nullptr; }
void mosquitto_log_printf(int, const char*, ...) {}
}

namespace {

using namespace deviceauth;
namespace wire = ::deviceauth::v1;

constexpr int kTopics = 1000;
constexpr const char* kThing = "thing-0001";
constexpr const char* kVariable = "${iot:Connection.Thing.ThingName}";

using Statement = std::vector<std::string>;
// Of each grant set its statements, each a list of topics or patterns of topics.
using Policies = std::vector<std::vector<Statement>>;

std::string Number(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d", number);
  return text;
}

// `first`: its first level, or two.
std::string Topic(const std::string& first, int number) {
  const std::string n = Number(number);
  std::string text = first + "/b" + n + "/c" + n;
  if (first.find('/') == std::string::npos) text += "/d" + n;
  text += '/';
  return text + std::string(36 - text.size(), 'e') + n;
}

// As the daemon compiles a policy of the device groups: every operation with every resource. Each resource is there as a
// topic, to publish, and as a filter, to be sent.
std::shared_ptr<const GrantSet> Compile(const std::vector<Statement>& statements) {
  wire::GrantSet set;
  set.set_format(1);
  set.set_request_rule(wire::REQUEST_RULE_DEVICE_GROUPS);
  set.set_delivery_rule(wire::DELIVERY_RULE_FROM_SUBSCRIBE);
  for (const Statement& statement : statements) {
    for (const char* operation : {"mqtt:connect", "mqtt:subscribe", "mqtt:unsubscribe", "mqtt:other", "mqtt:publish"}) {
      for (const std::string& resource : statement) {
        for (const char* type : {"mqtt:topic:", "mqtt:topicfilter:"}) {
          wire::Grant& grant = *set.add_grants();
          grant.set_effect(wire::ALLOW);
          grant.set_operation(operation);
          grant.set_resource(type + resource);
        }
      }
    }
  }
  const std::string bytes = set.SerializeAsString();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  std::string id;
  for (unsigned int i = 0; i < size; i++) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", digest[i]);
    id += hex;
  }
  std::string error;
  return GrantSet::Parse(id, bytes, &error);
}

using Resource = std::function<std::string(int number)>;

// One policy of 50 statements of one resource each; the last statement is `last`.
Policies Fifty(const Resource& resource, const Statement& last) {
  std::vector<Statement> statements;
  for (int i = 0; i < 49; i++) statements.push_back({resource(i)});
  statements.push_back(last);
  return {statements};
}

// 10 policies of 20 statements of 5 resources each; the last resources of the last statement are `last`.
Policies Ten(const Resource& resource, const Statement& last) {
  Policies policies;
  for (int policy = 0; policy < 10; policy++) {
    std::vector<Statement>& statements = policies.emplace_back();
    for (int statement = 0; statement < 20; statement++) {
      Statement& resources = statements.emplace_back();
      for (int i = 0; i < 5; i++) resources.push_back(resource(100 * policy + 5 * statement + i));
    }
  }
  policies.back().back() = last;
  return policies;
}

struct Asking {
  Authorization* authorization;
  bool wrong = false;
};

// What the broker calls.
int OnAclCheck(int, void* data, void* userdata) {
  return static_cast<Asking*>(userdata)->authorization->Check(*static_cast<mosquitto_evt_acl_check*>(data));
}
int OnNothing(int, void*, void*) { return MOSQ_ERR_SUCCESS; }
using Callback = int (*)(int, void*, void*);

class Measurement {
 public:
  explicit Measurement(int messages) : messages_(messages), authorization_(options_, &sessions_, &evaluator_, &log_) {
    for (int i = 0; i < 1000; i++) clients_.push_back({kThing});
  }

  void Run(const std::string& name, const Policies& policies, const std::string& first, bool allowed = true,
           bool apart = false) {
    std::vector<std::shared_ptr<const GrantSet>> sets;
    for (const std::vector<Statement>& policy : policies) sets.push_back(Compile(policy));
    struct mosquitto* const client = &clients_[next_++];
    auto session = std::make_unique<Session>();
    session->generation = next_;
    session->client_id = kThing;
    session->grants = std::make_shared<const SessionGrants>(
        apart ? std::move(sets) : unions_.Of(std::move(sets)), std::vector<Variable>{{"iot:Connection.Thing.ThingName", kThing}});
    session->lease.certificate_deadline = kNever;
    session->lease.lifeline = lifeline_;
    session->use = std::make_shared<Use>();
    sessions_.Bind(client, sessions_.Add(std::move(session)));
    std::vector<std::string> topics;
    for (int i = 0; i < kTopics; i++) topics.push_back(Topic(first, i));
    Measure(name, client, topics, OnAclCheck, allowed ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ACL_DENIED);
  }

  void RunNothing() { Measure("an empty callback", &clients_[0], {Topic("a", 1)}, OnNothing, MOSQ_ERR_SUCCESS); }

  bool wrong() const { return wrong_; }

 private:
  void Measure(const std::string& name, struct mosquitto* client, const std::vector<std::string>& topics,
               Callback called, int expected) {
    // As the broker does: through a pointer it was given.
    Callback volatile callback = called;
    Asking asking{&authorization_};
    mosquitto_evt_acl_check check{};
    check.client = client;
    const int rounds = messages_ * kTopics / static_cast<int>(topics.size());
    const auto ask = [&](int times) {
      int others = 0;
      for (int round = 0; round < times; round++) {
        for (const std::string& topic : topics) {
          check.topic = topic.c_str();
          check.access = MOSQ_ACL_WRITE;
          others += callback(MOSQ_EVT_ACL_CHECK, &check, &asking) != expected;
          check.access = MOSQ_ACL_READ;
          others += callback(MOSQ_EVT_ACL_CHECK, &check, &asking) != expected;
        }
      }
      return others;
    };
    int others = ask(1);
    CALLGRIND_ZERO_STATS;
    const auto start = std::chrono::steady_clock::now();
    others += ask(rounds);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    CALLGRIND_DUMP_STATS_AT(name.c_str());
    if (!RUNNING_ON_VALGRIND) std::printf("%-60s %8.1f ns\n", name.c_str(), spent.count() / (messages_ * kTopics));
    if (others == 0) return;
    std::fprintf(stderr, "%s: %d decisions are not the expected ones\n", name.c_str(), others);
    wrong_ = true;
  }

  const int messages_;
  bool wrong_ = false;
  Options options_;
  Sessions sessions_{{[](Generation) {}, [](std::vector<std::shared_ptr<const SessionGrants>>) {}}};
  Evaluator evaluator_;
  GrantSetUnions unions_;
  Log log_;
  Authorization authorization_;
  // The update stream is there.
  const std::shared_ptr<const Lifeline> lifeline_ = std::make_shared<const Lifeline>(Lifeline{0, kNever});
  std::vector<struct mosquitto> clients_;
  std::size_t next_ = 1;
};

}  // namespace

int main(int count, char** arguments) {
  Measurement measurement(count > 1 ? std::atoi(arguments[1]) : 10);
  const std::string variable = kVariable;
  Statement all;
  for (int i = 0; i < kTopics; i++) all.push_back(Topic("a1234", i));
  const Resource literal = [](int i) { return Topic("n5555", i); };
  const Resource prefix = [](int i) { return Topic("n5555", i).substr(0, 12) + "/*"; };
  const Resource cut = [](int i) { return Topic("n5555", i).substr(0, 20 + i % 8) + "*"; };
  const Resource inner = [](int i) { return Topic("n5555", i).substr(0, 12) + "/+/" + std::to_string(i) + "/*"; };
  const Resource of_thing = [&](int i) { return "kind" + Number(i) + "/" + variable + "/*"; };
  const Resource under_devices = [&](int i) { return "devices/" + variable + "/x" + Number(i) + "/*"; };

  measurement.RunNothing();
  measurement.Run("50 statements, literals", Fifty(literal, all), "a1234");
  measurement.Run("50 statements, prefix/*", Fifty(prefix, {"a1234/*"}), "a1234");
  measurement.Run("50 statements, devices/${thing}/*, 49 prefixes before", Fifty(prefix, {"devices/" + variable + "/*"}),
                  "devices/thing-0001");
  measurement.Run("50 statements, each kind/${thing}/*", Fifty(of_thing, {"devices/" + variable + "/*"}),
                  "devices/thing-0001");
  measurement.Run("50 statements, devices/${thing}/x/*", Fifty(under_devices, {"devices/" + variable + "/b*"}),
                  "devices/thing-0001");
  measurement.Run("50 statements, ${thing}/*", Fifty(prefix, {variable + "/*"}), kThing);
  measurement.Run("10 groups, literals", Ten(literal, all), "a1234");
  measurement.Run("10 groups, prefix/*", Ten(prefix, {"a1234/*"}), "a1234");
  measurement.Run("10 groups, cut*", Ten(cut, {"a1234/*"}), "a1234");
  measurement.Run("10 groups, x/+/y/*", Ten(inner, {"a1234/*"}), "a1234");
  measurement.Run("10 groups, each kind/${thing}/*", Ten(of_thing, {"devices/" + variable + "/*"}),
                  "devices/thing-0001");
  measurement.Run("10 groups, prefix/*, none matches", Ten(prefix, {"a1234/*"}), "z9876", false);
  measurement.Run("10 groups, prefix/*, as sets apart", Ten(prefix, {"a1234/*"}), "a1234", true, true);
  measurement.Run("10 groups, kind/${thing}/*, as sets apart", Ten(of_thing, {"devices/" + variable + "/*"}),
                  "devices/thing-0001", true, true);
  return measurement.wrong() ? 1 : 0;
}

// Decides what it reads on standard input, so that test/plugins/mosquitto/evaluator.test.ts can hold this evaluator to the
// daemon's. `evaluate [times]`: each decision is made so many times (default 2), all alike, and none but the first
// may allocate; otherwise it says so and ends with status 1.
//
// What the broker asks of topics is decided as it asks it, too, and everything once more by the sets as one, where they can be:
// all must agree.
//
// A record is a letter and what belongs to it; numbers are 32 bits, little-endian; a text is its size and its bytes.
//   C                                        forget the sets
//   S id bytes                               parse a set; answered by "set" or "no set: ..."
//   G count set... count (name value)...     what the following decisions are asked of; sets by number
//   D operation prefix rest                  answered by the decision
//   T operation topic                        answered by "sure" if the topic is surely allowed without asking further, or
//                                            "not sure"
//   U count set...                           answered by "one" if the sets are used as one from now on, or "apart"
//   F filter                                 answered by where the inner filter begins, or "none"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "grant_set_unions.h"
#include "grants.h"

namespace {

std::size_t allocations = 0;

void* Allocate(std::size_t size) {
  allocations++;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using deviceauth::Decision;
using deviceauth::GrantSet;
using deviceauth::SessionGrants;
using deviceauth::TopicUse;
using deviceauth::Variables;

constexpr std::string_view kTopic = "mqtt:topic:";

const char* NameOf(Decision decision) {
  switch (decision) {
    case Decision::kAllowed:
      return "ALLOWED";
    case Decision::kExplicitDeny:
      return "EXPLICIT_DENY";
    case Decision::kImplicitDeny:
      return "IMPLICIT_DENY";
    case Decision::kMalformedOperation:
      return "MALFORMED_OPERATION";
    case Decision::kMalformedResource:
      return "MALFORMED_RESOURCE";
    case Decision::kServiceMismatch:
      return "SERVICE_MISMATCH";
    case Decision::kTooCostly:
      return "TOO_COSTLY";
  }
  return "?";
}

// Memory of exactly the text's size, so that a sanitizer sees whoever reads beyond it.
class Text {
 public:
  explicit Text(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    if (!text.empty()) text.copy(bytes_.get(), text.size());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

class Records {
 public:
  explicit Records(std::string bytes) : bytes_(std::move(bytes)) {}

  bool AtEnd() const { return at_ == bytes_.size(); }
  char Letter() { return Take(1)[0]; }
  std::uint32_t Number() {
    const std::string_view taken = Take(4);
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; i++) {
      number |= static_cast<std::uint32_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    }
    return number;
  }
  std::string_view Bytes() { return Take(Number()); }

 private:
  std::string_view Take(std::size_t size) {
    if (bytes_.size() - at_ < size) {
      std::cerr << "a record is cut off\n";
      std::exit(2);
    }
    at_ += size;
    return std::string_view(bytes_).substr(at_ - size, size);
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

class Driver {
 public:
  explicit Driver(int times) : times_(times) {}

  void Run(Records* records) {
    while (!records->AtEnd()) {
      switch (records->Letter()) {
        case 'C':
          sets_.clear();
          in_use_.clear();
          grants_.reset();
          united_.reset();
          break;
        case 'S':
          Parse(records);
          break;
        case 'G':
          Assemble(records);
          break;
        case 'D':
          Decide(records);
          break;
        case 'T':
          Sure(records);
          break;
        case 'U':
          Unite(records);
          break;
        case 'F':
          Inner(records);
          break;
        default:
          std::cerr << "not a record\n";
          std::exit(2);
      }
    }
  }

  int status() const { return status_; }

 private:
  void Parse(Records* records) {
    const std::string_view id = records->Bytes();
    const Text bytes(records->Bytes());
    std::string error;
    sets_.push_back(GrantSet::Parse(id, bytes.view(), &error));
    if (sets_.back() == nullptr) {
      std::cout << "no set: " << error << '\n';
    } else {
      std::cout << (sets_.back()->id() == id ? "set\n" : "no set: another id\n");
    }
  }

  void Assemble(Records* records) {
    std::vector<std::shared_ptr<const GrantSet>> sets;
    for (std::uint32_t count = records->Number(); count > 0; count--) sets.push_back(sets_.at(records->Number()));
    Variables variables;
    for (std::uint32_t count = records->Number(); count > 0; count--) {
      const std::string_view name = records->Bytes();
      variables.push_back({std::string(name), std::string(records->Bytes())});
    }
    const std::shared_ptr<const GrantSet> one = GrantSet::Unite(sets, 1'000'000);
    united_ = one == nullptr ? nullptr : std::make_unique<SessionGrants>(std::vector{one}, variables);
    grants_ = std::make_unique<SessionGrants>(std::move(sets), std::move(variables));
  }

  void Decide(Records* records) {
    const Text operation(records->Bytes());
    const Text prefix(records->Bytes());
    const Text rest(records->Bytes());
    const auto decide = [&](const SessionGrants& grants) {
      return evaluator_.Evaluate(grants, operation.view(), prefix.view(), rest.view());
    };
    const Decision decision = decide(*grants_);
    if (united_ != nullptr && Differ(decide(*united_), decision)) Complain("another decision by the sets as one");
    const std::string resource = std::string(prefix.view()) + std::string(rest.view());
    const bool on_topic = resource.substr(0, kTopic.size()) == kTopic;
    const Text topic(on_topic ? std::string_view(resource).substr(kTopic.size()) : std::string_view());
    const std::size_t before = allocations;
    for (int i = 1; i < times_; i++) {
      if (decide(*grants_) != decision) Complain("another decision the next time");
      for (const auto* grants : {&grants_, &united_}) {
        if (!on_topic || *grants == nullptr) continue;
        if (Differ(DecideTopic(**grants, operation.view(), topic.view(), decision), decision)) {
          Complain("another decision about the topic");
        }
      }
    }
    if (allocations != before) Complain("a decision allocated");
    std::cout << NameOf(decision) << '\n';
  }

  // The same may be found at less cost.
  static bool Differ(Decision a, Decision b) {
    return a != b && a != Decision::kTooCostly && b != Decision::kTooCostly;
  }

  // As the plugin decides about topics; `otherwise` of other operations.
  Decision DecideTopic(const SessionGrants& grants, std::string_view operation, std::string_view topic,
                       Decision otherwise) {
    if (operation != "mqtt:publish" && operation != "mqtt:receive") return otherwise;
    const TopicUse use = operation == "mqtt:publish" ? TopicUse::kPublish : TopicUse::kDelivery;
    if (grants.topics().SurelyAllowsAlone(use, topic)) return Decision::kAllowed;
    return evaluator_.EvaluateTopic(grants, use, topic);
  }

  void Unite(Records* records) {
    std::vector<std::shared_ptr<const GrantSet>> sets;
    for (std::uint32_t count = records->Number(); count > 0; count--) sets.push_back(sets_.at(records->Number()));
    in_use_.push_back(unions_.Of(std::move(sets)));
    std::cout << (in_use_.back().size() == 1 ? "one\n" : "apart\n");
  }

  void Sure(Records* records) {
    const TopicUse use = records->Bytes() == "mqtt:publish" ? TopicUse::kPublish : TopicUse::kDelivery;
    const Text topic(records->Bytes());
    std::cout << (grants_->topics().SurelyAllow(use, topic.view()) ? "sure\n" : "not sure\n");
  }

  void Inner(Records* records) {
    const Text filter(records->Bytes());
    std::string_view inner;
    if (deviceauth::InnerFilter(filter.view(), &inner)) {
      std::cout << filter.view().size() - inner.size() << '\n';
    } else {
      std::cout << "none\n";
    }
  }

  void Complain(const char* what) {
    std::cerr << what << '\n';
    status_ = 1;
  }

  int times_;
  int status_ = 0;
  std::vector<std::shared_ptr<const GrantSet>> sets_;
  deviceauth::GrantSetUnions unions_;
  std::vector<std::vector<std::shared_ptr<const GrantSet>>> in_use_;
  std::unique_ptr<SessionGrants> grants_;
  // None: the sets cannot be one.
  std::unique_ptr<SessionGrants> united_;
  deviceauth::Evaluator evaluator_;
};

}  // namespace

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  Records records(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  Driver driver(count > 1 ? std::atoi(arguments[1]) : 2);
  driver.Run(&records);
  return driver.status();
}

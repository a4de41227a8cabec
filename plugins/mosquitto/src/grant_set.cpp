// Checks that the bytes of a set are what its id says, parses and indexes them; and makes one set of several.
#include "grant_set.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <openssl/evp.h>

#include <climits>
#include <cstdint>
#include <exception>

#include "bounds.h"
#include "deviceauth/v1/device_auth.pb.h"

namespace deviceauth {
namespace {

namespace wire = ::deviceauth::v1;

constexpr unsigned kFormat = 1;
// Bytes of larger sets are not kept.
constexpr std::size_t kMostKept = 2 << 20;

// Lower-case hex; empty if it cannot be computed.
std::string Sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) return {};
  std::string hex;
  for (unsigned int i = 0; i < size; i++) {
    hex.push_back("0123456789abcdef"[digest[i] >> 4]);
    hex.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return hex;
}

// Before they are parsed, which takes many times their bytes.
int CountGrants(std::string_view bytes) {
  using google::protobuf::internal::WireFormatLite;
  constexpr std::uint32_t kTag =
      WireFormatLite::MakeTag(wire::GrantSet::kGrantsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                               static_cast<int>(bytes.size()));
  int grants = 0;
  while (const std::uint32_t tag = input.ReadTag()) {
    if (tag == kTag) grants++;
    if (!WireFormatLite::SkipField(&input, tag)) break;
  }
  return grants;
}

void Add(const wire::GrantSet& set, GrantIndex* index) {
  for (const wire::Grant& grant : set.grants()) {
    if (index->denies_everything()) return;
    index->Add(grant.effect() == wire::ALLOW, grant.operation(), grant.resource());
  }
}

std::shared_ptr<IndexedGrantSet> Index(std::string_view id, const wire::GrantSet& set) {
  auto indexed = std::make_shared<IndexedGrantSet>(id);
  GrantIndex& index = indexed->index_to_fill();
  const bool wide = set.request_rule() == wire::REQUEST_RULE_IOT_POLICY;
  const bool derived = set.delivery_rule() == wire::DELIVERY_RULE_FROM_SUBSCRIBE;
  index.SetRules(wide ? RequestRule::kIotPolicy : RequestRule::kDeviceGroups,
                 derived ? DeliveryRule::kFromSubscribe : DeliveryRule::kExplicit);
  if (set.format() != kFormat || (!wide && set.request_rule() != wire::REQUEST_RULE_DEVICE_GROUPS) ||
      (!derived && set.delivery_rule() != wire::DELIVERY_RULE_EXPLICIT)) {
    index.DenyEverything();
  }
  Add(set, &index);
  index.Freeze();
  indexed->SetSize(static_cast<std::size_t>(set.grants_size()));
  return indexed;
}

}  // namespace

std::shared_ptr<const GrantSet> GrantSet::Parse(std::string_view id, std::string_view bytes, std::string* error) {
  try {
    if (const std::string actual = Sha256(bytes); actual.empty() || actual != id) {
      *error = "the SHA-256 of its bytes is " + (actual.empty() ? "unknown" : actual);
      return nullptr;
    }
    if (bytes.size() <= INT_MAX && CountGrants(bytes) > kMostGrantsOfASet) {
      *error = "more than " + std::to_string(kMostGrantsOfASet) + " grants";
      return nullptr;
    }
    wire::GrantSet set;
    if (bytes.size() > INT_MAX || !set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      *error = "not a GrantSet";
      return nullptr;
    }
    const std::shared_ptr<IndexedGrantSet> indexed = Index(id, set);
    if (bytes.size() <= kMostKept) indexed->Keep(bytes);
    return indexed;
  } catch (const std::exception& problem) {
    *error = problem.what();
    return nullptr;
  }
}

std::shared_ptr<const GrantSet> GrantSet::Unite(const std::vector<std::shared_ptr<const GrantSet>>& sets,
                                                std::size_t most) {
  if (sets.empty() || sets.front() == nullptr) return nullptr;
  const GrantIndex& first = static_cast<const IndexedGrantSet&>(*sets.front()).index();
  std::size_t size = 0;
  for (const auto& set : sets) {
    if (set == nullptr) return nullptr;
    const auto& indexed = static_cast<const IndexedGrantSet&>(*set);
    const GrantIndex& index = indexed.index();
    size += indexed.size();
    if (index.denies_everything() || indexed.bytes().empty() || size > most ||
        index.request_rule() != first.request_rule() || index.delivery_rule() != first.delivery_rule()) {
      return nullptr;
    }
  }
  auto united = std::make_shared<IndexedGrantSet>("");
  try {
    GrantIndex& index = united->index_to_fill();
    index.SetRules(first.request_rule(), first.delivery_rule());
    for (const auto& set : sets) {
      const std::string& bytes = static_cast<const IndexedGrantSet&>(*set).bytes();
      wire::GrantSet parsed;
      if (!parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return nullptr;
      Add(parsed, &index);
    }
    index.Freeze();
  } catch (const std::exception&) {
    return nullptr;
  }
  united->SetSize(size);
  return united;
}

}  // namespace deviceauth

// Checks that the bytes of a set are what its id says, parses and indexes them.
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

std::shared_ptr<const GrantSet> Index(std::string_view id, const wire::GrantSet& set) {
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
  for (const wire::Grant& grant : set.grants()) {
    if (index.denies_everything()) break;
    index.Add(grant.effect() == wire::ALLOW, grant.operation(), grant.resource());
  }
  index.Freeze();
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
    return Index(id, set);
  } catch (const std::exception& problem) {
    *error = problem.what();
    return nullptr;
  }
}

}  // namespace deviceauth

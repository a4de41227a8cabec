#include "session_topics.h"

#include <string>

#include "grant_set.h"

namespace deviceauth {
namespace {

// Bytes of a topic that all sets together may read, at most; a topic is read as far as there are patterns.
constexpr std::size_t kMostRead = 1'000'000;

// Null: it denies everything.
const TopicGrants* TopicsOf(const std::shared_ptr<const GrantSet>& set) {
  if (set == nullptr) return nullptr;
  const GrantIndex& index = static_cast<const IndexedGrantSet&>(*set).index();
  return index.denies_everything() ? nullptr : &index.topics();
}

}  // namespace

SessionTopics::SessionTopics(const std::vector<std::shared_ptr<const GrantSet>>& sets, const Variables& variables) {
  std::size_t names = 0;
  for (const auto& set : sets) {
    const TopicGrants* const topics = TopicsOf(set);
    if (topics == nullptr) return;
    names += topics->names().size();
  }
  Part* const publish = &parts_[static_cast<std::size_t>(TopicUse::kPublish)];
  Part* const delivery = &parts_[static_cast<std::size_t>(TopicUse::kDelivery)];
  // Parts point into it: it must not grow.
  values_.reserve(names);
  for (const auto& set : sets) {
    const TopicGrants& topics = *TopicsOf(set);
    const TopicValue* const values = values_.data() + values_.size();
    for (const std::string& name : topics.names()) {
      const std::string* const value = ValueOf(variables, name);
      values_.push_back(value == nullptr ? TopicValue() : TopicValue(*value));
    }
    const auto ask = [values](const TopicGrants::Part& of, Part* part) {
      if (!of.allowed.empty()) part->allowed.push_back({&of.allowed, values});
      if (!of.denied.empty()) part->denied.push_back({&of.denied, values});
    };
    ask(topics.Of(TopicMatter::kPublish), publish);
    ask(topics.Of(TopicMatter::kReceive), delivery);
    ask(topics.Of(TopicMatter::kCover), delivery);
  }
  // Where a deny is not known in full, nothing is sure.
  for (const auto& set : sets) {
    const TopicGrants& topics = *TopicsOf(set);
    if (topics.Of(TopicMatter::kPublish).denies_more) publish->allowed.clear();
    if (topics.Of(TopicMatter::kReceive).denies_more) delivery->allowed.clear();
    if (topics.Of(TopicMatter::kCover).denies_more) delivery->allowed.clear();
  }
  // Nor where there is too much to read: the Evaluator knows when to give up.
  for (Part& part : parts_) {
    std::size_t read = 0;
    for (const std::vector<Asked>* all : {&part.allowed, &part.denied}) {
      for (const Asked& asked : *all) read += asked.index->longest();
    }
    if (read > kMostRead) part.allowed.clear();
    if (part.allowed.size() == 1 && part.denied.empty()) part.alone = part.allowed.front();
  }
}

bool SessionTopics::SurelyAllow(TopicUse use, std::string_view topic) const noexcept {
  const Part& part = parts_[static_cast<std::size_t>(use)];
  if (part.allowed.empty() || !IsOrdinary(topic)) return false;
  const std::uint64_t hash = Hash(topic);
  for (const Asked& asked : part.denied) {
    if (asked.index->AskOrdinary(topic, hash, asked.values) != TopicIndex::Answer::kNo) return false;
  }
  for (const Asked& asked : part.allowed) {
    if (asked.index->AskOrdinary(topic, hash, asked.values) == TopicIndex::Answer::kYes) return true;
  }
  return false;
}

}  // namespace deviceauth

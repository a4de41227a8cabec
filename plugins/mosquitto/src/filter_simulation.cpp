// The simulation, step by step. See filter_simulation.h.
#include "filter_simulation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "well_formed.h"

namespace deviceauth {
namespace {

constexpr std::int32_t kStar = -1;
constexpr std::int32_t kAny = -2;

// Steps of work.
constexpr std::size_t kPatternSteps = 12;
constexpr std::size_t kTokenSteps = 4;
constexpr std::size_t kVariableSteps = 4;
constexpr std::size_t kCharacterSteps = 8;
constexpr std::size_t kPlaceSteps = 4;

// In a pattern it may be, or end, something else than itself; in a filter it is no character of the topic.
bool IsSpecial(char c) noexcept {
  return c == '*' || c == '?' || c == '\\' || c == '$' || c == '}' || c == '+' || c == '#';
}

}  // namespace

void FilterSimulation::Places::Reserve(std::size_t places) {
  if (list.size() >= places) return;
  list.resize(2 * places);
  marks.assign(2 * places, 0);
  bytes.resize(2 * places);
  stamp = 0;
}

void FilterSimulation::Places::Clear() noexcept {
  size = 0;
  if (++stamp == 0) {
    std::fill(marks.begin(), marks.end(), 0);
    stamp = 1;
  }
}

void FilterSimulation::Places::Add(const std::vector<std::int32_t>& tokens, std::size_t count, std::size_t first,
                                   std::uint32_t least) noexcept {
  // A star may match nothing, so the place behind it is reached too.
  for (std::size_t place = first;; place++) {
    if (marks[place] != stamp) {
      marks[place] = stamp;
      bytes[place] = least;
      list[size++] = static_cast<std::uint32_t>(place);
    } else if (least < bytes[place]) {
      bytes[place] = least;
    } else {
      return;
    }
    if (place == count || tokens[place] != kStar) return;
  }
}

bool FilterSimulation::Covers(const RequestText& request, std::size_t start, std::string_view pattern,
                              std::string_view before, const Variables& variables, bool any_character) {
  const std::size_t size = request.topic_size();
  if (request.share_goes_on() || (request.share() && start > 0)) return false;
  if (!MayCover(request, start, pattern, before) || !Expand(pattern, variables)) return false;
  for (Places& places : sets_) places.Reserve(count_ + 1);
  here_->Clear();
  here_->Add(tokens_, count_, 0, 0);
  for (const char c : before) Step(c, 0);
  for (std::size_t level = start; level <= size;) {
    if (here_->size == 0) return false;
    const std::size_t end = request.LevelEnd(level);
    after_plus_->Clear();
    if (level > 0 || !request.dollar()) {
      if (Accepts('#')) return true;
      Into(after_plus_, '+', 1);
    }
    if (any_character || request.IsPlain(level, end)) {
      const char* at = request.topic() + level;
      const char* const stop = request.topic() + end;
      while (at != stop && here_->size > 0) {
        const char* const from = at;
        const std::uint32_t code = Decode(&at);
        Step(static_cast<std::int32_t>(code), static_cast<std::uint32_t>(at - from));
      }
    } else {
      here_->Clear();
    }
    for (std::size_t i = 0; i < after_plus_->size; i++) {
      const std::uint32_t place = after_plus_->list[i];
      here_->Add(tokens_, count_, place, after_plus_->bytes[place]);
    }
    if (end == size) {
      if (here_->Has(count_)) return true;
      if (request.share()) return false;
    }
    Step('/', 1);
    level = end + 1;
  }
  return Accepts('#');
}

// False: no filter that covers the topic begins, or none ends, as the pattern does. Text of a filter without `+` and `#` is
// text of the topic, or ends with the slash before a `#`.
bool FilterSimulation::MayCover(const RequestText& request, std::size_t start, std::string_view pattern,
                                std::string_view before) {
  work_->Spend(kPatternSteps);
  const char* const topic = request.topic() + std::min(start, request.topic_size());
  const auto size = static_cast<std::size_t>(request.topic() + request.topic_size() - topic);
  if (pattern.substr(0, before.size()) == before) {
    const std::string_view lead = pattern.substr(before.size());
    std::size_t i = 0;
    while (i < lead.size() && i < size && lead[i] == topic[i] && !IsSpecial(lead[i])) i++;
    work_->Spend(i);
    // The topic's own end, or with a slash behind it; beyond that end there is no slash any more.
    const bool at_end = i == size && start <= request.topic_size() && i < lead.size() && lead[i] == '/';
    if (at_end) i++;
    if (i < lead.size() && !IsSpecial(lead[i])) return false;
  }
  std::size_t i = 0;
  while (i < pattern.size() && i < size && pattern[pattern.size() - 1 - i] == topic[size - 1 - i] &&
         !IsSpecial(pattern[pattern.size() - 1 - i])) {
    i++;
  }
  work_->Spend(i);
  if (i == pattern.size() || IsSpecial(pattern[pattern.size() - 1 - i])) return true;
  return i == size && !before.empty();
}

bool FilterSimulation::Accepts(std::int32_t code) {
  Into(next_, code, 1);
  return next_->Has(count_);
}

void FilterSimulation::Step(std::int32_t code, std::uint32_t bytes) {
  Into(next_, code, bytes);
  std::swap(here_, next_);
}

void FilterSimulation::Into(Places* target, std::int32_t code, std::uint32_t bytes) {
  work_->Spend(kCharacterSteps + kPlaceSteps * here_->size);
  target->Clear();
  for (std::size_t i = 0; i < here_->size; i++) {
    const std::size_t place = here_->list[i];
    if (place == count_) continue;
    const std::int32_t token = tokens_[place];
    if (token == kStar) {
      target->Add(tokens_, count_, place, here_->bytes[place] + bytes);
    } else if (token == kAny || token == code) {
      target->Add(tokens_, count_, place + 1, here_->bytes[place] + bytes);
    }
  }
}

// Fills in the variables; false when one has no value.
bool FilterSimulation::Expand(std::string_view pattern, const Variables& variables) {
  work_->Spend(kTokenSteps * pattern.size());
  count_ = 0;
  const char* at = pattern.data();
  const char* const end = at + pattern.size();
  while (at != end) {
    if (*at == '*') {
      Put(kStar);
      at++;
    } else if (*at == '?') {
      Put(kAny);
      at++;
    } else if (*at == '$' && at + 1 != end && at[1] == '{') {
      const char* const close = FindByte(at, end, '}');
      const std::string_view name(at + 2, static_cast<std::size_t>(close - at) - 2);
      work_->Spend(kVariableSteps * variables.size());
      const Variable* found = nullptr;
      for (const Variable& variable : variables) {
        if (found == nullptr && variable.name == name) found = &variable;
      }
      if (found == nullptr) return false;
      work_->Spend(kTokenSteps * found->value.size());
      const char* of = found->value.data();
      const char* const value_end = of + found->value.size();
      while (of != value_end) {
        std::uint32_t code = 0;
        if (!DecodeChecked(&of, value_end, &code)) return false;
        Put(static_cast<std::int32_t>(code));
      }
      at = close + 1;
    } else {
      if (*at == '\\') at++;
      Put(static_cast<std::int32_t>(Decode(&at)));
    }
  }
  return true;
}

void FilterSimulation::Put(std::int32_t token) {
  if (count_ == tokens_.size()) tokens_.resize(std::max<std::size_t>(64, 2 * count_));
  tokens_[count_++] = token;
}

}  // namespace deviceauth

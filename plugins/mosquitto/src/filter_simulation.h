// Is there a valid MQTT filter that covers a topic and that a pattern matches? Answered exactly by walking the topic once
// with the set of places the pattern may be at, over all covering filters together: at the beginning of a level a filter
// may have `+` for the whole level or end with `#`; otherwise it goes on with the topic's own characters; after the last
// level it may end or add `/#`. No filter is ever listed. At worst O(topic × pattern), no recursion, no allocation but for
// scratch space that grows to the longest pattern seen.
// What a pattern begins and ends with, up to a wildcard, says of most that they cannot: those are not simulated.
//
// With each place goes the least number of bytes a filter needs to get there, since a filter has at most 65,535.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "patterns.h"
#include "request_text.h"
#include "work.h"

namespace deviceauth {

class FilterSimulation {
 public:
  explicit FilterSimulation(Work* work) : work_(work) {}

  // `pattern` (its source) matches `before` and the rest of some covering filter from `start` on: a level's beginning, or
  // one beyond the topic's end for what follows `/` behind it. What is before is matched already. `any_character`:
  // characters that the request rule of device groups forbids may stand in a filter. Throws TooCostly.
  bool Covers(const RequestText& request, std::size_t start, std::string_view pattern, std::string_view before,
              const Variables& variables, bool any_character);

 private:
  // Places in the pattern, each with the fewest bytes of a filter that gets there.
  struct Places {
    std::vector<std::uint32_t> list;
    std::vector<std::uint32_t> marks;
    std::vector<std::uint32_t> bytes;
    std::size_t size = 0;
    std::uint32_t stamp = 0;

    void Reserve(std::size_t places);
    void Clear() noexcept;
    void Add(const std::vector<std::int32_t>& tokens, std::size_t count, std::size_t first, std::uint32_t bytes) noexcept;
    bool Has(std::size_t place) const noexcept { return marks[place] == stamp && bytes[place] <= kLongestTopic; }
  };

  bool MayCover(const RequestText& request, std::size_t start, std::string_view pattern, std::string_view before);
  bool Expand(std::string_view pattern, const Variables& variables);
  void Put(std::int32_t token);
  void Into(Places* target, std::int32_t code, std::uint32_t bytes);
  void Step(std::int32_t code, std::uint32_t bytes);
  // The filter ends with this character.
  bool Accepts(std::int32_t code);

  Work* const work_;
  // The pattern with its variables filled in: code points and wildcards.
  std::vector<std::int32_t> tokens_;
  std::size_t count_ = 0;
  Places sets_[3];
  Places* here_ = &sets_[0];
  Places* next_ = &sets_[1];
  Places* after_plus_ = &sets_[2];
};

}  // namespace deviceauth

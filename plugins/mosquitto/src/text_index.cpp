// Divides patterns into what tries find and what is matched behind it. See text_index.h.
#include "text_index.h"

#include <algorithm>
#include <utility>

namespace deviceauth {
namespace {

// Variables beyond this many at a pattern's beginning are left to the matcher.
constexpr int kDeepest = 8;
// Of work.
constexpr std::size_t kStepsOfAnEdge = 16;
constexpr std::size_t kStepsOfAVariable = 4;

}  // namespace

TextIndex::Bucket& TextIndex::BucketAt(std::uint32_t trie, std::string_view run) {
  TextTrie::Run& at = tries_[trie].At(run);
  if (at.number == 0) {
    buckets_.emplace_back();
    at.number = static_cast<std::uint32_t>(buckets_.size());
  }
  return buckets_[at.number - 1];
}

void TextIndex::Add(Pattern pattern) {
  if (pattern.IsLiteral()) {
    const std::string_view text = pattern.segments.front().Text();
    literals_.Add(text);
    return;
  }
  std::uint32_t trie = 0;
  std::vector<Atom>& atoms = pattern.segments.front().atoms;
  for (int depth = 0;; depth++) {
    std::string run;
    if (!atoms.empty() && atoms.front().kind == Atom::Kind::kText) {
      run = std::move(atoms.front().text);
      atoms.erase(atoms.begin());
    }
    if (atoms.empty() && pattern.segments.size() == 1) {
      tries_[trie].At(run).ends = true;
      return;
    }
    if (pattern.IsStar()) {
      tries_[trie].At(run).open = true;
      return;
    }
    Bucket& bucket = BucketAt(trie, run);
    if (atoms.empty() || atoms.front().kind != Atom::Kind::kVariable || depth == kDeepest) {
      pattern.segments.front() = MakeSegment(std::move(atoms));
      bucket.rests.Add(MakePattern(std::move(pattern.segments)));
      return;
    }
    const std::string name = std::move(atoms.front().text);
    atoms.erase(atoms.begin());
    auto edge = std::find_if(bucket.edges.begin(), bucket.edges.end(),
                             [&](const Edge& other) { return other.variable == name; });
    if (edge == bucket.edges.end()) {
      bucket.edges.push_back({name, static_cast<std::uint32_t>(tries_.size())});
      trie = bucket.edges.back().trie;
      tries_.emplace_back();
    } else {
      trie = edge->trie;
    }
  }
}

void TextIndex::AddBeside(const Pattern& literal) {
  tries_.front().At(literal.segments.front().Text()).ends = true;
}

void TextIndex::Freeze() {
  literals_.Freeze();
  tries_.shrink_to_fit();
  buckets_.shrink_to_fit();
  for (TextTrie& trie : tries_) trie.Freeze();
  literals_only_ = tries_.front().empty();
  for (Bucket& bucket : buckets_) {
    bucket.edges.shrink_to_fit();
    bucket.rests.Freeze();
  }
}

bool TextIndex::MatchesPattern(const RequestText& request, const Variables& variables, Scratch* scratch) const {
  const char* const text = request.data();
  const std::size_t size = request.size();
  auto& waiting = scratch->waiting;
  Work& work = *scratch->work;
  waiting.clear();
  std::uint32_t trie = 0;
  std::size_t from = 0;
  for (;;) {
    const PaddedRest rest(text + from, size - from);
    const bool found = tries_[trie].Walk(rest, &work, [&](std::uint32_t number, const char* behind) {
      const auto place = static_cast<std::size_t>(behind - text);
      const Bucket& bucket = buckets_[number - 1];
      if (!bucket.rests.empty() && bucket.rests.Match(request.text(), place, variables, &scratch->tried, &work)) {
        return true;
      }
      for (const Edge& edge : bucket.edges) {
        work.Spend(kStepsOfAnEdge + kStepsOfAVariable * variables.size());
        const std::string* value = ValueOf(variables, edge.variable);
        if (value == nullptr || value->size() > size - place) continue;
        if (!EqualBytes(value->data(), text + place, value->size())) continue;
        waiting.push_back({edge.trie, place + value->size()});
      }
      return false;
    });
    if (found) return true;
    if (waiting.empty()) return false;
    trie = waiting.back().trie;
    from = waiting.back().place;
    waiting.pop_back();
  }
}

}  // namespace deviceauth

// Resource patterns of one operation and one effect: does any match a text?
//
// A pattern without wildcard is one hash look-up. Any other is found by what it begins with, up to its first wildcard:
// runs of text by a trie; variables as edges between tries, followed where the text has the session's value, so that a
// thousand patterns beginning with `…${iot:Connection.Thing.ThingName}/` cost as much as one. Only patterns whose whole
// beginning is in the text are matched further. A trie fixes the text before it and so its place: each is walked once at
// most for one text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "literal_table.h"
#include "patterns.h"
#include "request_text.h"
#include "rests.h"
#include "text_trie.h"

namespace deviceauth {

class TextIndex {
 public:
  // What a look-up needs beside the index; of one evaluator.
  struct Scratch {
    struct Waiting {
      std::uint32_t trie;
      std::size_t place;
    };
    explicit Scratch(Work* of_decision) : work(of_decision) {}

    std::vector<Waiting> waiting;
    TriedPieces tried;
    Work* const work;
  };

  void Add(Pattern pattern);
  // As Add, of a literal that belongs to a pattern of the same beginning: found on the way to that one.
  void AddBeside(const Pattern& literal);
  // After the last Add, before the first Matches.
  void Freeze();

  // Inlined, and so is what it calls as long as no variable or inner wildcard comes in: a session may have many sets.
  [[gnu::always_inline]] bool Matches(RequestText& request, const Variables& variables, Scratch* scratch) const {
    if (!literals_.empty() && literals_.Has(request.text(), request.hash())) return true;
    if (literals_only_) return false;
    switch (tries_.front().Look(PaddedRest(request.data(), request.size()))) {
      case TextTrie::Found::kNothing:
        return false;
      case TextTrie::Found::kEnd:
        return true;
      case TextTrie::Found::kRun:
        break;
    }
    return MatchesPattern(request, variables, scratch);
  }

 private:
  struct Edge {
    std::string variable;
    std::uint32_t trie;
  };
  // What may follow a run.
  struct Bucket {
    std::vector<Edge> edges;
    Rests rests;
  };

  Bucket& BucketAt(std::uint32_t trie, std::string_view run);
  [[gnu::noinline]] bool MatchesPattern(const RequestText& request, const Variables& variables, Scratch* scratch) const;

  bool literals_only_ = true;
  LiteralTable literals_;
  std::vector<TextTrie> tries_ = std::vector<TextTrie>(1);
  // By number and one.
  std::vector<Bucket> buckets_;
};

}  // namespace deviceauth

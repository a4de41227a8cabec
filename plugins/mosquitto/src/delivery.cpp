// Keeps patterns of filters by their levels, and walks a topic through them. See delivery.h.
#include "delivery.h"

#include <algorithm>
#include <utility>

#include "well_formed.h"

namespace deviceauth {
namespace {

constexpr std::string_view kFilter = "mqtt:topicfilter:";
constexpr std::string_view kTopic = "mqtt:topic:";
// Levels beyond this many are left to the simulation.
constexpr int kDeepest = 32;
// Of work, besides that of the simulation.
constexpr std::size_t kStepsOfANode = 128;
constexpr std::size_t kStepsOfAnEdge = 16;
constexpr std::size_t kStepsOfAVariable = 4;

bool BeginsWith(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

std::string_view LeadOf(const std::vector<Atom>& atoms) {
  return !atoms.empty() && atoms.front().kind == Atom::Kind::kText ? std::string_view(atoms.front().text)
                                                                   : std::string_view();
}

// Without the first `count` bytes of the first atom, which is text.
void Skip(std::vector<Atom>* atoms, std::size_t count) {
  if (atoms->empty() || atoms->front().kind != Atom::Kind::kText) return;
  std::string& lead = atoms->front().text;
  if (count >= lead.size()) {
    atoms->erase(atoms->begin());
  } else {
    lead.erase(0, count);
  }
}

bool AnyCovers(const PackedTexts& sources, std::size_t start, std::string_view before,
               const RequestText& request, const Variables& variables, bool any_character,
               FilterSimulation* simulation) {
  return sources.Any([&](std::string_view source) {
    return simulation->Covers(request, start, source, before, variables, any_character);
  });
}

}  // namespace

void FilterIndex::Add(const Pattern& added) {
  const std::string_view lead = LeadOf(added.segments.front().atoms);
  if (!BeginsWith(lead, kFilter)) {
    if (!BeginsWith(kFilter, lead) || added.IsLiteral()) return;
    complex_ = true;
    const std::string source = SourceOf(added);
    all_.Add(source);
    const bool star = added.segments.size() == 2 && added.segments[0].IsText() && added.segments[1].IsEmpty();
    if (star) {
      nodes_[0].open = true;
    } else {
      general_.Add(source);
    }
    return;
  }
  const std::string source = SourceOf(added);
  all_.Add(source);
  Pattern rest = added;
  Skip(&rest.segments.front().atoms, kFilter.size());
  const Kind kind = AddSimple(rest);
  if (kind == Kind::kComplex) complex_ = true;
  if (kind != Kind::kSimple) Insert(std::move(rest), source);
}

FilterIndex::Kind FilterIndex::AddSimple(const Pattern& rest) {
  std::vector<Atom> atoms = rest.segments.front().atoms;
  const bool star = rest.segments.size() == 2 && rest.segments.back().IsEmpty();
  if (atoms.empty() || (rest.segments.size() != 1 && !star)) return Kind::kComplex;
  const bool text_last = atoms.back().kind == Atom::Kind::kText;
  const bool hash = !star && text_last && EndsWith(atoms.back().text, "/#");
  if (hash) atoms.back().text.pop_back();
  if (star && (!text_last || atoms.back().text.back() != '/')) return Kind::kComplex;
  bool variables = false;
  for (const Atom& atom : atoms) {
    if (atom.kind == Atom::Kind::kAny) return Kind::kComplex;
    if (atom.kind == Atom::Kind::kVariable) {
      variables = true;
    } else if (atom.text.find_first_of("+#") != std::string::npos || !IsWellFormedName(atom.text)) {
      return Kind::kComplex;
    }
  }
  if (BeginsWith(LeadOf(atoms), "$share")) return Kind::kComplex;
  for (const Atom& atom : atoms) {
    if (atom.kind == Atom::Kind::kVariable) AddOnce(atom.text, &simple_names_);
  }
  if (atoms.front().kind == Atom::Kind::kText) {
    atoms.front().text.insert(0, kTopic);
  } else {
    atoms.insert(atoms.begin(), {Atom::Kind::kText, std::string(kTopic)});
  }
  TextIndex& index = variables ? simple_variables_ : simple_;
  if (star || hash) {
    index.Add(MakePattern({MakeSegment(atoms), MakeSegment({})}));
    // `a/#` covers `a` too.
    atoms.back().text.pop_back();
    if (atoms.back().text.empty()) atoms.pop_back();
    if (!variables) {
      index.AddBeside(MakePattern({MakeSegment(std::move(atoms))}));
      return Kind::kSimple;
    }
  }
  index.Add(MakePattern({MakeSegment(std::move(atoms))}));
  return variables ? Kind::kSimpleVariables : Kind::kSimple;
}

void FilterIndex::Insert(Pattern rest, const std::string& source) {
  std::vector<Atom>& atoms = rest.segments.front().atoms;
  const bool whole = rest.segments.size() == 1;
  std::uint32_t at = 0;
  bool has_edges = false;
  for (int depth = 0;; depth++) {
    const std::string_view lead = LeadOf(atoms);
    const std::size_t slash = lead.find('/');
    const bool has_slash = slash != std::string_view::npos;
    const bool ends = whole && !has_slash && atoms.size() == (lead.empty() ? 0 : 1);
    if (depth < kDeepest && (has_slash || ends)) {
      const std::string level(ends ? lead : lead.substr(0, slash));
      if (level == "#" && ends) {
        nodes_[at].hash = true;
        return;
      }
      if (level == "+") {
        if (nodes_[at].plus == 0) {
          const std::uint32_t plus = NewNode();
          nodes_[at].plus = plus;
        }
        at = nodes_[at].plus;
      } else {
        // No valid filter; NUL is in no topic either.
        if (level.find_first_of(std::string_view("+#\0", 3)) != std::string::npos) return;
        at = Level(at, level);
      }
      if (ends) {
        nodes_[at].ends = true;
        return;
      }
      Skip(&atoms, slash + 1);
      continue;
    }
    const bool variable = !atoms.empty() && atoms.front().kind == Atom::Kind::kVariable;
    const bool alone = atoms.size() == 1 && whole;
    const bool slashed = atoms.size() > 1 && atoms[1].kind == Atom::Kind::kText && atoms[1].text.front() == '/';
    if (depth < kDeepest && variable && (alone || slashed)) {
      if (!std::exchange(has_edges, true)) with_edges_.Add(source);
      at = VariableLevel(at, atoms.front().text);
      if (alone) {
        nodes_[at].ends = true;
        return;
      }
      atoms.erase(atoms.begin());
      Skip(&atoms, 1);
      continue;
    }
    Wait(at, std::move(rest));
    return;
  }
}

std::uint32_t FilterIndex::NewNode() {
  nodes_.emplace_back();
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

FilterIndex::More& FilterIndex::MoreOf(std::uint32_t node) {
  if (nodes_[node].more == 0) {
    more_.emplace_back();
    nodes_[node].more = static_cast<std::uint32_t>(more_.size());
  }
  return more_[nodes_[node].more - 1];
}

std::uint32_t FilterIndex::Level(std::uint32_t from, std::string_view level) {
  nodes_[from].levels = true;
  std::uint32_t at = from;
  for (std::size_t i = 0;; i += 8) {
    const bool last = level.size() - i <= 8;
    const std::uint32_t of = last ? at : at | kInner;
    const std::uint64_t key = LoadUpTo8(level.substr(i));
    std::uint32_t to = levels_.Find(of, key);
    if (to == 0) {
      to = NewNode();
      levels_.Add(of, key, to);
    }
    at = to;
    if (last) return at;
  }
}

std::uint32_t FilterIndex::VariableLevel(std::uint32_t from, const std::string& variable) {
  AddOnce(variable, &edge_names_);
  for (const Edge& edge : MoreOf(from).edges) {
    if (edge.variable == variable) return edge.node;
  }
  const std::uint32_t node = NewNode();
  MoreOf(from).edges.push_back({variable, node});
  return node;
}

// The pattern goes on with a wildcard, or something else the trie does not know.
void FilterIndex::Wait(std::uint32_t at, Pattern rest) {
  const std::vector<Atom>& atoms = rest.segments.front().atoms;
  const std::string lead(LeadOf(atoms));
  const bool star = rest.segments.size() == 2 && rest.segments[1].IsEmpty();
  if (atoms.empty() && star) {
    nodes_[at].open = true;
    return;
  }
  More& more = MoreOf(at);
  if (lead.empty() || lead.find_first_of("+#/") != std::string::npos) {
    more.others.Add(SourceOf(rest));
    return;
  }
  TextTrie::Run& run = more.runs.At(lead);
  if (atoms.size() == 1 && star) {
    run.open = true;
    return;
  }
  if (run.number == 0) {
    more.waiting.emplace_back();
    run.number = static_cast<std::uint32_t>(more.waiting.size());
  }
  more.waiting[run.number - 1].patterns.Add(SourceOf(rest));
}

void FilterIndex::Freeze() {
  more_.shrink_to_fit();
  for (More& more : more_) {
    more.edges.shrink_to_fit();
    more.runs.Freeze();
    more.waiting.shrink_to_fit();
    for (Waiting& waiting : more.waiting) waiting.patterns.Freeze();
    more.others.Freeze();
  }
  for (Sources* sources : {&general_, &with_edges_, &all_}) sources->Freeze();
  nodes_.shrink_to_fit();
  one_way_ = general_.empty() && edge_names_.empty();
  simple_.Freeze();
  simple_variables_.Freeze();
}

bool FilterIndex::MatchesAny(RequestText& request, const Variables& variables, bool any_character,
                             Scratch* scratch) const {
  if (request.share_goes_on()) return false;
  request.ReadLevels();
  if (request.extreme()) {
    return AnyCovers(all_, 0, kFilter, request, variables, any_character, &scratch->simulation);
  }
  if (!request.ordinary() && simple_.Matches(request, variables, &scratch->texts)) return true;
  if (!edge_names_.empty() && HasSpecialValue(edge_names_, variables, scratch->work) &&
      AnyCovers(with_edges_, 0, kFilter, request, variables, any_character, &scratch->simulation)) {
    return true;
  }
  if (Walk(request, variables, any_character, scratch)) return true;
  return !general_.empty() &&
         AnyCovers(general_, 0, kFilter, request, variables, any_character, &scratch->simulation);
}

bool FilterIndex::Walk(const RequestText& request, const Variables& variables, bool any_character,
                       Scratch* scratch) const {
  const std::size_t size = request.topic_size();
  const char* const topic = request.topic();
  auto& waiting = scratch->waiting;
  waiting.clear();
  std::uint32_t at = 0;
  std::size_t start = 0;
  for (;;) {
    scratch->work->Spend(kStepsOfANode);
    const Node& node = nodes_[at];
    std::uint32_t next = 0;
    std::size_t end = start;
    if (start > size) {
      if (node.ends) return true;
      // The filter may go on with `/#`: it covers its parent too.
      if (!request.share()) {
        if (node.hash || node.open) return true;
        if (node.more != 0 && AnyCovers(more_[node.more - 1].others, start, {}, request, variables, any_character,
                                        &scratch->simulation)) {
          return true;
        }
      }
    } else {
      const bool wild = start > 0 || !request.dollar();
      if (wild && (node.hash || node.open)) return true;
      end = request.LevelEnd(start);
      scratch->work->Spend((end - start) / 8);
      if (any_character || request.IsPlain(start, end)) {
        if (node.open) return true;
        if (node.levels) next = FindLevel(at, topic + start, end - start);
        if (node.more != 0 && WalkLevel(node, request, start, end, variables, any_character, scratch)) return true;
      } else if (node.more != 0 && AnyCovers(more_[node.more - 1].others, start, {}, request, variables, any_character,
                                             &scratch->simulation)) {
        return true;
      }
      if (wild && node.plus != 0) {
        if (next == 0) {
          next = node.plus;
        } else {
          waiting.push_back({node.plus, end + 1});
        }
      }
    }
    if (next != 0) {
      at = next;
      start = end + 1;
    } else if (waiting.empty()) {
      return false;
    } else {
      at = waiting.back().node;
      start = waiting.back().place;
      waiting.pop_back();
    }
  }
}

// What few nodes have, at a level whose characters a filter may spell.
bool FilterIndex::WalkLevel(const Node& node, const RequestText& request, std::size_t start, std::size_t end,
                            const Variables& variables, bool any_character, Scratch* scratch) const {
  const More& more = more_[node.more - 1];
  const auto covers = [&](const Sources& sources) {
    return AnyCovers(sources, start, {}, request, variables, any_character, &scratch->simulation);
  };
  const auto visit = [&](std::uint32_t number, const char*) { return covers(more.waiting[number - 1].patterns); };
  const PaddedRest rest(request.topic() + start, end - start);
  if (!more.runs.empty() && more.runs.Walk(rest, scratch->work, visit)) return true;
  for (const Edge& edge : more.edges) {
    scratch->work->Spend(kStepsOfAnEdge + kStepsOfAVariable * variables.size());
    const std::string* value = ValueOf(variables, edge.variable);
    if (value == nullptr || value->size() != end - start) continue;
    if (!EqualBytes(value->data(), request.topic() + start, value->size())) continue;
    scratch->waiting.push_back({edge.node, end + 1});
  }
  return covers(more.others);
}

bool FilterIndex::HasSpecialValue(const std::vector<std::string>& names, const Variables& variables, Work* work) {
  for (const std::string& name : names) {
    const std::string* value = ValueOf(variables, name);
    work->Spend(kStepsOfAnEdge + kStepsOfAVariable * (variables.size() + (value == nullptr ? 0 : value->size())));
    if (value != nullptr && value->find_first_of("/+#") != std::string::npos) return true;
  }
  return false;
}

}  // namespace deviceauth

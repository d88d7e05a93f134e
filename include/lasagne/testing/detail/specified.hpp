// Behind specification.hpp: how answers are shown and compared, and what a handler is called with. Not for users.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lasagne/detail/typed_decider.hpp"
#include "lasagne/detail/typed_reactions.hpp"

namespace lasagne::testing::detail {

using Lines = std::vector<std::string>;

inline constexpr std::size_t longest_line = 160;              // a longer message is shown with a line a member
inline constexpr std::size_t longest_comparison = 4'000'000;  // pairs of lines; past it they go by their place

inline std::string line_of(const lasagne::detail::Encoded& message) { return message.type + " " + message.data; }
inline std::string line_of(const lasagne::detail::TimerRequest& timer) {
  return timer.key + " at " + timer.due.to_string() + ": " + line_of(timer.command);
}

template <class T>
Lines lines_of(const std::vector<T>& values) {
  Lines lines;
  for (const auto& value : values) lines.push_back(line_of(value));
  return lines;
}
// All answers of a handler, of whatever kind.
inline Lines lines_of(const lasagne::detail::Outbox& outbox) {
  Lines lines = lines_of(outbox.commands);
  const auto add = [&](const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); };
  add(lines_of(outbox.own_events));
  add(lines_of(outbox.published));
  add(lines_of(outbox.timers));
  for (const auto& key : outbox.cancelled) lines.push_back("cancelled " + key);
  return lines;
}
template <class... Ts>
Lines lines_of_messages(const Ts&... messages) {
  return {line_of(lasagne::detail::encode(messages))...};
}

// JSON with a line a member and a line an element.
inline Lines broken(std::string_view line) {
  Lines lines{""};
  std::size_t depth = 0;
  const auto next_line = [&] { lines.emplace_back(2 * depth, ' '); };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    if ((c == '}' || c == ']') && depth > 0) {
      --depth;
      next_line();
    }
    lines.back() += c;
    if (c == '"') {
      while (++i < line.size()) {
        lines.back() += line[i];
        if (line[i] == '"') break;
        if (line[i] == '\\' && i + 1 < line.size()) lines.back() += line[++i];
      }
    } else if ((c == '{' && next == '}') || (c == '[' && next == ']')) {
      lines.back() += line[++i];
    } else if (c == '{' || c == '[') {
      ++depth;
      next_line();
    } else if (depth > 0 && c == ',') {
      next_line();
    } else if (depth > 0 && c == ':') {
      lines.back() += ' ';
    }
  }
  return lines;
}

// Indexes of the lines that both have, in order: a longest common subsequence.
inline std::vector<std::pair<std::size_t, std::size_t>> common(const Lines& a, const Lines& b) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  if (a.size() > longest_comparison / std::max<std::size_t>(b.size(), 1)) return pairs;
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> length((a.size() + 1) * width);  // of the common rest after a[i] and b[j]
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      length[i * width + j] = a[i] == b[j] ? length[(i + 1) * width + j + 1] + 1
                                           : std::max(length[(i + 1) * width + j], length[i * width + j + 1]);
    }
  }
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      pairs.emplace_back(i++, j++);
    } else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

// Calls same(i, j), missing(i), unexpected(j) or replaced(i, j) for what is to be shown, from top to bottom.
template <class Same, class Missing, class Unexpected, class Replaced>
void walk(const Lines& expected, const Lines& came, Same same, Missing missing, Unexpected unexpected,
          Replaced replaced) {
  std::size_t i = 0;
  std::size_t j = 0;
  auto pairs = common(expected, came);
  pairs.emplace_back(expected.size(), came.size());
  for (const auto& [i_end, j_end] : pairs) {
    for (; i < i_end && j < j_end; ++i, ++j) expected[i] == came[j] ? same(i, j) : replaced(i, j);
    while (i < i_end) missing(i++);
    while (j < j_end) unexpected(j++);
    if (i < expected.size() && j < came.size()) same(i++, j++);
  }
}

// "    same", "  - expected but missing", "  + came unexpectedly"; where two long messages differ, member by member.
inline std::string difference(const Lines& expected, const Lines& came) {
  std::string text;
  const auto show = [&](const char* mark, const std::string& line) { text += mark + line + "\n"; };
  const auto show_whole = [&](const char* mark, const std::string& line) {
    if (line.size() <= longest_line) return show(mark, line);
    for (const auto& part : broken(line)) show(mark, part);
  };
  walk(
      expected, came, [&](std::size_t i, std::size_t) { show("    ", expected[i]); },
      [&](std::size_t i) { show_whole("  - ", expected[i]); }, [&](std::size_t j) { show_whole("  + ", came[j]); },
      [&](std::size_t i, std::size_t j) {
        const bool together = expected[i].size() > longest_line || came[j].size() > longest_line;
        const auto left = together ? broken(expected[i]) : Lines{expected[i]};
        const auto right = together ? broken(came[j]) : Lines{came[j]};
        const auto missing = [&](std::size_t l) { show("  - ", left[l]); };
        const auto unexpected = [&](std::size_t r) { show("  + ", right[r]); };
        walk(
            left, right, [&](std::size_t l, std::size_t) { show("    ", left[l]); }, missing, unexpected,
            [&](std::size_t l, std::size_t r) {
              missing(l);
              unexpected(r);
            });
      });
  return text;
}

// A cause for handlers that are called without a log.
inline Message cause_of_specification() {
  Message cause;
  cause.position = 1;
  cause.id = Uuid::derive(Uuid{}, "specification cause");
  cause.recorded_at = Timestamp{0};
  cause.metadata.correlation_id = Uuid::derive(Uuid{}, "specification process");
  cause.stream = "Specification-" + cause.metadata.correlation_id.to_string();
  return cause;
}

// Offers a handler its states, as the runtime would.
class SpecifiedHop final : public lasagne::detail::Hop {
 public:
  SpecifiedHop(const Message& message, lasagne::detail::AnyState& state) : message_(message), state_(state) {}
  const Message& message() const override { return message_; }
  lasagne::detail::Outbox& outbox() override { return outbox_; }
  std::string_view processor() const override { return "specification"; }
  lasagne::detail::AnyState& own_state(const std::string&, lasagne::detail::MakeState) override { return state_; }
  const lasagne::detail::AnyState& state_as_of_message(lasagne::detail::MakeState) override { return state_; }

 private:
  const Message& message_;
  lasagne::detail::AnyState& state_;
  lasagne::detail::Outbox outbox_;
};

struct NoState final : lasagne::detail::AnyState {
  void apply(std::string_view, std::string_view) override {}
};

template <class D, class... Events>
lasagne::detail::TypedState<D> folded(const Events&... events) {
  lasagne::detail::TypedState<D> state;
  (state.evolve(typename D::Event(events)), ...);
  return state;
}

}  // namespace lasagne::testing::detail

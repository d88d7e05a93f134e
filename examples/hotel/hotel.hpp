// The hotel: one module, its group checkout written in one of three styles. All three keep the same streams and events
// and come to the same outcome; they differ in who reacts to what.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lasagne/module.hpp"
#include "lasagne/store.hpp"

namespace hotel {

enum class Style : std::uint8_t { saga, choreography, process_manager };

inline constexpr Style all_styles[] = {Style::saga, Style::choreography, Style::process_manager};

// "saga", "choreography", "process-manager".
[[nodiscard]] std::string_view to_string(Style style);
[[nodiscard]] std::optional<Style> parse_style(std::string_view text);

// A store stays with the style it began with: the processors of another one would start at the log's beginning and
// check out every group again.
[[nodiscard]] lasagne::Module hotel_module(Style style);

// The style that the store began with; empty if none ran on it. Throws std::runtime_error when it cannot be read.
[[nodiscard]] std::optional<Style> style_of(lasagne::Store& store);

}  // namespace hotel

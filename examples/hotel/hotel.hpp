// The hotel: one module, its group checkout written in one of three styles. All three keep the same streams and events
// and come to the same outcome; they differ in who reacts to what.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lasagne/module.hpp"

namespace hotel {

enum class Style : std::uint8_t { saga, choreography, process_manager };

inline constexpr Style all_styles[] = {Style::saga, Style::choreography, Style::process_manager};

// "saga", "choreography", "process-manager".
[[nodiscard]] std::string_view to_string(Style style);
[[nodiscard]] std::optional<Style> parse_style(std::string_view text);

// A store stays with the style it began with: the processors of another one would start at the log's beginning and check
// out every group again.
[[nodiscard]] lasagne::Module hotel_module(Style style);

}  // namespace hotel

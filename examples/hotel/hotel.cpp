#include "hotel.hpp"

#include <stdexcept>

#include "choreography/reactions.hpp"
#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "lasagne/type_name.hpp"
#include "process_manager/group_checkout_process.hpp"
#include "saga/group_checkout_saga.hpp"

namespace hotel {

std::string_view to_string(Style style) {
  switch (style) {
    case Style::saga:
      return "saga";
    case Style::choreography:
      return "choreography";
    case Style::process_manager:
      return "process-manager";
  }
  return "unknown";
}

std::optional<Style> parse_style(std::string_view text) {
  for (const auto style : all_styles) {
    if (text == to_string(style)) return style;
  }
  return std::nullopt;
}

lasagne::Module hotel_module(Style style) {
  auto hotel = lasagne::Module{"hotel"}.decider<GuestStayAccount>();
  switch (style) {
    case Style::saga:
      return hotel.decider<GroupCheckout>().saga<GroupCheckoutSaga>();
    case Style::choreography:
      return hotel.decider<GroupCheckout>()
          .subscription<CheckOutGuestsOfGroup>()
          .subscription<RecordGuestCheckouts>()
          .subscription<KeepGroupCheckoutDeadline>();
    case Style::process_manager:
      return hotel.decider<GroupCheckoutProcess>().process_manager<GroupCheckoutProcess>();
  }
  return hotel;
}

std::optional<Style> style_of(lasagne::Store& store) {
  for (const auto style : all_styles) {
    for (const auto& processor : hotel_module(style).processors()) {
      if (processor.ends_with("/commands")) continue;  // all styles have it
      const auto handler = processor.rfind('/') + 1;
      const auto unqualified =
          processor.substr(0, handler) + std::string(lasagne::last_part(processor.substr(handler)));
      for (const auto& name : {processor, unqualified}) {  // of today's runtimes, and of earlier ones
        const auto checkpoint = store.checkpoint(name);
        if (!checkpoint) throw std::runtime_error(checkpoint.error().message);
        if (*checkpoint > 0) return style;
      }
    }
  }
  return std::nullopt;
}

}  // namespace hotel

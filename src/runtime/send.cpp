#include "lasagne/send.hpp"

#include <utility>

namespace lasagne {

void detail::add_encoded(std::vector<Encoded>& all, Encoded encoded) { all.push_back(std::move(encoded)); }

void Send::add_timer(Timestamp due, std::string_view key, detail::Encoded command) {
  outbox_.timers.push_back({std::string(key), due, std::move(command)});
}

void Send::cancel(std::string_view key) {
  std::erase_if(outbox_.timers, [key](const detail::TimerRequest& timer) { return timer.key == key; });
  outbox_.cancelled.emplace_back(key);
}

}  // namespace lasagne

// An aggregate written the object way; it reduces to a decider.
//
//   class ShoppingCart : public lasagne::Aggregate<ShoppingCart, std::variant<ShoppingCartOpened, ...>> {
//    public:
//     static constexpr std::string_view category = "ShoppingCart";
//     using Command = std::variant<OpenShoppingCart, ...>;
//     static Uuid id(const auto& command) { return command.cart_id; }
//     void handle(const OpenShoppingCart& command) { enqueue(ShoppingCartOpened{...}); }   // or reject(...)
//     void when(const ShoppingCartOpened& event);                                         // changes the members
//   };
//   module.aggregate<ShoppingCart>();
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"

namespace lasagne {

template <class A>
struct ObjectDecider;

// Copyable when the derived class is: the runtime handles a command on a copy.
template <class Derived, class EventVariant>
class Aggregate {
 public:
  using Event = EventVariant;

 protected:
  // Records the event. The object sees it through `when` before enqueue returns.
  template <class E>
  void enqueue(const E& event) {
    static_cast<Derived&>(*this).when(event);
    uncommitted_.emplace_back(event);
  }
  // Refuses the command; events enqueued for it are dropped.
  void reject(std::string reason, std::string detail = {}) {
    rejection_ = Rejection{std::move(reason), std::move(detail)};
  }

 private:
  template <class A>
  friend struct ObjectDecider;
  std::vector<Event> uncommitted_;
  std::optional<Rejection> rejection_;
};

// The decider form of an aggregate.
template <class A>
struct ObjectDecider {
  static constexpr std::string_view category = A::category;
  using Command = typename A::Command;
  using Event = typename A::Event;
  using State = A;

  static Uuid id(const auto& command) { return A::id(command); }  // of the aggregate that the command is for

  // The state after `event`.
  template <class E>
  static State evolve(State state, const E& event)
    requires requires { state.when(event); }
  {
    state.when(event);
    return state;
  }

  // What a copy of the aggregate records or rejects.
  template <class C>
  static Decision<Event> decide(const C& command, const State& state)
    requires requires(State copy) { copy.handle(command); }
  {
    State copy = state;
    copy.handle(command);
    if (copy.rejection_) return *std::move(copy.rejection_);
    return std::move(copy.uncommitted_);
  }
};

}  // namespace lasagne

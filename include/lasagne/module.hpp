// A module: a bounded context that owns its streams, handles its commands and publishes external events.
//
//   auto orders = lasagne::Module{"orders"}.decider<Order>().forwarder<OrderForwarder>().saga<OrderSaga>();
//
// Handler types are stateless structs of static functions unless said otherwise; each lists what it handles as
// `using Event = std::variant<...>` and has one `on` for each alternative, or does not compile:
//
//   saga, subscription: events in, commands and timers out
//     static void on(const E&, Send&)
//     or void on(const E&, Send&) const of an object, which carries the handler's settings
//   process manager: the same with a state of its own. It lists what it reacts to as `Input`; it has category, Event,
//   State and evolve as a decider has them, and an id that names the instance (empty: none)
//     static std::vector<Event> on(const E&, const State&, Send&)
//     static std::optional<Uuid> id(const auto& input)
//   forwarder: `using Decider = ...` names the aggregate that the events enrich from
//     static External on(const E&, const Decider::State& as_of_event), or std::optional<External>
//   effect: an object that calls the outside world, at least once, when E is durable; it answers with commands
//     void on(const E&, Send&), or void on(const E&, Send&, std::stop_token), whose token is stopped by Runtime::stop
//
// Events come from the module's own deciders and process managers, from every module's external events, and from the
// recorded CommandRejected of every module; never from another module's internal streams.
//
// Order is kept by key, and a message that cannot be handled holds back its own key only. The key is the target stream
// for commands, the instance for process managers, the source stream for forwarders, and the process (correlation id)
// for the others, unless the handler has `static std::string key(const E&)`.
//
// A handler that throws is tried again by its RetryPolicy. When that gives up the message is parked, unless the handler
// type has on_failure, whose answer is then recorded in place of the handler's:
//   deciders:    static Event on_failure(const C&, const Failure&)
//   the others:  static void on_failure(const E&, const Failure&, Send&)
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lasagne/aggregate.hpp"
#include "lasagne/detail/typed_decider.hpp"
#include "lasagne/detail/typed_reactions.hpp"
#include "lasagne/handler_options.hpp"

namespace lasagne {

namespace detail {

struct ModuleAccess;
// A reaction, and what the module says about it.
struct ReactionSpec {
  std::string processor;
  std::string unqualified;  // what the processor was called before type names were qualified; empty: the same
  MessageType handler;
  RetryPolicy retry;
  StartFrom start_from = StartFrom::beginning();
  std::size_t calls_at_once = 1;
  std::shared_ptr<const Reaction> reaction = nullptr;
};

}  // namespace detail

// A value: copies share the immutable handlers.
class Module {
 public:
  // The name becomes part of stream names (<name>__commands). It has letters, digits and '_' only, without "__"; the
  // constructor of Runtime refuses any other name.
  explicit Module(std::string name);
  Module(const Module& other);
  Module(Module&& other) noexcept;
  Module& operator=(const Module& other);
  Module& operator=(Module&& other) noexcept;
  ~Module();

  // Adds a decider, which handles the commands that it lists: from the module's bus, and from Runtime::execute.
  template <class D>
  Module& decider() {
    return add_decider(std::make_shared<detail::TypedDecider<D>>());
  }
  // Adds a decider that is written the object way, see aggregate.hpp.
  template <class A>
  Module& aggregate() {
    return decider<ObjectDecider<A>>();
  }
  // Sets how commands from the bus are retried. One policy serves all deciders of the module.
  Module& retry_commands(RetryPolicy policy) {
    command_retry_ = std::move(policy);
    return *this;
  }
  // Adds a saga; the functions below do so for the other kinds of handlers.
  template <class S>
  Module& saga(HandlerOptions options = {}) {
    return add<detail::TypedSaga<S>>("saga", detail::message_type<S>, std::move(options));
  }
  // Adds a saga with settings: `on` is a const function of this object.
  template <class S>
    requires(!std::same_as<S, HandlerOptions>)
  Module& saga(S object, HandlerOptions options = {}) {
    return add<detail::TypedConfiguredSaga<S>>("saga", detail::message_type<S>, std::move(options), std::move(object));
  }
  template <class S>
  Module& subscription(HandlerOptions options = {}) {
    return add<detail::TypedSaga<S>>("subscription", detail::message_type<S>, std::move(options));
  }
  template <class P>
  Module& process_manager(HandlerOptions options = {}) {
    return add<detail::TypedProcessManager<P>>("process-manager", detail::message_type<P>, std::move(options));
  }
  template <class F>
  Module& forwarder(HandlerOptions options = {}) {
    return add<detail::TypedForwarder<F>>("forwarder", detail::message_type<F>, std::move(options));
  }
  // All runtimes made from this module share the object, and call `on` from several threads at once: as many as
  // HandlerOptions::calls_at_once says. A call that takes long should look at its stop token, and throw when a stop was
  // requested: the runtime then makes it again after the next start, and does not count it as an attempt.
  template <class E>
  Module& effect(E object = {}, HandlerOptions options = {}) {
    return add<detail::TypedEffect<E>>("effect", detail::message_type<E>, std::move(options), std::move(object));
  }
  // Says that a module which this process does not run handles commands of these types.
  template <class... Commands>
  Module& routes_to(std::string module) {
    (routes_.emplace_back(detail::message_type<Commands>, module), ...);
    return *this;
  }

  // The name that was given to the constructor.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // The names of its processors, under which the store keeps checkpoints and parked messages: one for its command bus,
  // and one for each saga, subscription, process manager, forwarder and effect.
  [[nodiscard]] std::vector<std::string> processors() const {
    std::vector<std::string> names;
    if (!deciders_.empty()) names.push_back(name_ + "/commands");
    for (const auto& reaction : reactions_) names.push_back(reaction.processor);
    return names;
  }

 private:
  friend struct detail::ModuleAccess;
  template <class Typed, class... Args>
  Module& add(std::string_view kind, const detail::MessageType& handler, HandlerOptions options, Args&&... args) {
    return add_reaction(kind, handler, std::move(options), std::make_shared<Typed>(std::forward<Args>(args)...));
  }
  Module& add_decider(std::shared_ptr<const detail::Decider> decider);
  Module& add_reaction(std::string_view kind, const detail::MessageType& handler, HandlerOptions options,
                       std::shared_ptr<const detail::Reaction> reaction);

  std::string name_;
  std::vector<std::shared_ptr<const detail::Decider>> deciders_;
  std::vector<detail::ReactionSpec> reactions_;
  std::vector<std::pair<detail::MessageType, std::string>> routes_;  // command, module
  RetryPolicy command_retry_;
};

}  // namespace lasagne

// A user's domain in one unit, as large as a small module is: 12 messages, 3 deciders, a saga. measure.sh says how long
// it takes to compile, which is what Lasagne costs its users day by day.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lasagne/module.hpp"

namespace library {

using lasagne::Decision;
using lasagne::Money;
using lasagne::Rejection;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::Uuid;

enum class Genre { Novel, Essay, Poetry };
enum class Condition { Fresh, Worn, Damaged };

struct Author {
  std::string name;
  std::optional<std::string> born_in;
};

// Books
struct AddBook {
  Uuid book_id;
  std::string title;
  std::vector<Author> authors;
  Genre genre = Genre::Novel;
  Timestamp now;
};
struct LendBook {
  Uuid book_id;
  Uuid loan_id;
  Uuid member_id;
  Timestamp now;
};
struct BookAdded {
  Uuid book_id;
  std::string title;
  std::vector<Author> authors;
  Genre genre = Genre::Novel;
  Timestamp at;
};
struct BookLent {
  Uuid book_id;
  Uuid loan_id;
  Uuid member_id;
  Timestamp at;
};

struct Book {
  static constexpr std::string_view category = "Book";
  using Command = std::variant<AddBook, LendBook>;
  using Event = std::variant<BookAdded, BookLent>;
  struct State {
    bool exists = false;
    std::optional<Uuid> lent_to;
  };
  static Uuid id(const auto& command) { return command.book_id; }
  static State evolve(State, const BookAdded&) { return {true, std::nullopt}; }
  static State evolve(State state, const BookLent& event) {
    state.lent_to = event.member_id;
    return state;
  }
  static Decision<Event> decide(const AddBook& command, const State& state) {
    if (state.exists) return Rejection{"AlreadyAdded", "the book is there"};
    return BookAdded{command.book_id, command.title, command.authors, command.genre, command.now};
  }
  static Decision<Event> decide(const LendBook& command, const State& state) {
    if (!state.exists) return Rejection{"NoSuchBook", "the book is not there"};
    if (state.lent_to) return Rejection{"AlreadyLent", "somebody has the book"};
    return BookLent{command.book_id, command.loan_id, command.member_id, command.now};
  }
};

// Loans
struct OpenLoan {
  Uuid loan_id;
  Uuid book_id;
  Uuid member_id;
  Timestamp due;
};
struct ReturnLoan {
  Uuid loan_id;
  Condition condition = Condition::Fresh;
  std::optional<std::string> note;
  Timestamp now;
};
struct LoanOpened {
  Uuid loan_id;
  Uuid book_id;
  Uuid member_id;
  Timestamp due;
};
struct LoanReturned {
  Uuid loan_id;
  Uuid member_id;
  Condition condition = Condition::Fresh;
  std::optional<std::string> note;
  bool late = false;
};

struct Loan {
  static constexpr std::string_view category = "Loan";
  using Command = std::variant<OpenLoan, ReturnLoan>;
  using Event = std::variant<LoanOpened, LoanReturned>;
  struct State {
    std::optional<LoanOpened> open;
  };
  static Uuid id(const auto& command) { return command.loan_id; }
  static State evolve(State, const LoanOpened& event) { return {event}; }
  static State evolve(State, const LoanReturned&) { return {}; }
  static Decision<Event> decide(const OpenLoan& command, const State& state) {
    if (state.open) return Rejection{"AlreadyOpen", "the loan is open"};
    return LoanOpened{command.loan_id, command.book_id, command.member_id, command.due};
  }
  static Decision<Event> decide(const ReturnLoan& command, const State& state) {
    if (!state.open) return Decision<Event>{};
    return LoanReturned{command.loan_id, state.open->member_id, command.condition, command.note,
                        command.now > state.open->due};
  }
};

// Members
struct ChargeFine {
  Uuid member_id;
  Uuid loan_id;
  Money amount;
  std::int32_t days_late = 0;
};
struct PayFine {
  Uuid member_id;
  Money amount;
  Timestamp now;
};
struct FineCharged {
  Uuid member_id;
  Uuid loan_id;
  Money amount;
  std::int32_t days_late = 0;
};
struct FinePaid {
  Uuid member_id;
  Money amount;
  Timestamp at;
};

struct Member {
  static constexpr std::string_view category = "Member";
  using Command = std::variant<ChargeFine, PayFine>;
  using Event = std::variant<FineCharged, FinePaid>;
  struct State {
    std::vector<Uuid> fined_loans;
    std::int64_t owes = 0;
  };
  static Uuid id(const auto& command) { return command.member_id; }
  static State evolve(State state, const FineCharged& event) {
    state.fined_loans.push_back(event.loan_id);
    state.owes += event.amount.minor_units;
    return state;
  }
  static State evolve(State state, const FinePaid& event) {
    state.owes -= event.amount.minor_units;
    return state;
  }
  static Decision<Event> decide(const ChargeFine& command, const State&) {
    return FineCharged{command.member_id, command.loan_id, command.amount, command.days_late};
  }
  static Decision<Event> decide(const PayFine& command, const State& state) {
    if (state.owes < command.amount.minor_units) return Rejection{"TooMuch", "that is more than is owed"};
    return FinePaid{command.member_id, command.amount, command.now};
  }
};

struct LendingSaga {
  using Event = std::variant<BookLent, LoanReturned>;
  static void on(const BookLent& event, Send& send) {
    send(OpenLoan{event.loan_id, event.book_id, event.member_id, event.at + std::chrono::hours(24 * 28)});
  }
  static void on(const LoanReturned& event, Send& send) {
    if (event.late) send(ChargeFine{event.member_id, event.loan_id, Money{100}, 1});
  }
};

lasagne::Module library_module() {
  return lasagne::Module{"library"}.decider<Book>().decider<Loan>().decider<Member>().saga<LendingSaga>();
}

}  // namespace library

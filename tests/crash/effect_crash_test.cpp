// An effect that ends its process by SIGKILL, over and over: what the outside world has seen of it, counted in a file
// that the process only ever appends to.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "runtime/letters.hpp"

namespace effect_crash_test {

using namespace letters;
using lasagne::HandlerOptions;
using lasagne::Module;
using lasagne::ParkedMessage;
using lasagne::Runtime;

constexpr std::size_t letters_written = 200;
constexpr std::size_t killer = 40;

class EffectCrash : public ::testing::Test {
 protected:
  EffectCrash() {
    std::string pattern = (std::filesystem::temp_directory_path() / "effect-crash-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~EffectCrash() override { std::filesystem::remove_all(directory_); }

  std::string url() const { return "sqlite:" + (directory_ / "letters.db").string(); }
  std::filesystem::path calls_file() const { return directory_ / "calls"; }

  void write_letters() const {
    const auto store = lasagne::open(url());
    Runtime writer(*store, {Module{"letters"}.decider<Letter>()});
    for (std::size_t n = 0; n < letters_written; ++n) {
      ASSERT_TRUE(writer.send(WriteLetter{letter(n), std::to_string(n)}));
    }
    ASSERT_TRUE(writer.run_until_idle());
  }
  // Runs it in a process of its own until nothing is left to do. The status, as waitpid has it.
  int start() const {
    const pid_t child = fork();
    if (child == 0) std::_Exit(post_all());
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }
  std::map<std::size_t, int> calls() const {
    std::map<std::size_t, int> count;
    std::ifstream lines(calls_file());
    for (std::size_t n = 0; lines >> n;) ++count[n];
    return count;
  }

 private:
  int post_all() const {
    const int calls = open(calls_file().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    Post post;
    post.post = [calls](const LetterWritten& event, Send& send, const std::stop_token&) {
      const auto line = event.text + "\n";
      if (write(calls, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::_Exit(3);
      if (event.text == std::to_string(killer)) (void)raise(SIGKILL);
      send(ConfirmLetter{event.letter_id, {}});
    };
    HandlerOptions options;
    options.retry.first_backoff = lasagne::Duration{0};
    const auto store = lasagne::open(url());
    Runtime runtime(*store, {Module{"letters"}.decider<Letter>().effect(post, options)});
    runtime.start();
    return runtime.wait_until_idle() && runtime.stop() ? 0 : 4;
  }

  std::filesystem::path directory_;
};

TEST_F(EffectCrash, AnEffectThatEndsTheProcessParksAfterItsAttemptsAndTheOthersGoOn) {
  write_letters();
  int kills = 0;
  for (int starts = 0; starts < 8; ++starts) {
    const int status = start();
    if (WIFSIGNALED(status)) {
      EXPECT_EQ(WTERMSIG(status), SIGKILL);
      ++kills;
    } else {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
  }
  EXPECT_EQ(kills, 5);  // RetryPolicy::attempts
  const auto called = calls();
  EXPECT_EQ(called.size(), letters_written);
  int repeated = 0;
  for (const auto& [n, count] : called) {
    if (n == killer) {
      EXPECT_EQ(count, 5);
    } else {
      EXPECT_LE(count, 2) << "letter " << n;  // by the one crash that came between
      repeated += count - 1;
    }
  }
  EXPECT_LE(repeated, kills * static_cast<int>(HandlerOptions{}.calls_at_once));
  const auto store = lasagne::open(url());
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), letters_written - 1);
  const auto held = store->parked({}, 0, 100);
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 1U);
  EXPECT_EQ(held->front().status, ParkedMessage::Status::parked);
  EXPECT_EQ(held->front().attempts, 5U);
}

}  // namespace effect_crash_test

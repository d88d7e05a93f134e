// What every Store must do, as a suite of GoogleTest tests. A backend plugs in with three lines:
//
//   #include "lasagne/testing/store_contract.hpp"
//   std::unique_ptr<lasagne::testing::StoreFixture> make_mine() { return std::make_unique<MyFixture>(); }
//   LASAGNE_STORE_CONTRACT(Mine, make_mine)
//
// The fixture makes an empty store, opens it again over what is durable, and moves its clock:
//
//   class MyFixture : public lasagne::testing::StoreFixture {
//     lasagne::Store& store() override;          // the store under test, open
//     void reopen() override;                    // closes it and opens it again; throws when that fails
//     void advance(lasagne::Duration) override;  // moves the clock that recorded_at and max_age go by
//   };
//
// Each test gets a fixture of its own. The tests are named Mine/StoreAppend.SeveralStreamsAtOnce and so on, one for
// each behaviour, and neither sleep nor measure time. Several backends may stand in one program, each in a source of
// its own or all in one; two settings of a backend are two lines. Write the macro outside of any namespace, once for
// each name.
//
// A backend that passes behaves as lasagne/store.hpp says, as far as one process can tell. That it keeps what is
// durable through a power cut is for the backend's own tests.
#pragma once

#include "lasagne/testing/store_contract/append.hpp"
#include "lasagne/testing/store_contract/concurrency.hpp"
#include "lasagne/testing/store_contract/expected_revision.hpp"
#include "lasagne/testing/store_contract/fixture.hpp"
#include "lasagne/testing/store_contract/guards.hpp"
#include "lasagne/testing/store_contract/limits.hpp"
#include "lasagne/testing/store_contract/parked.hpp"
#include "lasagne/testing/store_contract/read.hpp"
#include "lasagne/testing/store_contract/repeats.hpp"
#include "lasagne/testing/store_contract/stream_limits.hpp"
#include "lasagne/testing/store_contract/streams.hpp"
#include "lasagne/testing/store_contract/timers.hpp"
#include "lasagne/testing/store_contract/used_ids.hpp"

#define LASAGNE_STORE_CONTRACT(name, factory)                           \
  [[maybe_unused]] static const bool lasagne_store_contract_of_##name = \
      ::lasagne::testing::register_store_contract({#name, factory});

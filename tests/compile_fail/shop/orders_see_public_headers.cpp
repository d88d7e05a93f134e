// expect: ok
#include "shop/payments/commands.hpp"
#include "shop/payments/external_events.hpp"
#include "shop/shipments/external_events.hpp"
#include "shop/shopping_carts/external_events.hpp"

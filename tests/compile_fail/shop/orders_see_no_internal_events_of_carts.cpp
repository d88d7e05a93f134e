// expect: error: '?shopping_cart\.hpp'?:? (No such file|file not found)
#include "shopping_cart.hpp"

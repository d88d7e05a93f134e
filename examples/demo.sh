#!/usr/bin/env bash
# The story of `make demo`: real programs, real HTTP, a real SIGKILL. Usage: examples/demo.sh BIN_DIR
set -euo pipefail

bin=$(cd "${1:?usage: demo.sh BIN_DIR}" && pwd)
dir=$(mktemp -d)
servers=()
cleanup() {
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT

if [ -t 1 ]; then bold=$'\e[1m'; plain=$'\e[0m'; else bold=; plain=; fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
step() { printf '  %s\n' "$1"; }

# until_true SECONDS COMMAND...: asks again until the command succeeds.
until_true() {
  local deadline=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || { echo "demo: gave up waiting for: $*" >&2; exit 1; }
    sleep 0.02
  done
}
call() { curl --silent --show-error --fail --header 'Content-Type: application/json' "$@"; }
field() { grep -o "\"$1\":\"[^\"]*\"" | head -1 | cut -d'"' -f4; }
uuid() { cat /proc/sys/kernel/random/uuid; }

# serve NAME ARGUMENTS...: starts a server on a free port; its address is then in $url.
serve() {
  local name=$1; shift
  : >"$dir/$name.out"
  "$bin/$name" serve --listen 127.0.0.1:0 "$@" >"$dir/$name.out" 2>&1 &
  servers+=($!)
  until_true 10 grep -q listening "$dir/$name.out"
  url=$(grep -o 'http://[^ ]*' "$dir/$name.out")
}

shop_store=sqlite:$dir/shop.db
say "A shop opens: four modules over one SQLite file, an HTTP API in front."
serve shop --store "$shop_store" --payment-timeout 2
shop=$url
tea=$(uuid) gone=$(uuid)
call -X PUT "$shop/stock/$tea" -d '{"quantity":100}' >/dev/null
call -X PUT "$shop/stock/$gone" -d '{"quantity":0}' >/dev/null

# order PRODUCT: fills and confirms a cart; the order's id is then in $order.
order() {
  order=$(call "$shop/carts" -d "{\"client_id\":\"$(uuid)\"}" | field cart_id)
  call "$shop/carts/$order/items" -d "{\"product_id\":\"$1\",\"quantity\":2}" >/dev/null
  call -X POST "$shop/carts/$order/confirm" -H 'If-Match: "1"' >/dev/null
}
status_is() { [ "$(curl -s "$shop/orders/$1" | field status)" = "$2" ]; }
payment_of() { curl -s "$shop/orders/$1" | field payment_id; }
is_requested() { curl -s --fail "$shop/payments/$(payment_of "$1")" >/dev/null; }
pay() {
  until_true 10 is_requested "$1"
  local amount
  amount=$(curl -s "$shop/payments/$(payment_of "$1")" | grep -o '"amount":[0-9]*' | cut -d: -f2)
  call "$shop/payments/$(payment_of "$1")/complete" -d "{\"amount\":${2:-$amount},\"currency\":\"EUR\"}" >/dev/null
}
trace() { "$bin/lasagne" trace --store "$shop_store" "ShoppingCart-$1"; }

say "1. An order that is paid and sent."
order "$tea"; pay "$order"; until_true 10 status_is "$order" Completed; trace "$order"

say "2. An order for something out of stock: paid, cancelled, refunded."
order "$gone"; pay "$order"; until_true 10 status_is "$order" Cancelled
refunded() { "$bin/lasagne" read --store "$shop_store" --json payments__external-events | grep -q Refunded; }
until_true 10 refunded
trace "$order"

say "3. An order paid with a wrong amount: recorded, refunded, cancelled."
order "$tea"; pay "$order" 1; until_true 10 status_is "$order" Cancelled; trace "$order"

say "4. An order that nobody pays: its timer fires."
order "$tea"; step "(waiting two seconds)"; until_true 15 status_is "$order" Cancelled; trace "$order"

say "A hotel: a group of three checks out, and one of them has not paid."
serve hotel --store "sqlite:$dir/hotel.db"
hotel=$url
guests=("$(uuid)" "$(uuid)" "$(uuid)")
for guest in "${guests[@]}"; do
  call -X POST "$hotel/guests/$guest/check-in" >/dev/null
  call "$hotel/guests/$guest/charges" -d '{"amount":12000}' >/dev/null
done
for guest in "${guests[@]:0:2}"; do call "$hotel/guests/$guest/payments" -d '{"amount":12000}' >/dev/null; done
group=$(call "$hotel/group-checkouts" \
  -d "{\"clerk_id\":\"$(uuid)\",\"guest_stay_ids\":[\"${guests[0]}\",\"${guests[1]}\",\"${guests[2]}\"]}" |
  field group_checkout_id)
group_is() { curl -s "$hotel/group-checkouts/$group" | grep -q "\"status\":\"$1\""; }
until_true 10 group_is Failed
step "the group checkout failed: $(curl -s "$hotel/group-checkouts/$group" | head -c 600)"
call "$hotel/guests/${guests[2]}/payments" -d '{"amount":12000}' >/dev/null
step "the third guest pays; the clerk reruns the checkout for those that failed"
call -X POST "$hotel/group-checkouts/$group/rerun" >/dev/null
until_true 10 group_is Completed
"$bin/lasagne" trace --store "sqlite:$dir/hotel.db" "GroupCheckout-$group"

say "A thousand orders, and a SIGKILL on the way."
load_store=sqlite:$dir/load.db
load=("$bin/shop" load --store "$load_store" --orders 1000 --seed 42
      --out-of-stock 10 --unpaid 5 --decline 5 --wrong-amount 5)
"${load[@]}" >"$dir/load.out" 2>"$dir/load.err" &
victim=$!
# Another process sees what is durable, and a thousand orders take few flushes: the first glimpse is on the way.
half_done() {
  local completed
  completed=$("$bin/shop" audit --store "$load_store" 2>/dev/null | grep -o '"completed":[0-9]*' | cut -d: -f2)
  [ "${completed:-0}" -ge 1 ]
}
until_true 30 half_done
kill -KILL "$victim" 2>/dev/null || true
if wait "$victim" 2>/dev/null; then echo "demo: the load ended before it was killed" >&2; exit 1; fi
step "killed. What the log holds now:"
"$bin/shop" audit --store "$load_store" | tail -1 | cut -c 1-200 | sed 's/^/  /' || true
step "started again with the same seed:"
"${load[@]}" | tail -1 | sed 's/^/  /'
say "The audit: every order paid once and sent once, or cancelled and refunded; nothing lost, nothing done twice."
"$bin/shop" audit --store "$load_store" | tail -1
cat <<TEXT

What to look at next:
  README.md                                     what Lasagne is, in one picture and forty lines
  docs/tutorial.md                              build the group checkout from an empty file
  build/bin/shop serve --store sqlite:shop.db   the shop, at http://127.0.0.1:8080 (examples/shop/openapi.yaml)
  build/bin/lasagne tail --store sqlite:shop.db the log as it grows
TEXT

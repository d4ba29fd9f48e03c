#!/bin/sh
# The router of the lab, by IP forwarding and tc netem instead of a relay: kernel TCP passes it, too. It takes the command
# line of "tou impair", and needs a kernel with sch_netem, NET_ADMIN and net.ipv4.ip_forward=1. Ends with 2 if the command
# line is wrong or netem has no word for the link, with 3 if the kernel or the container does not let it.
set -eu

fail() {
  printf 'netem-router: %s\n' "$2" >&2
  exit "$1"
}

port='' to='' before=''
for word in "$@"; do
  case $before in
  --listen) port=${word##*:} ;;
  --to) to=$word ;;
  esac
  before=$word
done
[ -n "$port" ] && [ -n "$to" ] || fail 2 'Give it --listen PORT and --to HOST:PORT.'

# A qdisc on the loopback device, for a moment: whether the kernel has netem, and lets this container use it.
relay='or take the relay, which needs neither: IMPAIR=relay, or "tou lab" without --impair.'
why=$(tc qdisc add dev lo root netem delay 0ms 2>&1) || case $why in
*ermitted*) fail 3 "This container may not shape the network ($why); give it NET_ADMIN, $relay" ;;
*) fail 3 "This kernel has no netem ($why); load its module sch_netem, $relay" ;;
esac
tc qdisc del dev lo root

shape() {
  why=$(tc "$@" 2>&1) ||
    fail 3 "The kernel did not take \"tc $*\" ($why); take the relay instead: IMPAIR=relay, or \"tou lab\" without --impair."
}

link=$(java -jar /tou.jar "$@" --netem) || exit $?
up=$(printf '%s\n' "$link" | sed -n 's/^up //p')
down=$(printf '%s\n' "$link" | sed -n 's/^down //p')
server=$(getent ahostsv4 "${to%:*}" | awk 'NR == 1 { print $1 }')
[ -n "$server" ] || fail 3 "No host is called \"${to%:*}\"; check the name."

devices=$(ip -o -4 address show scope global | awk '{ print $2 }' | sort -u)
[ -n "$devices" ] || fail 3 'This container has no device with an IPv4 address, so there is nothing to shape; is it in the networks of the lab?'

# On each device what goes to the server takes the first band, and everything else is on its way to clients.
for device in $devices; do
  shape qdisc replace dev "$device" root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
  # shellcheck disable=SC2086 # words for tc
  shape qdisc add dev "$device" parent 1:1 netem $up
  # shellcheck disable=SC2086
  shape qdisc add dev "$device" parent 1:2 netem $down
  shape filter add dev "$device" parent 1: protocol ip u32 match ip dst "$server/32" flowid 1:1
done

# Clients speak to the router's address, as they do with the relay.
for protocol in udp tcp; do
  iptables -t nat -A PREROUTING -p "$protocol" --dport "$port" -j DNAT --to-destination "$server:${to##*:}"
done
iptables -t nat -A POSTROUTING -d "$server" -j MASQUERADE

printf 'tc netem  port %s to %s\n  to the server: %s\n  to the client: %s\n' "$port" "$to" "$up" "$down"
trap 'tc -s qdisc show | grep -A 2 netem; exit 143' TERM INT
sleep infinity &
wait

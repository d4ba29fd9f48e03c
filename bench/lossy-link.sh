#!/usr/bin/env bash
# Kernel TCP and tou over the same lossy link between two network namespaces, which this makes and removes. Needs root,
# /dev/net/tun, cc, ip, ss, iperf3 and a JDK. Several can run at once.
#
#   bench/lossy-link.sh PART... [--runs N] [--seconds N] [--seed N] [--output DIR] ...
#
# PART is goodput, fairness, rpc, overflow or reordering, or all; --help tells every option. Each pair of runs is told when it
# is done, and each part is written into DIR/DATE-lossy-link.md and .json, in place of what these had of it.
#
# TOU_LINK=PROGRAM takes another link program with the flags of bench/link/tunlink.c; one without --hold needs --advance.
set -euo pipefail
command_line="bench/lossy-link.sh $*${TOU_LINK:+, with another link program}"
home=$(cd "$(dirname "$0")/.." && pwd)

fail() {
  printf 'lossy-link: %s\n' "$1" >&2
  exit 1
}

case " $* " in
"  " | *" --help "* | *" -h "*)
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
  exec "$home/tou" lossy-link --help
  ;;
esac

[[ $(id -u) == 0 ]] || fail "This needs root, to make network namespaces; run it with sudo."
[[ -c /dev/net/tun ]] || fail "There is no /dev/net/tun; load the module tun, or make it: mknod /dev/net/tun c 10 200"
for program in ip ss iperf3 cc; do
  [[ $program != cc || -z ${TOU_LINK:-} ]] || continue
  command -v "$program" > /dev/null || fail "There is no $program; install it (Debian: iproute2 iperf3 gcc libc6-dev)."
done

# A test has the classes already; a user's are built when they are needed, here, before there is anything to tidy up.
tou=("$home/tou")
if [[ -n ${TOU_CLASS_PATH:-} ]]; then
  tou=(java -cp "$TOU_CLASS_PATH" dev.tou.bench.Tou)
else
  "$home/tou" --version > /dev/null
fi

output=
previous=
for argument in "$@"; do
  [[ $previous != --output ]] || output=$argument
  [[ $argument != --output=* ]] || output=${argument#*=}
  previous=$argument
done
arguments=("$@")
if [[ -z $output ]]; then
  output=$home/docs/results
  arguments+=(--output "$output")
fi

# What is written belongs to whoever called sudo.
owner=
if [[ ${SUDO_UID:-0} != 0 ]]; then
  owner=$SUDO_UID:${SUDO_GID:-}
  [[ -d $output ]] || sudo -u "#$SUDO_UID" mkdir -p -- "$output" || fail "$output cannot be made by you."
fi

scratch=$(mktemp -d)
a=tou-a-$$
b=tou-b-$$
made=()
job=

clean_up() {
  trap '' INT TERM HUP
  [[ -z $job ]] || kill -TERM -- "-$job" 2> /dev/null || true
  for netns in "${made[@]}"; do
    ip netns pids "$netns" 2> /dev/null | xargs -r kill -TERM 2> /dev/null || true
  done
  for ((i = 0; i < 50; i++)); do
    [[ -n $job ]] && kill -0 -- "-$job" 2> /dev/null || break
    sleep 0.1
  done
  [[ -z $job ]] || kill -KILL -- "-$job" 2> /dev/null || true
  for netns in "${made[@]}"; do
    ip netns pids "$netns" 2> /dev/null | xargs -r kill -KILL 2> /dev/null || true
    ip netns del "$netns" 2> /dev/null || true
  done
  [[ -z $owner ]] || find "$output" -maxdepth 1 -name '*-lossy-link.*' -newer "$scratch/begun" -exec chown -h "$owner" {} +
  rm -rf "$scratch"
}
trap clean_up EXIT
touch "$scratch/begun"
trap 'exit 130' INT
trap 'exit 143' TERM HUP

link=${TOU_LINK:-$scratch/tunlink}
[[ -n ${TOU_LINK:-} ]] || cc -O2 -o "$link" "$home/bench/link/tunlink.c" || fail "cc cannot compile bench/link/tunlink.c."
[[ -x $link ]] || fail "There is no program $link."

for netns in "$a" "$b"; do
  [[ ! -e /var/run/netns/$netns ]] || fail "There is a network namespace $netns already, which is not mine: ip netns del $netns"
  made+=("$netns") # noted first, so that no signal comes between
  ip netns add "$netns"
  # Each namespace has its own of these; net.core.rmem_max and wmem_max are the machine's.
  while read -r name value; do
    ip netns exec "$netns" sh -c 'echo "$1" > "$0"' "/proc/sys/${name//.//}" "$value" \
      || fail "$name cannot be set in a network namespace."
  done << 'END'
net.ipv4.tcp_rmem 4096 131072 67108864
net.ipv4.tcp_wmem 4096 65536 67108864
net.ipv4.tcp_no_metrics_save 1
END
  # Only what is measured shall be on the link; a kernel without IPv6 has nothing to be quiet about.
  for scope in all default; do
    ip netns exec "$netns" sh -c "echo 1 > /proc/sys/net/ipv6/conf/$scope/disable_ipv6" 2> /dev/null || true
  done
  ip netns exec "$netns" ip tcp_metrics flush > /dev/null 2>&1 || true
done

# On a machine with other work, chrt -f 10 bench/lossy-link.sh ... lets neither contender wait for it; the report says so.
policy=$(chrt -p $$ 2> /dev/null | awk -F': ' '{ printf "%s%s", sep, $2; sep = " " }' || true)
commit=$(git -C "$home" describe --always --dirty 2> /dev/null || echo unknown)

set -m # a process group of its own, which a signal to this script does not reach before it has tidied up
"${tou[@]}" lossy-link "${arguments[@]}" --netns-a "$a" --netns-b "$b" --link "$link" --scratch "$scratch" \
  --fact "command=\`$command_line\`" --fact "commit=$commit" --fact "iperf3=$(iperf3 --version | head -n 1)" \
  --fact "scheduled as=${policy:-unknown}" \
  < /dev/null &
job=$!
set +m
code=0
wait "$job" || code=$?
exit "$code"

#!/usr/bin/env bash
# Throughput of the kernel's TCP and ours together, against two kernels, through tunbridge. Needs root, /dev/net/tun, cc, ip, ss.
#
#   bench/kernel-peer.sh [ROUNDS [MILLISECONDS [CONGESTION_CONTROL]]]
set -euo pipefail
cd "$(dirname "$0")/.."

./mvnw -q -B -ntp -pl transport test-compile
class_path=$(mktemp)
trap 'rm -f "$class_path"' EXIT
./mvnw -q -B -ntp -pl transport dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$class_path"
java -cp "transport/target/classes:transport/target/test-classes:$(cat "$class_path")" dev.tou.kernel.Throughput "$@"

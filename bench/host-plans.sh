#!/bin/sh
# DAP and the automatic plan of 4 Evoformer blocks, estimated and run in turns on two devices of one core each: one JSON list on stdout.
# `pleat calibrate` comes first. Usage: bench/host-plans.sh [SIZES...], sizes as 128,256 for s and r. BEFORE is a command that each run is given to, one that
# keeps the machine quiet, say.
set -eu
cd "$(dirname "$0")/.."
sizes=${*:-64,64 128,128 128,256}
rows() {
    s=${1%,*} r=${1#*,} kind=$2
    shift 2
    ${BEFORE:-} ./pleat compare evoformer-stack --blocks 4 --size "s=$s,r=$r" "$@" --machine host --devices 2 --plans dap,auto --run --json \
        | sed "s/\"plan\" :/\"s\" : $s, \"r\" : $r, \"kind\" : \"$kind\", \"plan\" :/; 1s/^\[//; \$s/\]\$//"
}
separator='['
for size in $sizes; do
    for kind in inference training; do
        echo "$separator"
        separator=','
        case $kind in
            inference) rows "$size" inference ;;
            training) rows "$size" training --train --memory "${MEMORY:-4GB}" ;;
        esac
    done
done
echo ']'

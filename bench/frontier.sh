#!/bin/sh
# One training step of four Evoformer blocks within 100, 60, 40 and 25 % of the memory that it takes without recomputation: planned, run, compared.
# Estimates are of this host with two threads, which is measured first; do nothing else on it meanwhile.
# usage: bench/frontier.sh [FOLDER]    writes frontier-S-R.html and frontier-S-R.json
set -e
cd "$(dirname "$0")/.."
out=${1:-.}
machine=$(mktemp --suffix=.json)
trap 'rm -f "$machine"' EXIT
./pleat calibrate --threads 2 -o "$machine" > /dev/null
for size in 32,128 64,128; do
  s=${size%,*} r=${size#*,}
  ./pleat frontier evoformer-stack --blocks 4 --size "s=$s,r=$r" --machine "$machine" --threads 2 --report "$out/frontier-$s-$r.html" --json > "$out/frontier-$s-$r.json"
done

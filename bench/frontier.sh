#!/bin/sh
# One training step of four Evoformer blocks within 100, 60, 40 and 25 % of the memory that it takes without recomputation: planned, run, compared.
# usage: bench/frontier.sh [FOLDER]    writes frontier-S-R.html and frontier-S-R.json
set -e
cd "$(dirname "$0")/.."
out=${1:-.}
for size in 32,128 64,128; do
  s=${size%,*} r=${size#*,}
  ./pleat frontier evoformer-stack --blocks 4 --size "s=$s,r=$r" --threads 2 --report "$out/frontier-$s-$r.html" --json > "$out/frontier-$s-$r.json"
done

#!/bin/sh
# Automatic plans of the simplified Evoformer on machine evo-e2e beside the times that were measured of Autodist's plans, 40 GB a device: one JSON list on stdout, a
# table on stderr. Fails if an estimate of eager execution is not below what was measured. Usage: bench/autodist.sh [FILE.csv]
set -eu
cd "$(dirname "$0")/.."
runs=${1:-bench/published/evoformer_tables.csv}
budget=40000000000
plan() {
    ./pleat compare evoformer-simplified --blocks 48 --size "s=$1,r=$2" --train --dtype f16 --machine evo-e2e --devices "$3" --memory 40GB --execution "$4" \
        --plans auto --json | tr -d '\n[]'
}
field() {
    printf '%s' "$2" | sed -n "s/.*\"$1\" : \([^,} ]*\).*/\1/p"
}
separator='['
status=0
printf '%-4s %-4s %-7s %9s %9s %9s %9s\n' s r devices Autodist eager pleat "GB eager" >&2
for row in $(awk -F, '$11 == "Autodist" && $13 != "" {print $4 ":" $5 ":" $10 ":" $14}' "$runs"); do
    IFS=: read -r s r devices measured <<ROW
$row
ROW
    eager=$(plan "$s" "$r" "$devices" eager)
    fused=$(plan "$s" "$r" "$devices" pleat)
    ms=$(field estimate_ms "$eager")
    bytes=$(field peak_bytes "$eager")
    printf '%s\n{"s" : %s, "r" : %s, "devices" : %s, "autodist_measured_ms" : %s,\n  "eager" : %s,\n  "pleat" : %s}' "$separator" "$s" "$r" "$devices" \
        "$measured" "$eager" "$fused"
    separator=','
    awk -v s="$s" -v r="$r" -v d="$devices" -v m="$measured" -v e="$ms" -v f="$(field estimate_ms "$fused")" -v b="$bytes" -v cap="$budget" 'BEGIN {
        printf "%-4d %-4d %-7d %9.0f %9.0f %9.0f %9.2f\n", s, r, d, m, e, f, b / 1e9
        exit !(e > 0 && e < m && b <= cap) }' >&2 || status=1
done
printf '\n]\n'
[ $status -eq 0 ] || echo "an estimate is not below what was measured, or above the budget" >&2
exit $status

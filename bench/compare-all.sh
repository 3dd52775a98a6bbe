#!/bin/sh
# Every plan by its own estimate: both Evoformers, 48 blocks, training in f16, at three sizes, on 1, 2 and 4 devices of the two fitted machines,
# within 40, 16 and 8 GB. Prints a JSON list, one line for each of the 108 tables: the automatic plan, the fastest other one, the gap to the proven
# bound, seconds of search. Where nothing fits it says what the smallest plan needs. Ends with 1 if the automatic plan is slower than a row, is over
# the budget, or is missing where a row fits. Takes some ten minutes. Usage: bench/compare-all.sh [MODEL...]; SIZES="s=128,r=256" leaves the other sizes out.
set -eu
here=$(cd "${0%/*}" && pwd -P)
pleat=${PLEAT:-$here/../pleat}
models=${*:-evoformer-simplified evoformer-stack}
sizes=${SIZES:-s=128,r=256 s=512,r=256 s=512,r=384}
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
failed=0
separator='['
for model in $models; do for size in $sizes; do for machine in evo-table1 evo-e2e; do
    for devices in 1 2 4; do for memory in 40GB 16GB 8GB; do
        "$pleat" compare "$model" --blocks 48 --size $size --train --dtype f16 --machine $machine --devices $devices --memory $memory --json > "$scratch"
        printf '%s\n' "$separator"
        separator=','
        awk -F '[ ,]*:[ ]*' -v cell="\"model\": \"$model\", \"size\": \"$size\", \"machine\": \"$machine\", \"devices\": $devices, \"memory\": \"$memory\"" '
            { gsub(/[ ",{}]/, "", $1); gsub(/[",]/, "", $2); gsub(/ *$/, "", $2) }
            $1 == "plan" { plan = $2; plans[++count] = plan }
            NF > 1 { value[plan, $1] = $2 }
            END {
                other = ""
                for (p = 1; p <= count; p++) {
                    plan = plans[p]
                    if (plan != "auto" && value[plan, "feasible"] == "true" && (other == "" || value[plan, "estimate_ms"] + 0 < value[other, "estimate_ms"] + 0)) other = plan
                }
                printf "{%s, ", cell
                bad = ""
                if (value["auto", "feasible"] == "true") {
                    printf "\"auto_ms\": %.3f, \"bound_ms\": %.3f, \"gap\": %.5f, \"bytes\": %s, ", value["auto", "estimate_ms"], value["auto", "lower_bound_ms"], value["auto", "gap"], value["auto", "peak_bytes"]
                    if (value["auto", "peak_bytes"] + 0 > value["auto", "budget_bytes"] + 0) bad = "over the budget"
                    if (other != "" && value[other, "estimate_ms"] + 0 < value["auto", "estimate_ms"] + 0) bad = "slower than " other
                } else {
                    printf "\"smallest_bytes\": %s, ", value["auto", "peak_bytes"]
                    if (other != "") bad = "missing where " other " fits"
                }
                if (other != "") printf "\"other\": \"%s\", \"other_ms\": %.3f, ", other, value[other, "estimate_ms"]
                printf "\"search_seconds\": %.2f, \"holds\": %s}", value["auto", "search_seconds"], bad == "" ? "true" : "false"
                if (bad != "") print "auto is " bad " at " cell > "/dev/stderr"
                exit bad != ""
            }' "$scratch" || failed=1
    done; done
done; done; done
printf '\n]\n'
exit $failed

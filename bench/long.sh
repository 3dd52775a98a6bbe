#!/bin/sh
# One Evoformer block with 32 sequences in 4 GiB: the largest number of residues that a process has room for, that run for real, and the runs of
# 1408 residues in f32 and of 2048 in bf16. Prints a JSON object; times are of this machine, peak_resident_bytes are of whole processes.
# Arguments: options of `pleat fit` and `pleat run` alike, such as --threads 2. Takes ten minutes.
set -eu
here=$(cd "${0%/*}" && pwd -P)
budget=4026531840 # 4 GiB less what `pleat fit` leaves for the process
trial() {
    "$here/../pleat" run evoformer-block --random-weights 1 --random-inputs 1 --memory $budget --json "$@"
}
fit=$("$here/../pleat" fit evoformer-block --vary r --size s=32 --memory 4GiB --machine host --json "$@")
largest=$(printf '%s\n' "$fit" | sed -n 's/.*"largest" : \([0-9]*\).*/\1/p')
printf '{"fit": %s, "largest": ' "$fit"
trial --size s=32,r="$largest" "$@"
printf ', "r1408": '
trial --size s=32,r=1408 "$@"
printf ', "r2048_bf16": '
trial --size s=32,r=2048 --dtype bf16 "$@"
printf '}\n'

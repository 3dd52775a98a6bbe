#!/bin/sh
# Training that is interrupted, from beginning to end, on processes under Open MPI: a plan, a run without interruption, a run one of whose processes is
# killed, what is left of it, and a run that goes on from its last checkpoint. Says what it saw and ends with 0 only if everything held: all processes
# ended within 30 s of the kill, the killed one was named, losses are the same bits, and processes with different plans refused.
# Arguments: processes (2 unless given), then a model and its options ("evoformer-stack --blocks 2 --size s=8,r=16" unless given).
set -eu
here=$(cd "${0%/*}" && pwd -P)
processes=${1:-2}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- evoformer-stack --blocks 2 --size s=8,r=16
if ! command -v mpirun > /dev/null; then
    echo 'skipped: training that is killed, because Open MPI is not installed (`apt install openmpi-bin libopenmpi3`)'
    exit 0
fi
# In a container everything is done by root, which mpirun refuses unless it is told twice.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
victim=$((processes - 1))

fail() {
    echo "FAILED: $1"
    exit 1
}
train() {
    mpirun --oversubscribe --bind-to none -np "$processes" "$here/../pleat" train "$@" --threads 1 --optimizer adam --clip 1
}
# Step and loss of each line, with all digits that are printed.
losses() {
    sed -n 's/^step *\([0-9]*\) *loss *\([^ ]*\).*/\1 \2/p' "$1"
}
# The loss of a step, as its bits are: JSON has all digits.
json_losses() {
    tr -d '\n ' < "$1" | sed 's/.*"losses":\[\([^]]*\)\].*/\1/' | tr ',' '\n'
}

"$here/../pleat" plan "$@" --train --machine h100 --devices "$processes" --plan dap -o "$scratch/all.plan" > /dev/null
echo "plan: $(sed -n 's/^fact plan = //p' "$scratch/all.plan") on $processes processes, $*"

train "$scratch/all.plan" --steps 1000000 --save "$scratch/run.safetensors" --every 3 > "$scratch/killed.txt" 2>&1 &
launcher=$!
until [ -f "$scratch/run.safetensors" ] && [ "$(losses "$scratch/killed.txt" | wc -l)" -ge 7 ]; do
    kill -0 $launcher 2> /dev/null || { cat "$scratch/killed.txt"; fail 'training ended by itself'; }
    sleep 1
done
pid=
for environment in /proc/[0-9]*/environ; do
    if { tr '\0' '\n' < "$environment"; } 2> /dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$victim"; then
        candidate=${environment#/proc/}
        candidate=${candidate%/environ}
        # Other runs on this machine have processes of that number too.
        if { tr '\0' ' ' < "/proc/$candidate/cmdline"; } 2> /dev/null | grep -q "$scratch/all.plan"; then
            pid=$candidate
        fi
    fi
done
[ -n "$pid" ] || fail "no process of number $victim was found"
before=$(date +%s)
kill -9 "$pid"
status=0
wait $launcher || status=$?
seconds=$(($(date +%s) - before))
done_steps=$(losses "$scratch/killed.txt" | wc -l)
echo "killed: process $victim (pid $pid) after $done_steps steps; all processes had ended $seconds s later, status $status"
grep -E "process rank $victim |device $victim is gone" "$scratch/killed.txt" | sed 's/^/  said: /' || fail 'the killed process was not named'
[ "$seconds" -le 30 ] || fail 'that took longer than 30 s'
[ "$status" -ne 0 ] || fail 'a run that was killed ended well'

steps=$((done_steps + 3))
train "$scratch/all.plan" --steps $steps --resume "$scratch/run.safetensors" --json > "$scratch/resumed.json"
train "$scratch/all.plan" --steps $steps --json > "$scratch/whole.json"
first=$(sed -n 's/.*"first_step" : \([0-9]*\).*/\1/p' "$scratch/resumed.json")
echo "checkpoint: of step $first; resumed up to step $steps"
json_losses "$scratch/resumed.json" > "$scratch/resumed.txt"
json_losses "$scratch/whole.json" | tail -n +$((first + 1)) > "$scratch/whole.txt"
cmp "$scratch/resumed.txt" "$scratch/whole.txt" || fail 'losses differ from those of a run without interruption'
losses "$scratch/killed.txt" | tail -n 1 | sed 's/^/  last step of the killed run: /'
echo "  losses of steps $((first + 1)) to $steps, resumed and without interruption, the same bits: $(tr '\n' ' ' < "$scratch/resumed.txt")"

sed 's/^fact .*//; s/overlap=true/overlap=false/' "$scratch/all.plan" > "$scratch/other.plan"
status=0
mpirun --oversubscribe --bind-to none -np 1 "$here/../pleat" train "$scratch/all.plan" --steps 1 --threads 1 : -np $victim "$here/../pleat" train \
    "$scratch/other.plan" --steps 1 --threads 1 > "$scratch/different.txt" 2>&1 || status=$?
[ "$status" -ne 0 ] || fail 'processes with different plans went on'
grep -m 1 'processes have different plans' "$scratch/different.txt" | sed 's/^/refused: /' || fail 'the refusal does not say why'
echo 'all of it held'

#!/bin/sh
# Plans of small models, executed: for each model and number of devices every named plan, and the automatic one at three budgets (all that it wants,
# half way to the least, the least), are planned, saved, run on devices of one process and, if mpirun is there, as processes, and compared with one
# device: outputs, all gradients, what is sent by kind of exchange, and the bytes that the plan says the device sends which sends most. Prints a line each,
# and ends with 1 if a plan gave other numbers.
# Usage: bench/verify-plans.sh [--all] [--dtype bf16|f16|f32] [MODEL...]; without --all for 2 and 3 devices only, without --dtype in f32. DEVICES and
# PROCESSES name other numbers, PLEAT another launcher.
set -u
here=$(cd "${0%/*}" && pwd -P)
pleat=${PLEAT:-$here/../pleat}
counts="2 3"
processes=2
dtype=f32
while :; do
    case ${1:-} in
        --all) counts="2 3 4 8" processes="2 4"; shift ;;
        --dtype) dtype=${2:?"--dtype has no type"}; shift 2 ;;
        -*) echo "there is no option $1" >&2; exit 2 ;;
        *) break ;;
    esac
done
counts=${DEVICES:-$counts}
processes=${PROCESSES-$processes}
models=${*:-block stack simplified diffusion dropout}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
wrong=0

model() {
    case $1 in
        block) echo "EvoformerBlock --size s=8,r=12 --set c_m=32,c_z=16" ;;
        stack) echo "evoformer-stack --blocks 3 --size s=8,r=12 --set c_m=32,c_z=16,c_s=24" ;;
        simplified) echo "evoformer-simplified --blocks 4 --size s=8,r=16 --set cm=32,cz=16" ;;
        diffusion) echo "DiffusionTransformerLayer --size n=24 --set dim=32,dim_single_cond=16,dim_pairwise=8,heads=8" ;;
        dropout) echo "$here/dropout.pleat:Layers --size r=12" ;;
        *) echo "there is no model $1" >&2; exit 2 ;;
    esac
}

number() { sed -n "s/.*\"$1\" : \([0-9]*\).*/\1/p"; }

# What a search says of its budget, of a plan that fits or does not.
peak() { "$pleat" plan $words --devices "$n" --memory "$1" --json 2> /dev/null | number peak_bytes; }

budgets() {
    most=$(peak 1TB)
    least=$(peak 1)
    echo "loose $most"
    echo "middle $(((most + least) / 2))"
    echo "tight $least"
}

for name in $models; do
    words="$(model "$name") --train --dtype $dtype --machine ${MACHINE:-$here/fast-links.json}"
    for n in $counts; do
        folder=$work/$name-$n
        mkdir -p "$folder"
        "$pleat" compare $words --devices "$n" --memory 1TB --plans single,tp,dap,dap-fastfold --save "$folder" | sed -n 's/^plan /  /p'
        [ "$name" = dropout ] || "$pleat" compare $words --devices "$n" --memory 1TB --batch "$n" --plans dp,zero --save "$folder" | sed -n 's/^plan /  /p'
        budgets > "$folder/budgets"
        while read -r budget bytes; do
            "$pleat" plan $words --devices "$n" --memory "$bytes" -o "$folder/auto-$budget.plan" > /dev/null
        done < "$folder/budgets"
        mv "$folder/single.plan" "$work/$name-single.plan" 2> /dev/null
        echo "$name on $n devices of one process"
        "$pleat" verify-plan "$folder"/*.plan --devices "$n" || wrong=1
        grep -h '^runs ' "$folder"/*.plan | sort | uniq -c | sed 's/^ */  plans whose copies differ: /'
        for p in $processes; do
            [ "$p" = "$n" ] && command -v mpirun > /dev/null || continue
            for plan in "$folder"/*.plan; do
                said=$(mpirun --oversubscribe --bind-to none -np "$n" "$pleat" verify-plan "$plan" --devices "$n" --mpi --threads 1 2>&1)
                [ $? = 0 ] || wrong=1
                verdict=$(echo "$said" | sed -n 's/^plan .* devices: //p' | head -1)
                echo "  ${plan##*/} on $n processes: ${verdict:-failed: $(echo "$said" | head -3)}"
            done
        done
    done
    echo "$name on one device"
    "$pleat" verify-plan "$work/$name-single.plan" || wrong=1
done
exit $wrong

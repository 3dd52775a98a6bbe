#!/bin/sh
# Checks and times bundles of `pleat export --target cuda` on the GPU of this machine, and prints one JSON object, also where something fails on the way.
# Needs NVIDIA's driver and a C++ compiler, no CUDA toolkit; where python3 has PyTorch, the same blocks in eager PyTorch and under torch.compile, the peak
# of cuBLAS and the rate of copies come beside it. What the fields are, and which of them is which goal: bench/README.md; bench/gpu/goals.py reads them.
# Ends with 1 if a bundle did not pass, with 74 if there is no GPU.
# Arguments: folders of bundles. $CXX and $PYTHON name another compiler or python; a bundle that takes more than $PATIENCE seconds (900) is given up.
set -u
here=$(cd "${0%/*}" && pwd -P)
if [ $# = 0 ]; then
    echo "usage: bench/gpu/run.sh BUNDLE... > result.json" >&2
    exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

compiler() {
    for found in ${CXX:-c++ g++ clang++}; do
        if command -v "$found" > /dev/null; then
            echo "$found"
            return
        fi
    done
}

cxx=$(compiler)
if [ -z "$cxx" ]; then
    echo "there is no C++ compiler on this machine: none of ${CXX:-c++, g++, clang++}" >&2
    echo "  = help: \`apt install g++\`, or name one by CXX; on another machine with as old a libc: c++ -O2 -std=c++17 -static-libstdc++ -o runner runner.cpp -ldl" >&2
    exit 2
fi

# The program of a bundle; bundles that were exported together have the same.
build() {
    sources=$(cat "$1"/*.h "$1/runner.cpp" 2> /dev/null | cksum)
    [ "$sources" = "${built:-}" ] && return
    "$cxx" -O2 -std=c++17 -o "$work/runner" "$1/runner.cpp" -ldl > "$work/error" 2>&1 && built=$sources
}

# A text as a JSON string: the last line of a file that is not empty.
last() {
    printf '"%s"' "$(grep -v '^ *$' "$1" | tail -n 1 | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g')"
}

# The clocks and power of the GPU, as its own tool says them.
clocks() {
    if command -v nvidia-smi > /dev/null; then
        nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.draw,power.limit,temperature.gpu --format=csv,noheader > "$work/clocks" 2>&1
        last "$work/clocks"
    else
        printf null
    fi
}

# A report, or what went wrong; returns whether the bundle passed.
bundle() {
    status=0
    if ! build "$1"; then
        cat "$work/error" >&2
        status=2
    else
        if command -v timeout > /dev/null; then
            timeout "${PATIENCE:-900}" "$work/runner" "$1" > "$work/report" 2> "$work/error" || status=$?
        else
            "$work/runner" "$1" > "$work/report" 2> "$work/error" || status=$?
        fi
        cat "$work/error" >&2
    fi
    case $status in
        0 | 1) cat "$work/report" ;;
        *)
            [ "$status" = 124 ] && echo "no end after ${PATIENCE:-900} seconds" > "$work/error"
            printf '{"ok": false, "exit": %d, "error": %s}' "$status" "$(last "$work/error")"
            ;;
    esac
    return "$status"
}

if ! build "$1"; then
    cat "$work/error" >&2
    echo "$1/runner.cpp cannot be compiled: is it a bundle of \`pleat export\`?" >&2
    exit 2
fi
"$work/runner" --probe > "$work/device" || exit $?
failed=0
printf '{"date": "%s", "device": %s, "before": %s, "bundles": [' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(last "$work/device")" "$(clocks)"
separator=
for folder in "$@"; do
    name=${folder%/}
    echo "${name##*/}" > "$work/name"
    printf '%s{"bundle": %s, "report": ' "$separator" "$(last "$work/name")"
    bundle "$folder" || failed=1
    printf '}'
    separator=', '
done
printf '], "after": %s, "torch": ' "$(clocks)"
if "${PYTHON:-python3}" "$here/torch_peer.py" > "$work/torch" && [ -s "$work/torch" ]; then
    cat "$work/torch"
else
    echo "nothing of PyTorch to compare with: ${PYTHON:-python3} $here/torch_peer.py failed" >&2
    printf 'null\n'
fi
printf '}\n'
exit $failed

#!/bin/sh
# Evaluate a model and compare it with a baseline:
#
#   gate.sh BASELINE.json --model hf --model_args pretrained=MODEL --tasks followrag
#
# All but the baseline are options of `followrag eval`. GATE_OUT names the folder to write into
# (gate-output), GATE_POLICY a policy (none). Ends with 0 for PASS, 1 for REGRESSED, 3 for
# INCONCLUSIVE, and 2 where nothing could be compared.
set -eu

# What goes wrong ends with 2: an exit code of 1 would be taken for REGRESSED.
if [ $# -eq 0 ]; then
    echo "name the baseline file, then the options of followrag eval" >&2
    exit 2
fi
baseline=$1
shift
out=${GATE_OUT:-gate-output}
policy=${GATE_POLICY:-}

# An earlier answer must not be taken for this one's.
rm -f "$out/compare.md" "$out/compare.json" "$out/compare.xml" || exit 2
for file in "$baseline" ${policy:+"$policy"}; do
    if [ ! -r "$file" ]; then
        echo "$file: is not there, or can't be read" >&2
        exit 2
    fi
done
if [ -e "$out/runs" ]; then
    echo "$out/runs: holds earlier runs, which would count as seeds; remove it, or set GATE_OUT" >&2
    exit 2
fi
followrag eval "$@" --output_path "$out/runs" || exit 2

followrag compare "$baseline" "$out/runs" ${policy:+--policy "$policy"} \
    --out "$out/compare.md" --out "$out/compare.json" --out "$out/compare.xml"

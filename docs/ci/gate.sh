#!/bin/sh
# Evaluate a model and compare it with a baseline:
#
#   gate.sh BASELINE.json --model hf --model_args pretrained=MODEL --tasks followrag
#
# All but the baseline are options of `followrag eval`. GATE_OUT names the folder to write into
# (gate-output), GATE_POLICY a policy (none). Ends with 0 for PASS, 1 for REGRESSED, 3 for
# INCONCLUSIVE, and 2 where nothing could be compared.
set -eu

baseline=${1:?name the baseline file, then the options of followrag eval}
shift
out=${GATE_OUT:-gate-output}
policy=${GATE_POLICY:-}

if [ -e "$out/runs" ]; then
    echo "$out/runs: holds earlier runs, which would count as seeds; remove it, or set GATE_OUT" >&2
    exit 2
fi
# An exit code of 1 would be taken for REGRESSED.
followrag eval "$@" --output_path "$out/runs" || exit 2

followrag compare "$baseline" "$out/runs" ${policy:+--policy "$policy"} \
    --out "$out/compare.md" --out "$out/compare.json" --out "$out/compare.xml"

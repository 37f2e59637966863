#!/usr/bin/env bash
# What a GPU is measured for, in one go: rates, bench tables beside the simulation, captures of two
# models in two formats over a sweep of batches, with and without speculation, fitted figures, and
# how far they are off on the captures. The README of this folder tells how to build accelsim for it.
# Usage: capture-gpu.sh ACCELSIM HARDWARE FOLDER   e.g. capture-gpu.sh ./accelsim h200-sxm out/h200
set -euo pipefail
accelsim=$1 hardware=$2 out=$3
large=${LARGE:-llama-3.1-8b} small=${SMALL:-llama-3.2-1b} weights=${WEIGHTS---weights random}
isl=${ISL:-2048} osl=${OSL:-128} batches=${BATCHES:-1 8 32}
mkdir -p "$out"
run() {
  echo "== accelsim $*"
  "$accelsim" "$@"
}
run devices
run measure --backend gpu --model "$small" $weights --dtype bf16 --out "$out/measure-bf16.jsonl.gz"
run measure --backend gpu --model "$small" $weights --dtype int4 --out "$out/measure-int4.jsonl.gz"
run calibrate --extends "$hardware" --out "$out/fitted.json" \
  --trace "$out/measure-bf16.jsonl.gz,$out/measure-int4.jsonl.gz"
for dtype in bf16 int4; do
  # Decoding at batch 1 against copies; prompts of ISL tokens against matrix products.
  run run --bench --backend gpu --model "$large" $weights --dtype "$dtype" --isl "$isl" \
    --osl "$osl" --batch 1,8 --hardware "$hardware"
  for model in "$large" "$small"; do
    for batch in $batches; do
      trace="$out/$(basename "$model")-$dtype-batch-$batch.jsonl.gz"
      run capture --backend gpu --model "$model" $weights --dtype "$dtype" --isl 256 --osl 32 \
        --num-requests "$batch" --max-num-seqs "$batch" --max-num-batched-tokens 2048 \
        --out "$trace"
      run compare "$trace" --hardware "$out/fitted.json"
    done
  done
done
run capture --backend gpu --model models/tiny/target --isl 64 --osl 64 --num-requests 4 \
  --out "$out/tiny-target.jsonl.gz"
run capture --backend gpu --model models/tiny/target --draft models/tiny/draft --isl 64 --osl 64 \
  --num-requests 4 --out "$out/tiny-target-draft.jsonl.gz"
ls -l "$out"

#!/usr/bin/env bash
# Rehearses scripts/gpu-check on machines that are not here: programs that it calls are replaced by ones that say what
# those of such a machine say.
#   gpu_check.sh SOURCE_DIR
set -euo pipefail
source=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/scripts" "$folder/programs"
cp "$source/scripts/gpu-check" "$folder/scripts/"

program() {  # program NAME LINES: what it does
  printf '#!/bin/bash\n%s\n' "$2" >"$folder/programs/$1"
  chmod +x "$folder/programs/$1"
}
printf '#!/bin/bash\n' >"$folder/scripts/setup"; chmod +x "$folder/scripts/setup"
program nvcc 'echo "Cuda compilation tools"'
program ninja ''
program python3 'exit 1'
program git 'echo unknown'
program cmake 'mkdir -p build/gpu; for name in tutti benchmark_kernels benchmark_training test_cuda test_engine; do
  cp programs/built build/gpu/$name; done; echo "kernels/vendor: not here"'
program compute-sanitizer 'echo sanitized'
program built 'echo built'
usable='case $1 in --query-gpu=name*) echo "Some GPU, 580.1";; *) echo 9.0;; esac'
passed='echo "100% tests passed, 0 tests failed out of 9"'

check() {  # check WHAT STATUS WORDS: gpu-check ends with the status and says the words
  local status=0
  (cd "$folder" && PATH=$folder/programs:/usr/bin:/bin scripts/gpu-check out) >"$folder/said" 2>&1 || status=$?
  if [ $status -ne "$2" ] || ! grep -q "$3" "$folder/said"; then
    echo "$1: status $status, not $2, or it does not say '$3':"; cat "$folder/said"
    exit 1
  fi
}

program ctest "$passed"
check "no driver" 1 "there is no NVIDIA driver"
program nvidia-smi 'echo "NVIDIA-SMI has failed"; exit 9'
check "a driver that does not work" 1 "nvidia-smi says"
program nvidia-smi "$usable"
check "a GPU" 0 "written: "
ls "$folder"/out/*Some-GPU.md >/dev/null
program built 'echo "tutti: cuda: its driver is for CUDA 12.4; one for CUDA 13.0 or later is wanted"; exit 1'
check "an old driver" 1 "one for CUDA 13.0 or later is wanted"
check "an old driver" 1 "nothing was tested"
program built 'echo built'
program ctest "echo ' 3/9 Test #3: cuda: agrees ..........***Skipped   0.1 sec'; $passed"
check "tests that are skipped" 1 "did not use the GPU"
program ctest 'exit 8'
check "tests that fail" 1 "FAILED  tests"

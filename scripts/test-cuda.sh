#!/usr/bin/env bash
# Builds the CUDA twins of the forensic kernels and the program that judges and times them, with nvcc and g++ alone, and
# runs it: bash scripts/test-cuda.sh [picture.ppm ...]. Each part runs in a process of its own, so that a kernel that
# breaks the device's context breaks no other's test. AIDET_CUDA_ARCH picks another device than sm_90. Ends with 77
# where no device answers.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kernels=$root/native/forensics
tests=$root/native/test/forensics
out=${AIDET_CUDA_BUILD:-$root/build-cuda}
arch=${AIDET_CUDA_ARCH:-sm_90}
began=$SECONDS
mkdir -p "$out/objects" && rm -f "$out"/objects/*.o || exit 1

jobs=()
compile() { # object, compiler and arguments
  local object=$1
  shift
  "$@" -std=c++17 -c -o "$out/objects/$object.o" &
  jobs+=($!)
}
host=(g++ -O3 -ffp-contract=off -fPIC)
for kernel in ela noise spectrum; do
  compile "cuda-$kernel" nvcc -O3 -arch="$arch" -Xcompiler -fPIC,-fvisibility=hidden "$kernels/$kernel/cuda.cu"
done
for source in backend jpeg_tables cuda/backend ela/reference grey/reference jpeg_history/reference noise/reference \
  spectrum/scalar; do
  compile "plain-${source//\//-}" "${host[@]}" -DAIDET_WITH_X86 "$kernels/$source.cc"
done
avx2=(-DAIDET_TARGET_AVX2 -mavx2 -mfma -mbmi2 -ffp-contract=fast)
avx512=(-DAIDET_TARGET_AVX512 -mavx2 -mfma -mbmi2 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vbmi -mavx512vnni
  -mprefer-vector-width=512 -ffp-contract=fast)
for source in backend_simd ela/simd grey/simd jpeg_history/simd noise/simd spectrum/simd; do
  compile "avx2-${source//\//-}" "${host[@]}" "${avx2[@]}" "$kernels/$source.cc"
  compile "avx512-${source//\//-}" "${host[@]}" "${avx512[@]}" "$kernels/$source.cc"
done
for source in cuda_test cuda_timing; do compile "test-$source" "${host[@]}" "$tests/$source.cc"; done
for job in "${jobs[@]}"; do wait "$job" || { echo "compiling failed" && exit 1; }; done
nvcc -shared --cudart static "$out"/objects/cuda-*.o -o "$out/aidet_cuda.so" || exit 1
g++ "$out"/objects/{plain,avx2,avx512,test}-*.o -pthread -ldl -o "$out/cuda_test" || exit 1
echo "built in $((SECONDS - began)) s"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null
grep -m1 'model name' /proc/cpuinfo

running=()
parts=(ela noise spectrum backend)
for part in "${parts[@]}"; do
  "$out/cuda_test" "${AIDET_CUDA_LIBRARY:-$out/aidet_cuda.so}" "$part" "$@" >"$out/$part.log" 2>&1 &
  running[${#running[@]}]=$!
done
status=0
for i in "${!parts[@]}"; do
  wait "${running[$i]}" || status=$?
  cat "$out/${parts[$i]}.log"
done
echo "parity took until $((SECONDS - began)) s"
# Alone, so that nothing else is on the machine.
"$out/cuda_test" "${AIDET_CUDA_LIBRARY:-$out/aidet_cuda.so}" timing | tee "$out/timing.log" || status=$?
passed=0 failed=0
while read -r p f; do passed=$((passed + p)) failed=$((failed + f)); done < <(
  sed -nE 's/^CUDA .*: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out"/{ela,noise,spectrum,backend,timing}.log
)
for part in "${parts[@]}" timing; do
  grep -q '^CUDA .* passed, ' "$out/$part.log" || echo "part $part did not end"
done
echo "$passed passed, $failed failed in $((SECONDS - began)) s"
exit "$status"

#!/bin/sh
# build.sh FOLDER [driver]: makes libcuda.so.1 there, and libcublasLt.so.12 unless only the driver
# is asked for. Needs gcc; nothing of NVIDIA's.
set -e
here=$(dirname "$0")
out=$1
mkdir -p "$out"
# Sums and products are rounded one by one: only fma in PTX is one.
flags="-std=gnu11 -O3 -march=native -ffp-contract=off -fno-math-errno -fno-trapping-math \
 -fno-strict-aliasing -fwrapv -fvisibility=hidden -fPIC -shared -Wall -Wextra -Werror -pthread"
gcc $flags -Wl,-soname,libcuda.so.1 -o "$out/libcuda.so.1" \
    "$here/driver.c" "$here/ptx.c" "$here/run.c" "$here/mma.c" -lm
if [ "$2" != driver ]; then
    gcc $flags -Wl,-soname,libcublasLt.so.12 -Wl,-rpath,'$ORIGIN' \
        -o "$out/libcublasLt.so.12" "$here/cublaslt.c" "$out/libcuda.so.1"
fi

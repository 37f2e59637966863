// A stand-in for NVIDIA's driver that runs PTX on the processor. It shows what kernels and the
// code that launches them mean, as NVIDIA's PTX ISA manual tells it; nothing of a GPU's speed.
#pragma once
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef float f32;

enum { LANES = 32, MOST_OPERANDS = 14, ROW = LANES * sizeof(u32) };

// Numbers of cuda.h that are used here.
enum {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_CONTEXT = 201, INVALID_PTX = 218,
    INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700,
    LAUNCH_OUT_OF_RESOURCES = 701, ILLEGAL_INSTRUCTION = 715, MISALIGNED_ADDRESS = 716,
    NOT_SUPPORTED = 801,
};

// Addresses that kernels see lie this far from where memory is: a host that reads them fails, as
// it does with a GPU's.
#define DEVICE_BIAS (1ull << 60)
// Where windows of shared and local memory begin: address 0 is none of them.
#define WINDOW 0x1000u

enum special { TID_X, TID_Y, TID_Z, NTID_X, NTID_Y, NTID_Z, CTAID_X, CTAID_Y, CTAID_Z, NCTAID_X,
    NCTAID_Y, NCTAID_Z, LANEID, SPECIALS };

enum space { GLOBAL, SHARED, LOCAL, PARAM };

// Instructions whose lanes do not go each their own way, and those of memory.
enum { OP_BRA = 1, OP_RET, OP_BAR, OP_LOAD, OP_STORE, OP_SHFL, OP_MMA_BF16, OP_MMA_F16,
    OP_FIRST_PLAIN };

struct op {
    uint16_t code;
    u8 negated, uniform, space, parts, bytes;
    i32 guard;             // a predicate; -1: none
    i32 x[MOST_OPERANDS];  // rows by bytes, predicates by number, a branch's target
    i64 offset;
    u32 line;
};

struct variable {
    char name[64];
    u32 offset, bytes;
    u8 space;
};

struct kernel {
    char name[64];
    struct op *code;
    u32 count, room;
    struct variable *variables;
    u32 variableCount;
    u32 paramBytes, sharedBytes, localBytes, predicates;
    u32 rowBytes;        // registers of a warp, special ones first, constants last
    u32 constantsAt;
    u8 *constants;
    struct module *module;
};

struct module {
    char **lines;        // for messages
    u32 lineCount;
    struct kernel **kernels;
    u32 kernelCount;
};

struct allocation {
    u64 address, bytes;
    void *context;
};

struct launch {
    const struct kernel *kernel;
    u32 grid[3], group[3], dynamicShared;
    u8 *params;
    u64 groups, next;    // taken by threads one by one
    i32 error;
};

// ptx.c: what it could not take is said in `problem`.
struct module *parse_module(const char *text, char *problem, size_t room);
void free_module(struct module *module);

// run.c
void run_groups(struct launch *launch);

// mma.c
void run_mma(u8 *rows, const i32 *x, int half);
void run_shfl(u8 *rows, const i32 *x, int kind, u32 active);
u32 bf16_pair(f32 high, f32 low);
u32 f16_pair(f32 high, f32 low);
i32 dp4a(i32 a, i32 b, i32 c);
i32 rounded_to_zero(f32 a);

// driver.c: NULL where none holds all of it.
const struct allocation *find_allocation(u64 address, u64 bytes);

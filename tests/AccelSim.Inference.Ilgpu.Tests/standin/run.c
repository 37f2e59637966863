// Runs groups of a launch: warps of 32 lanes in lockstep, those with the lowest place in the
// program first, so that lanes that parted come together again. Warps of a group take turns at
// barriers; groups are shared among threads.
#include "standin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES_BEFORE = OP_FIRST_PLAIN - 1 };
enum {
    FIRST = CODES_BEFORE,
#define OP1(id, D, A, e) op_##id,
#define OP2(id, D, A, B, e) op_##id,
#define OP3(id, D, A, B, C, e) op_##id,
#define SET(id, T, e) op_##id,
#define LOGIC(id, n, e) op_##id,
#define SELECT(id, T) op_##id,
#include "ops.h"
#undef OP1
#undef OP2
#undef OP3
#undef SET
#undef LOGIC
#undef SELECT
};

struct warp {
    u32 pc[LANES];
    u32 live, waiting;     // lanes that have not returned, and those of them that wait for others
    u8 *rows, *local;
    u32 *predicates;
};

// Which threads touched a word of shared memory since the last barrier.
struct touch {
    u32 writePhase, readPhase, writer, reader;
};

enum { SEVERAL = 1 << 16 };

struct run {
    struct launch *launch;
    const struct kernel *kernel;
    struct warp *warps;
    u32 warpCount;
    u8 *memory, *shared;
    u32 sharedBytes, phase;
    struct touch *touched;
    const struct allocation **last; // by operation: where it went the last time
    jmp_buf failed;
};

static const u32 ALL = ~0u;

static void __attribute__((noreturn))
fail(struct run *r, const struct op *op, i32 error, const char *what, u64 number) {
    fprintf(stderr, "stand-in: %s, line %u: %s: %s (0x%llx)\n", r->kernel->name, op->line + 1,
        r->kernel->module->lines[op->line], what, (unsigned long long)number);
    r->launch->error = error;
    longjmp(r->failed, 1);
}

// Words that one thread writes and another touches with no barrier between: which comes first is
// left open, within a warp, too.
static void touch(struct run *r, const struct op *op, u32 thread, u64 at, u32 bytes) {
    int stores = op->code == OP_STORE;
    for (u32 i = 0; i < bytes / 4; i++) {
        struct touch *t = &r->touched[at / 4 + i];
        int written = t->writePhase == r->phase, read = t->readPhase == r->phase;
        if ((written && t->writer != thread) || (stores && read && t->reader != thread))
            fail(r, op, ILLEGAL_INSTRUCTION, "threads race for shared memory", at);
        if (stores) {
            t->writePhase = r->phase;
            t->writer = thread;
        } else {
            t->readPhase = r->phase;
            t->reader = read && t->reader != thread ? SEVERAL : thread;
        }
    }
}

// Where so many bytes at an address of a lane lie.
static u8 *place(
    struct run *r, struct warp *w, const struct op *op, int lane, u64 address, u32 bytes) {
    if (address & (bytes - 1)) fail(r, op, MISALIGNED_ADDRESS, "misaligned address", address);
    if (op->space == GLOBAL) {
        const struct allocation **last = &r->last[op - r->kernel->code];
        if (!*last || address - (*last)->address > (*last)->bytes - bytes
            || (*last)->bytes < bytes) {
            *last = find_allocation(address, bytes);
            if (!*last) fail(r, op, ILLEGAL_ADDRESS, "no memory there", address);
        }
        return (u8 *)(address - DEVICE_BIAS);
    }
    u32 limit = op->space == SHARED ? r->sharedBytes : r->kernel->localBytes;
    u64 at = address - WINDOW;
    if (limit < bytes || at > limit - bytes)
        fail(r, op, ILLEGAL_ADDRESS, "outside of the window", address);
    if (op->space == LOCAL) return w->local + (u64)lane * r->kernel->localBytes + at;
    touch(r, op, (u32)(w - r->warps) * LANES + lane, at, bytes);
    return r->shared + at;
}

static void load(struct run *r, struct warp *w, const struct op *op, u32 m) {
    u32 bytes = op->bytes * op->parts;
    const u64 *addresses = (u64 *)(w->rows + op->x[0]);
    for (int i = 0; i < LANES; i++) {
        if (!(m >> i & 1)) continue;
        const u8 *from = op->space == PARAM ? r->launch->params + op->offset
            : place(r, w, op, i, addresses[i] + op->offset, bytes);
        for (u32 part = 0; part < op->parts; part++) {
            u8 *row = w->rows + op->x[1 + part];
            if (op->bytes == 4) ((u32 *)row)[i] = ((const u32 *)from)[part];
            else ((u64 *)row)[i] = ((const u64 *)from)[part];
        }
    }
}

static void store(struct run *r, struct warp *w, const struct op *op, u32 m) {
    u32 bytes = op->bytes * op->parts;
    const u64 *addresses = (u64 *)(w->rows + op->x[0]);
    for (int i = 0; i < LANES; i++) {
        if (!(m >> i & 1)) continue;
        u8 *to = place(r, w, op, i, addresses[i] + op->offset, bytes);
        for (u32 part = 0; part < op->parts; part++) {
            const u8 *row = w->rows + op->x[1 + part];
            if (op->bytes == 4) ((u32 *)to)[part] = ((const u32 *)row)[i];
            else ((u64 *)to)[part] = ((const u64 *)row)[i];
        }
    }
}

// Rows either are the same or do not overlap, so lanes may go at once.
#define EACH(statement) \
    if (m == ALL) { \
        _Pragma("GCC ivdep") for (int i = 0; i < LANES; i++) { statement; } \
    } else { \
        _Pragma("GCC ivdep") for (int i = 0; i < LANES; i++) if (m >> i & 1) { statement; } \
    } \
    break;
#define AT(T, n) ((T *)(w->rows + op->x[n]))[i]
#define KEEP(bits) p[op->x[0]] = (p[op->x[0]] & ~m) | ((bits) & m)

#define OP1(id, D, A, e) case op_##id: EACH(A a = AT(A, 1); AT(D, 0) = (D)(e))
#define OP2(id, D, A, B, e) case op_##id: EACH(A a = AT(A, 1); B b = AT(B, 2); AT(D, 0) = (D)(e))
#define OP3(id, D, A, B, C, e) case op_##id: \
    EACH(A a = AT(A, 1); B b = AT(B, 2); C c = AT(C, 3); AT(D, 0) = (D)(e))
#define SET(id, T, e) case op_##id: { \
    u32 bits = 0; \
    for (int i = 0; i < LANES; i++) { T a = AT(T, 1), b = AT(T, 2); bits |= (u32)(e) << i; } \
    KEEP(bits); \
    break; }
#define LOGIC(id, n, e) case op_##id: { \
    u32 a = p[op->x[1]], b = n == 2 ? p[op->x[2]] : 0; \
    (void)b; \
    KEEP(e); \
    break; }
#define SELECT(id, T) case op_##id: { \
    u32 c = p[op->x[3]]; \
    EACH(T a = AT(T, 1); T b = AT(T, 2); AT(T, 0) = c >> i & 1 ? a : b) }

static void plain(struct run *r, struct warp *w, const struct op *op, u32 m) {
    u32 *p = w->predicates;
    switch (op->code) {
#include "ops.h"
    default: fail(r, op, ILLEGAL_INSTRUCTION, "unknown", op->code);
    }
}

// Lanes at a place.
static u32 lanes_at(const struct warp *w, u32 pc) {
    u32 lanes = 0;
    for (int i = 0; i < LANES; i++) lanes |= (u32)(w->pc[i] == pc) << i;
    return lanes & w->live;
}

static u32 lowest(const struct warp *w, u32 lanes) {
    u32 pc = ALL;
    for (int i = 0; i < LANES; i++)
        if ((lanes >> i & 1) && w->pc[i] < pc) pc = w->pc[i];
    return pc;
}

static void go(struct warp *w, u32 lanes, u32 pc) {
    for (int i = 0; i < LANES; i++)
        if (lanes >> i & 1) w->pc[i] = pc;
}

// Whom an instruction of several lanes wants.
static u32 wanted(struct run *r, struct warp *w, const struct op *op, u32 lanes) {
    if (op->code == OP_BAR) return w->live;
    if (op->code != OP_SHFL) return ALL;
    u32 all = 0;
    for (int i = 0; i < LANES; i++) {
        if (!(lanes >> i & 1)) continue;
        u32 members = ((u32 *)(w->rows + op->x[4]))[i];
        if (!(members >> i & 1)) fail(r, op, ILLEGAL_INSTRUCTION, "not among its lanes", members);
        all |= members;
    }
    return all;
}

// An instruction of several lanes: whether they are all there. Lanes whose way led them here early
// wait for the others, as the assembler lets them meet before; if those never come, the manual
// leaves open what happens, so this is an error.
static int meet(struct run *r, struct warp *w, const struct op *op, u32 *active) {
    u32 here = (u32)(op - r->kernel->code);
    go(w, *active, here);
    *active = lanes_at(w, here);
    u32 missing = wanted(r, w, op, *active) & ~*active;
    w->waiting |= *active;
    if (missing && !(w->live & ~w->waiting))
        fail(r, op, ILLEGAL_INSTRUCTION, "lanes never come", missing);
    if (!missing) w->waiting &= ~*active;
    return !missing;
}

static int lanes_together(struct run *r, struct warp *w, const struct op *op, u32 *active) {
    if (op->guard >= 0) fail(r, op, ILLEGAL_INSTRUCTION, "a predicate on it", op->guard);
    if (!meet(r, w, op, active)) return 0;
    if (op->code == OP_SHFL) run_shfl(w->rows, op->x, op->space, *active);
    else if (op->code != OP_BAR) run_mma(w->rows, op->x, op->code == OP_MMA_F16);
    return 1;
}

static void branch(struct run *r, struct warp *w, const struct op *op, u32 m, u32 *active) {
    if (op->uniform && m) fail(r, op, ILLEGAL_INSTRUCTION, "a uniform branch parts lanes", m);
    go(w, m, (u32)op->x[0]);
    *active &= ~m;
}

// Up to a barrier (1) or the end (0).
static int run_warp(struct run *r, struct warp *w) {
    while (w->live) {
        u32 pc = lowest(w, w->live & ~w->waiting);
        u32 active = lanes_at(w, pc);
        u32 next = lowest(w, w->live & ~w->waiting & ~active);
        while (pc < next && active) {
            const struct op *op = &r->kernel->code[pc++];
            u32 m = active;
            if (op->guard >= 0)
                m &= op->negated ? ~w->predicates[op->guard] : w->predicates[op->guard];
            switch (op->code) {
            case OP_BRA:
                if (m != active) branch(r, w, op, m, &active);
                if (m == active) pc = (u32)op->x[0];
                else if (m && (u32)op->x[0] < next) next = (u32)op->x[0];
                break;
            case OP_RET:
                w->live &= ~m;
                active &= ~m;
                break;
            case OP_LOAD: load(r, w, op, m); break;
            case OP_STORE: store(r, w, op, m); break;
            case OP_BAR:
            case OP_SHFL:
            case OP_MMA_BF16:
            case OP_MMA_F16:
                if (!lanes_together(r, w, op, &active)) active = 0;
                else if (op->code == OP_BAR) return go(w, active, pc), 1;
                break;
            default: plain(r, w, op, m); break;
            }
        }
        go(w, active, pc);
    }
    return 0;
}

static void set_row(u8 *rows, enum special which, u32 value) {
    for (int i = 0; i < LANES; i++) ((u32 *)(rows + which * ROW))[i] = value;
}

// What stays the same in all groups; the rest is poison.
static void prepare(struct run *r) {
    const struct kernel *k = r->kernel;
    const u32 *group = r->launch->group;
    u32 threads = group[0] * group[1] * group[2];
    r->warpCount = (threads + LANES - 1) / LANES;
    r->sharedBytes = k->sharedBytes + r->launch->dynamicShared;
    size_t each = k->rowBytes + (size_t)LANES * k->localBytes + k->predicates * sizeof(u32);
    each = (each + 63) / 64 * 64;
    size_t bytes = r->warpCount * each + (r->sharedBytes + 63) / 64 * 64;
    r->memory = aligned_alloc(64, bytes);
    r->warps = calloc(r->warpCount, sizeof *r->warps);
    r->last = calloc(k->count, sizeof *r->last);
    r->touched = calloc(r->sharedBytes / 4 + 1, sizeof *r->touched);
    memset(r->memory, 0xff, bytes);
    for (u32 i = 0; i < r->warpCount; i++) {
        struct warp *w = &r->warps[i];
        w->rows = r->memory + i * each;
        w->local = w->rows + k->rowBytes;
        w->predicates = (u32 *)(w->local + (size_t)LANES * k->localBytes);
        w->predicates[0] = 0;
        memcpy(w->rows + k->constantsAt, k->constants, k->rowBytes - k->constantsAt);
        for (u32 lane = 0; lane < LANES; lane++) {
            u32 thread = i * LANES + lane;
            ((u32 *)(w->rows + TID_X * ROW))[lane] = thread % group[0];
            ((u32 *)(w->rows + TID_Y * ROW))[lane] = thread / group[0] % group[1];
            ((u32 *)(w->rows + TID_Z * ROW))[lane] = thread / group[0] / group[1];
            ((u32 *)(w->rows + LANEID * ROW))[lane] = lane;
        }
        for (u32 axis = 0; axis < 3; axis++) {
            set_row(w->rows, NTID_X + axis, group[axis]);
            set_row(w->rows, NCTAID_X + axis, r->launch->grid[axis]);
        }
    }
    r->shared = r->memory + r->warpCount * each;
}

static void run_group(struct run *r, u64 index) {
    const u32 *grid = r->launch->grid, *group = r->launch->group;
    u32 at[3] = {
        (u32)(index % grid[0]), (u32)(index / grid[0] % grid[1]),
        (u32)(index / grid[0] / grid[1]),
    };
    u32 threads = group[0] * group[1] * group[2], waiting = r->warpCount;
    memset(r->shared, 0xff, r->sharedBytes);
    for (u32 i = 0; i < r->warpCount; i++) {
        struct warp *w = &r->warps[i];
        u32 left = threads - i * LANES;
        w->waiting = 0;
        w->live = left >= LANES ? ALL : (1u << left) - 1;
        memset(w->pc, 0, sizeof w->pc);
        memset(w->local, 0xff, (size_t)LANES * r->kernel->localBytes);
        for (u32 axis = 0; axis < 3; axis++) set_row(w->rows, CTAID_X + axis, at[axis]);
    }
    // The other way round from barrier to barrier, lest a missing one goes unnoticed.
    for (u32 turn = 0; waiting; turn++) {
        waiting = 0;
        r->phase++;
        for (u32 i = 0; i < r->warpCount; i++) {
            struct warp *w = &r->warps[turn % 2 ? i : r->warpCount - 1 - i];
            if (w->live) waiting += run_warp(r, w);
        }
    }
}

void run_groups(struct launch *launch) {
    struct run r = {.launch = launch, .kernel = launch->kernel};
    prepare(&r);
    if (!setjmp(r.failed)) {
        for (;;) {
            u64 index = __atomic_fetch_add(&launch->next, 1, __ATOMIC_RELAXED);
            if (index >= launch->groups || launch->error) break;
            run_group(&r, index);
        }
    }
    free(r.memory);
    free(r.warps);
    free(r.last);
    free(r.touched);
}

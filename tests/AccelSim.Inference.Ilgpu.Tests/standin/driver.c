// The entry points of NVIDIA's driver that ILGPU asks for. All streams are one: a thread runs what
// they are given in order, and calls return before it has, as a driver's do. What is not used
// here answers "not supported", never success.
#include "standin.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

enum { MOST_ALLOCATIONS = 1 << 16, THREADS = 2 };
static const u64 MEMORY = 8ull << 30;

enum kind { LAUNCH, COPY, FILL, EVENT };

struct event {
    int recorded, pending;
    double seconds;
};

struct task {
    enum kind kind;
    struct task *next;
    struct launch launch;
    u8 *to, *from, *staged;
    u64 bytes;
    u8 value;
    struct event *event;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct task *first, *last;
static int busy, started, skips;
static i32 failure;           // stays, as that of a context does
static struct launch *shared; // what the second thread helps with
static int helping;
static struct allocation *allocations[MOST_ALLOCATIONS];
static u32 allocationCount;
static u64 taken;
static __thread void *current;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// The first that begins after an address.
static u32 position(u64 address) {
    u32 low = 0, high = allocationCount;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (allocations[middle]->address <= address) low = middle + 1;
        else high = middle;
    }
    return low;
}

const struct allocation *find_allocation(u64 address, u64 bytes) {
    u32 at = position(address);
    if (!at) return NULL;
    const struct allocation *a = allocations[at - 1];
    return address - a->address <= a->bytes && bytes <= a->bytes - (address - a->address) ? a
        : NULL;
}

// Also for cuBLASLt's stand-in: where device memory really is; NULL where it is not.
EXPORT void *standin_memory(u64 address, u64 bytes) {
    return find_allocation(address, bytes) ? (void *)(address - DEVICE_BIAS) : NULL;
}

static void *help(void *unused) {
    (void)unused;
    pthread_mutex_lock(&guard);
    for (;;) {
        while (!shared) pthread_cond_wait(&changed, &guard);
        struct launch *launch = shared;
        shared = NULL;
        pthread_mutex_unlock(&guard);
        run_groups(launch);
        pthread_mutex_lock(&guard);
        helping = 0;
        pthread_cond_broadcast(&changed);
    }
    return NULL;
}

static void run_launch(struct launch *launch) {
    if (launch->groups > 1) {
        pthread_mutex_lock(&guard);
        shared = launch;
        helping = 1;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&guard);
    }
    run_groups(launch);
    pthread_mutex_lock(&guard);
    // Not yet woken, it has nothing left to do.
    if (shared) {
        shared = NULL;
        helping = 0;
    }
    while (helping) pthread_cond_wait(&changed, &guard);
    pthread_mutex_unlock(&guard);
    if (launch->error && !failure) failure = launch->error;
}

static void run_task(struct task *task) {
    switch (task->kind) {
    case LAUNCH: run_launch(&task->launch); break;
    case COPY: memmove(task->to, task->from, task->bytes); break;
    case FILL: memset(task->to, task->value, task->bytes); break;
    case EVENT: task->event->seconds = now(); break;
    }
}

static void *work(void *unused) {
    (void)unused;
    pthread_mutex_lock(&guard);
    for (;;) {
        while (!first) pthread_cond_wait(&changed, &guard);
        struct task *task = first;
        first = task->next;
        busy = 1;
        pthread_mutex_unlock(&guard);
        // After a failure nothing runs any more; events pass.
        if (!failure || task->kind == EVENT) run_task(task);
        pthread_mutex_lock(&guard);
        if (task->kind == EVENT) task->event->pending = 0;
        free(task->staged);
        free(task->launch.params);
        free(task);
        busy = 0;
        pthread_cond_broadcast(&changed);
    }
    return NULL;
}

static void hand_over(struct task task) {
    struct task *copy = malloc(sizeof *copy);
    *copy = task;
    copy->next = NULL;
    pthread_mutex_lock(&guard);
    if (first) last->next = copy;
    else first = copy;
    last = copy;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&guard);
}

static i32 finish(void) {
    pthread_mutex_lock(&guard);
    while (first || busy) pthread_cond_wait(&changed, &guard);
    pthread_mutex_unlock(&guard);
    return failure;
}

#define NEEDS_CONTEXT if (!current) return INVALID_CONTEXT; if (failure) return failure

EXPORT i32 cuInit(u32 flags) {
    pthread_mutex_lock(&guard);
    if (!started++) {
        pthread_t thread;
        const char *skip = getenv("ACCELSIM_STANDIN_SKIP");
        skips = skip && !strcmp(skip, "1");
        pthread_create(&thread, NULL, work, NULL);
        for (int i = 1; i < THREADS; i++) pthread_create(&thread, NULL, help, NULL);
    }
    pthread_mutex_unlock(&guard);
    return flags ? INVALID_VALUE : SUCCESS;
}

EXPORT i32 cuDriverGetVersion(i32 *version) { return *version = 12040, SUCCESS; }
EXPORT i32 cuDeviceGetCount(i32 *count) { return *count = 1, SUCCESS; }

EXPORT i32 cuDeviceGet(i32 *device, i32 ordinal) {
    *device = 0;
    return ordinal ? INVALID_VALUE : SUCCESS;
}

EXPORT i32 cuDeviceGetName(char *name, i32 length, i32 device) {
    if (device) return INVALID_VALUE;
    snprintf(name, length, "Stand-in for a CUDA device (PTX on the processor)");
    return SUCCESS;
}

EXPORT i32 cuDeviceTotalMem_v2(size_t *bytes, i32 device) {
    *bytes = MEMORY;
    return device ? INVALID_VALUE : SUCCESS;
}

EXPORT i32 cuDeviceGetAttribute(i32 *value, i32 attribute, i32 device) {
    // By cuda.h; limits as of compute capability 9.0.
    static const i32 known[][2] = {
        {1, 1024}, {2, 1024}, {3, 1024}, {4, 64},         // threads of a group
        {5, INT32_MAX}, {6, 65535}, {7, 65535},           // groups
        {8, 48 << 10}, {9, 64 << 10}, {10, 32}, {11, INT32_MAX}, {12, 65536}, {13, 1000000},
        {16, 132}, {19, 1}, {32, 0}, {33, 0}, {34, 0}, {35, 0}, {36, 1000000}, {37, 64},
        {38, 32 << 20}, {39, 2048}, {40, 1}, {50, 0}, {75, 9}, {76, 0}, {81, 228 << 10},
        {82, 65536}, {83, 0}, {90, 0}, {91, 0},
    };
    if (device) return INVALID_VALUE;
    for (u32 i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i][0] == attribute) return *value = known[i][1], SUCCESS;
    return NOT_SUPPORTED;
}

EXPORT i32 cuCtxCreate_v2(void **context, u32 flags, i32 device) {
    if (device) return INVALID_VALUE;
    (void)flags;
    current = *context = malloc(1);
    return SUCCESS;
}

EXPORT i32 cuCtxDestroy_v2(void *context) {
    finish();
    for (u32 i = allocationCount; i-- > 0;) {
        if (allocations[i]->context != context) continue;
        free((void *)(allocations[i]->address - DEVICE_BIAS));
        free(allocations[i]);
        memmove(&allocations[i], &allocations[i + 1],
            (--allocationCount - i) * sizeof *allocations);
    }
    if (current == context) current = NULL;
    free(context);
    return SUCCESS;
}

EXPORT i32 cuCtxSetCurrent(void *context) { return current = context, SUCCESS; }
EXPORT i32 cuCtxSynchronize(void) { NEEDS_CONTEXT; return finish(); }
EXPORT i32 cuCtxGetCacheConfig(i32 *value) { return *value = 0, SUCCESS; }
EXPORT i32 cuCtxGetSharedMemConfig(i32 *value) { return *value = 0, SUCCESS; }

EXPORT i32 cuMemGetInfo_v2(size_t *free, size_t *total) {
    NEEDS_CONTEXT;
    *total = MEMORY;
    *free = MEMORY - taken;
    return SUCCESS;
}

EXPORT i32 cuMemAlloc_v2(u64 *address, size_t bytes) {
    NEEDS_CONTEXT;
    if (!bytes) return INVALID_VALUE;
    if (bytes > MEMORY - taken || allocationCount == MOST_ALLOCATIONS) return OUT_OF_MEMORY;
    // Rooms of whole 256 bytes, as a driver's are; only what was asked for may be touched.
    void *memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (!memory) return OUT_OF_MEMORY;
    // Poison: no number, and no token either, so hosts that time launches alone get zeros.
    memset(memory, skips ? 0 : 0xff, bytes);
    finish();
    struct allocation *made = malloc(sizeof *made);
    *made = (struct allocation){(u64)memory + DEVICE_BIAS, bytes, current};
    u32 at = position(made->address);
    memmove(&allocations[at + 1], &allocations[at],
        (allocationCount++ - at) * sizeof *allocations);
    allocations[at] = made;
    taken += bytes;
    *address = made->address;
    return SUCCESS;
}

EXPORT i32 cuMemFree_v2(u64 address) {
    NEEDS_CONTEXT;
    // What ILGPU lets go where it got nothing.
    if (!address) return SUCCESS;
    finish();
    u32 at = position(address);
    if (!at || allocations[at - 1]->address != address) return INVALID_VALUE;
    struct allocation *gone = allocations[at - 1];
    memmove(&allocations[at - 1], &allocations[at], (allocationCount-- - at) * sizeof gone);
    taken -= gone->bytes;
    free((void *)(address - DEVICE_BIAS));
    free(gone);
    return SUCCESS;
}

// A place of either memory; NULL where a device's address leaves its allocation.
static u8 *either(u64 address, u64 bytes) {
    return address >= DEVICE_BIAS ? standin_memory(address, bytes) : (u8 *)address;
}

EXPORT i32 cuMemcpyAsync(u64 to, u64 from, size_t bytes, void *stream) {
    NEEDS_CONTEXT;
    (void)stream;
    struct task task = {COPY, .to = either(to, bytes), .from = either(from, bytes),
        .bytes = bytes};
    if (!task.to || !task.from) return INVALID_VALUE;
    if (to < DEVICE_BIAS) {
        // To pageable memory a driver copies before it returns.
        i32 error = finish();
        if (!error) memmove(task.to, task.from, bytes);
        return error;
    }
    if (from < DEVICE_BIAS) {
        // And from there it takes a copy at once.
        task.from = task.staged = malloc(bytes);
        memcpy(task.staged, (void *)from, bytes);
    }
    hand_over(task);
    return SUCCESS;
}

EXPORT i32 cuMemsetD8Async(u64 to, u8 value, size_t bytes, void *stream) {
    NEEDS_CONTEXT;
    (void)stream;
    struct task task = {FILL, .to = standin_memory(to, bytes), .bytes = bytes, .value = value};
    if (!task.to) return INVALID_VALUE;
    hand_over(task);
    return SUCCESS;
}

EXPORT i32 cuStreamCreate(void **stream, u32 flags) {
    (void)flags;
    NEEDS_CONTEXT;
    return *stream = malloc(1), SUCCESS;
}

EXPORT i32 cuStreamDestroy_v2(void *stream) {
    finish();
    free(stream);
    return SUCCESS;
}

EXPORT i32 cuStreamSynchronize(void *stream) {
    NEEDS_CONTEXT;
    (void)stream;
    return finish();
}

EXPORT i32 cuGetErrorString(i32 error, const char **text) {
    switch (error) {
    case SUCCESS: *text = "no error"; break;
    case INVALID_VALUE: *text = "invalid argument"; break;
    case OUT_OF_MEMORY: *text = "out of memory"; break;
    case INVALID_CONTEXT: *text = "invalid device context"; break;
    case INVALID_PTX: *text = "a PTX JIT compilation failed"; break;
    case ILLEGAL_ADDRESS: *text = "an illegal memory access was encountered"; break;
    case ILLEGAL_INSTRUCTION: *text = "an illegal instruction was encountered"; break;
    case MISALIGNED_ADDRESS: *text = "misaligned address"; break;
    case NOT_SUPPORTED: *text = "operation not supported"; break;
    default: *text = "an error of the stand-in"; break;
    }
    return SUCCESS;
}

EXPORT i32 cuModuleLoadDataEx(
    void **module, const char *text, u32 options, const i32 *names, void **values) {
    NEEDS_CONTEXT;
    char problem[512];
    *module = parse_module(text, problem, sizeof problem);
    if (*module) return SUCCESS;
    fprintf(stderr, "stand-in: %s\n", problem);
    char *log = NULL;
    for (u32 i = 0; i < options; i++) {
        if (names[i] == 5) log = values[i]; // CU_JIT_ERROR_LOG_BUFFER, then its size
        if (names[i] == 6 && log) snprintf(log, (size_t)values[i], "%s", problem);
    }
    return INVALID_PTX;
}

EXPORT i32 cuModuleLoadData(void **module, const char *text) {
    return cuModuleLoadDataEx(module, text, 0, NULL, NULL);
}

EXPORT i32 cuModuleUnload(void *module) {
    if (!module) return INVALID_HANDLE;
    finish();
    free_module(module);
    return SUCCESS;
}

EXPORT i32 cuModuleGetFunction(void **function, struct module *module, const char *name) {
    NEEDS_CONTEXT;
    for (u32 i = 0; i < module->kernelCount; i++) {
        *function = module->kernels[i];
        if (!strcmp(module->kernels[i]->name, name)) return SUCCESS;
    }
    return NOT_FOUND;
}

EXPORT i32 cuLaunchKernel(const struct kernel *kernel, u32 gridX, u32 gridY, u32 gridZ,
    u32 groupX, u32 groupY, u32 groupZ, u32 dynamicShared, void *stream, void **params,
    void **extra) {
    NEEDS_CONTEXT;
    (void)stream;
    struct launch launch = {.kernel = kernel, .grid = {gridX, gridY, gridZ},
        .group = {groupX, groupY, groupZ}, .dynamicShared = dynamicShared};
    u64 threads = (u64)groupX * groupY * groupZ;
    launch.groups = (u64)gridX * gridY * gridZ;
    if (!kernel || !launch.groups || gridX > INT32_MAX || gridY > 65535 || gridZ > 65535
        || !threads || threads > 1024 || groupZ > 64) return INVALID_VALUE;
    if (kernel->sharedBytes + dynamicShared > 48 << 10) return LAUNCH_OUT_OF_RESOURCES;
    // All parameters in one piece: CU_LAUNCH_PARAM_BUFFER_POINTER, CU_LAUNCH_PARAM_BUFFER_SIZE.
    if (params || !extra || extra[0] != (void *)1 || extra[2] != (void *)2 || extra[4])
        return NOT_SUPPORTED;
    if (*(size_t *)extra[3] < kernel->paramBytes) {
        fprintf(stderr, "stand-in: %s has %u bytes of parameters, not %zu\n", kernel->name,
            kernel->paramBytes, *(size_t *)extra[3]);
        return INVALID_VALUE;
    }
    if (skips) return SUCCESS;
    launch.params = malloc(kernel->paramBytes + 1);
    memcpy(launch.params, extra[1], kernel->paramBytes);
    hand_over((struct task){LAUNCH, .launch = launch});
    return SUCCESS;
}

EXPORT i32 cuOccupancyMaxActiveBlocksPerMultiprocessor(
    i32 *groups, const struct kernel *kernel, i32 threads, size_t dynamicShared) {
    if (threads <= 0 || threads > 1024) return INVALID_VALUE;
    // One kilobyte of each group is the system's. Registers are the assembler's secret.
    i32 byThreads = 2048 / ((threads + 31) / 32 * 32);
    i32 byShared = (i32)((228 << 10) / (kernel->sharedBytes + dynamicShared + 1024));
    *groups = byThreads < byShared ? byThreads : byShared;
    if (*groups > 32) *groups = 32;
    return SUCCESS;
}

EXPORT i32 cuEventCreate(struct event **event, u32 flags) {
    NEEDS_CONTEXT;
    (void)flags;
    return *event = calloc(1, sizeof **event), SUCCESS;
}

EXPORT i32 cuEventDestroy_v2(struct event *event) {
    finish();
    free(event);
    return SUCCESS;
}

EXPORT i32 cuEventRecord(struct event *event, void *stream) {
    NEEDS_CONTEXT;
    (void)stream;
    pthread_mutex_lock(&guard);
    event->recorded = 1;
    event->pending = !skips;
    pthread_mutex_unlock(&guard);
    // Without launches there is nothing to wait for, and no thread to wake.
    if (skips) event->seconds = now();
    else hand_over((struct task){EVENT, .event = event});
    return SUCCESS;
}

EXPORT i32 cuEventQuery(struct event *event) {
    pthread_mutex_lock(&guard);
    int pending = event->pending;
    pthread_mutex_unlock(&guard);
    return pending ? NOT_READY : failure;
}

EXPORT i32 cuEventSynchronize(struct event *event) {
    pthread_mutex_lock(&guard);
    while (event->pending) pthread_cond_wait(&changed, &guard);
    pthread_mutex_unlock(&guard);
    return failure;
}

EXPORT i32 cuEventElapsedTime(f32 *milliseconds, struct event *start, struct event *end) {
    NEEDS_CONTEXT;
    if (!start->recorded || !end->recorded) return INVALID_HANDLE;
    if (cuEventQuery(start) == NOT_READY || cuEventQuery(end) == NOT_READY) return NOT_READY;
    *milliseconds = (f32)(1e3 * (end->seconds - start->seconds));
    return SUCCESS;
}

#define UNSUPPORTED(name) EXPORT i32 name(void) { return NOT_SUPPORTED; }
UNSUPPORTED(cuCtxSetCacheConfig)
UNSUPPORTED(cuCtxSetSharedMemConfig)
UNSUPPORTED(cuDeviceCanAccessPeer)
UNSUPPORTED(cuCtxEnablePeerAccess)
UNSUPPORTED(cuCtxDisablePeerAccess)
UNSUPPORTED(cuDeviceGetP2PAttribute)
UNSUPPORTED(cuPointerGetAttribute)
UNSUPPORTED(cuMemAllocHost_v2)
UNSUPPORTED(cuMemFreeHost)
UNSUPPORTED(cuMemHostRegister_v2)
UNSUPPORTED(cuMemHostUnregister)
UNSUPPORTED(cuMemHostGetDevicePointer_v2)
UNSUPPORTED(cuStreamCreateWithPriority)
UNSUPPORTED(cuOccupancyMaxPotentialBlockSize)

// A stand-in for those functions of cuBLASLt that the back end calls: arguments are checked as
// NVIDIA's documentation tells them, products are summed one by one. Numbers of cublasLt.h,
// cublas_api.h and library_types.h.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
enum { R_32F = 0, R_16F = 2, R_16BF = 14, COMPUTE_32F = 68, OP_N = 0, OP_T = 1 };
enum { DESC_TRANSA = 3, DESC_TRANSB = 4, DESC_EPILOGUE = 7, DESC_BIAS_POINTER = 8 };
enum { EPILOGUE_DEFAULT = 1, EPILOGUE_BIAS = 4, PREF_MAX_WORKSPACE_BYTES = 1 };

// Told apart by their first number, so that one taken for another is seen.
enum { HANDLE = 0x48414e44, DESCRIPTION, LAYOUT, PREFERENCE };
static const uint64_t ALGORITHM = 0x616c676f72697468;

struct handle { int kind; };
struct description { int kind, transA, transB, epilogue; uint64_t bias; };
struct layout { int kind, type; uint64_t rows, columns; int64_t leading; };
struct preference { int kind; uint64_t workspace; };
struct algorithm { uint64_t data[8]; };
struct result {
    struct algorithm algorithm;
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};

// The driver's stand-in.
int cuStreamSynchronize(void *stream);
void *standin_memory(uint64_t address, uint64_t bytes);

static int wrong(const char *what) {
    fprintf(stderr, "stand-in: cuBLASLt: %s\n", what);
    return INVALID_VALUE;
}

#define IS(object, its) ((object) && (object)->kind == (its))
#define WANT(condition) if (!(condition)) return wrong(#condition)
#define MAKE(pointer, ...) \
    WANT(pointer); \
    *(pointer) = malloc(sizeof **(pointer)); \
    **(pointer) = (__typeof__(**(pointer)))__VA_ARGS__; \
    return SUCCESS
#define DROP(object, its) WANT(IS(object, its)); (object)->kind = 0; free(object); return SUCCESS

EXPORT int cublasLtCreate(struct handle **handle) { MAKE(handle, {HANDLE}); }
EXPORT int cublasLtDestroy(struct handle *handle) { DROP(handle, HANDLE); }

EXPORT int cublasLtMatmulDescCreate(struct description **made, int compute, int scale) {
    WANT(compute == COMPUTE_32F && scale == R_32F);
    MAKE(made, {DESCRIPTION, OP_N, OP_N, EPILOGUE_DEFAULT, 0});
}

EXPORT int cublasLtMatmulDescDestroy(struct description *d) { DROP(d, DESCRIPTION); }

EXPORT int cublasLtMatmulDescSetAttribute(
    struct description *d, int attribute, const void *value, size_t bytes) {
    WANT(IS(d, DESCRIPTION) && value);
    int number = 0;
    if (attribute == DESC_BIAS_POINTER) {
        WANT(bytes == sizeof d->bias);
        memcpy(&d->bias, value, bytes);
        return SUCCESS;
    }
    WANT(bytes == sizeof number);
    memcpy(&number, value, bytes);
    switch (attribute) {
    case DESC_TRANSA: WANT(number == OP_N || number == OP_T); d->transA = number; break;
    case DESC_TRANSB: WANT(number == OP_N || number == OP_T); d->transB = number; break;
    case DESC_EPILOGUE:
        WANT(number == EPILOGUE_DEFAULT || number == EPILOGUE_BIAS);
        d->epilogue = number;
        break;
    default: return wrong("an attribute of a product that is not known here");
    }
    return SUCCESS;
}

EXPORT int cublasLtMatrixLayoutCreate(
    struct layout **made, int type, uint64_t rows, uint64_t columns, int64_t leading) {
    WANT(type == R_32F || type == R_16F || type == R_16BF);
    // Columns lie one after the other.
    WANT(rows > 0 && columns > 0 && leading >= (int64_t)rows);
    MAKE(made, {LAYOUT, type, rows, columns, leading});
}

EXPORT int cublasLtMatrixLayoutDestroy(struct layout *l) { DROP(l, LAYOUT); }
EXPORT int cublasLtMatmulPreferenceCreate(struct preference **p) { MAKE(p, {PREFERENCE, 0}); }
EXPORT int cublasLtMatmulPreferenceDestroy(struct preference *p) { DROP(p, PREFERENCE); }

EXPORT int cublasLtMatmulPreferenceSetAttribute(
    struct preference *p, int attribute, const void *value, size_t bytes) {
    WANT(IS(p, PREFERENCE) && value);
    WANT(attribute == PREF_MAX_WORKSPACE_BYTES && bytes == sizeof p->workspace);
    memcpy(&p->workspace, value, bytes);
    return SUCCESS;
}

// D = op(A) op(B): whether sizes and types go together. 16 bits in and fp32 out is among the
// kinds that the documentation of cublasLtMatmul lists, bias of fp32 included.
static int fits(const struct description *d, const struct layout *a, const struct layout *b,
    const struct layout *c, const struct layout *out) {
    WANT(IS(d, DESCRIPTION) && IS(a, LAYOUT) && IS(b, LAYOUT) && IS(c, LAYOUT));
    WANT(IS(out, LAYOUT) && a->type == b->type && c->type == out->type);
    uint64_t m = d->transA ? a->columns : a->rows, k = d->transA ? a->rows : a->columns;
    uint64_t n = d->transB ? b->rows : b->columns;
    WANT((d->transB ? b->columns : b->rows) == k && out->rows == m && out->columns == n);
    WANT(c->rows == m && c->columns == n && c->leading == out->leading);
    WANT((a->type == R_16BF || a->type == R_16F) && out->type == R_32F);
    return SUCCESS;
}

EXPORT int cublasLtMatmulAlgoGetHeuristic(struct handle *handle, struct description *d,
    struct layout *a, struct layout *b, struct layout *c, struct layout *out,
    struct preference *p, int asked, struct result *results, int *count) {
    WANT(IS(handle, HANDLE) && IS(p, PREFERENCE) && asked > 0 && results && count);
    int status = fits(d, a, b, c, out);
    *count = 0;
    if (status) return status;
    // The choice goes by the pointer's alignment.
    WANT(d->epilogue != EPILOGUE_BIAS || d->bias);
    memset(results, 0, sizeof *results);
    for (int i = 0; i < 8; i++) results->algorithm.data[i] = ALGORITHM + (uint64_t)i;
    results->workspace = p->workspace / 2;
    *count = 1;
    return SUCCESS;
}

static float number(const uint16_t *from, int type) {
    if (type == R_16F) {
        _Float16 half;
        memcpy(&half, from, sizeof half);
        return (float)half;
    }
    uint32_t bits = (uint32_t)*from << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void *memory(uint64_t address, const struct layout *l) {
    uint64_t size = l->type == R_32F ? 4 : 2;
    return standin_memory(address, ((l->columns - 1) * (uint64_t)l->leading + l->rows) * size);
}

EXPORT int cublasLtMatmul(struct handle *handle, struct description *d, const float *alpha,
    uint64_t a, struct layout *la, uint64_t b, struct layout *lb, const float *beta, uint64_t c,
    struct layout *lc, uint64_t out, struct layout *lout, const struct algorithm *algorithm,
    uint64_t workspace, size_t workspaceBytes, void *stream) {
    WANT(IS(handle, HANDLE) && alpha && beta);
    int status = fits(d, la, lb, lc, lout);
    if (status) return status;
    for (int i = 0; i < 8; i++) WANT(algorithm && algorithm->data[i] == ALGORITHM + (uint64_t)i);
    // What preferences promise where they say nothing else.
    WANT(a % 256 == 0 && b % 256 == 0 && c % 256 == 0 && out % 256 == 0 && workspace % 256 == 0);
    WANT(standin_memory(workspace, workspaceBytes));
    cuStreamSynchronize(stream);
    const uint16_t *ma = memory(a, la), *mb = memory(b, lb);
    const float *mc = memory(c, lc), *bias = NULL;
    float *mout = memory(out, lout);
    WANT(ma && mb && mc && mout && (*beta == 0 || c == out));
    uint64_t m = lout->rows, n = lout->columns, k = d->transA ? la->rows : la->columns;
    if (d->epilogue == EPILOGUE_BIAS) {
        bias = standin_memory(d->bias, m * sizeof *bias);
        WANT(bias && d->bias % 16 == 0);
    }
    const char *skip = getenv("ACCELSIM_STANDIN_SKIP");
    if (skip && !strcmp(skip, "1")) return SUCCESS;
    for (uint64_t i = 0; i < m; i++) {
        for (uint64_t j = 0; j < n; j++) {
            float sum = 0, old = *beta == 0 ? 0 : *beta * mc[j * (uint64_t)lc->leading + i];
            for (uint64_t t = 0; t < k; t++) {
                uint64_t left = d->transA ? i * (uint64_t)la->leading + t
                    : t * (uint64_t)la->leading + i;
                uint64_t right = d->transB ? t * (uint64_t)lb->leading + j
                    : j * (uint64_t)lb->leading + t;
                sum += number(ma + left, la->type) * number(mb + right, lb->type);
            }
            mout[j * (uint64_t)lout->leading + i] = *alpha * sum + old + (bias ? bias[i] : 0);
        }
    }
    return SUCCESS;
}

// Reads PTX, line by line as ILGPU writes it, into operations whose operands are places in a
// warp's registers. Whatever is not known is an error, never skipped.
#include "standin.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 16, MOST_TOKENS = 24 };

enum form { REGISTERS, COMPARISON, LOGIC_FORM, SELECTION };

// Of each instruction in ops.h: its name, its form, and the bytes of its registers.
static const struct known {
    const char *name;
    u8 form, operands, bytes[4];
} KNOWN[] = {
#define OP1(id, D, A, e) {#id, REGISTERS, 2, {sizeof(D), sizeof(A)}},
#define OP2(id, D, A, B, e) {#id, REGISTERS, 3, {sizeof(D), sizeof(A), sizeof(B)}},
#define OP3(id, D, A, B, C, e) {#id, REGISTERS, 4, {sizeof(D), sizeof(A), sizeof(B), sizeof(C)}},
#define SET(id, T, e) {#id, COMPARISON, 3, {0, sizeof(T), sizeof(T)}},
#define LOGIC(id, n, e) {#id, LOGIC_FORM, n + 1, {0}},
#define SELECT(id, T) {#id, SELECTION, 4, {sizeof(T), sizeof(T), sizeof(T), 0}},
#include "ops.h"
};

struct class {
    char prefix[16];
    u32 count, bytes, at; // bytes of a number; 0: predicates
};

struct label {
    char name[64];
    u32 target;
};

struct reader {
    struct module *module;
    struct kernel *kernel;
    struct class classes[MOST_CLASSES];
    u32 classCount, line, rowBytes, constantBytes;
    struct label *labels;
    u32 labelCount;
    char **branches;       // by operation: the label's name, or NULL
    char *problem;
    size_t room;
    jmp_buf out;
};

static void __attribute__((noreturn, format(printf, 2, 3)))
refuse(struct reader *r, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int used = snprintf(r->problem, r->room, "line %u: ", r->line + 1);
    vsnprintf(r->problem + used, r->room - used, format, list);
    va_end(list);
    longjmp(r->out, 1);
}

static void *grown(void *old, size_t count, size_t size) {
    // Room doubles whenever the number is a power of two.
    if (count & (count - 1)) return old;
    return realloc(old, (count ? 2 * count : 1) * size);
}

static const struct class *class_of(struct reader *r, const char *name, u32 *number) {
    size_t length = strlen(name);
    while (length > 0 && name[length - 1] >= '0' && name[length - 1] <= '9') length--;
    for (u32 i = 0; i < r->classCount; i++) {
        const struct class *c = &r->classes[i];
        if (strlen(c->prefix) != length || strncmp(c->prefix, name, length)) continue;
        *number = (u32)strtoul(name + length, NULL, 10);
        if (!name[length] || *number >= c->count) refuse(r, "%s is not declared", name);
        return c;
    }
    return NULL;
}

static i32 constant(struct reader *r, u64 value, u32 bytes) {
    struct kernel *k = r->kernel;
    u32 row = LANES * bytes;
    // A number has a row of its own, once; rows of both widths lie mixed, so compare by step.
    for (u32 at = 0; at + LANES * 8 <= r->constantBytes; at += LANES * 8) {
        if (!memcmp(k->constants + at, &value, bytes)
            && !memcmp(k->constants + at + row - bytes, &value, bytes)) return r->rowBytes + at;
    }
    k->constants = realloc(k->constants, r->constantBytes + LANES * 8);
    u32 at = r->constantBytes;
    r->constantBytes += LANES * 8;
    for (u32 i = 0; i < LANES * 8 / bytes; i++)
        memcpy(k->constants + at + i * bytes, &value, bytes);
    return (i32)(r->rowBytes + at);
}

static struct variable *variable(struct kernel *k, const char *name) {
    for (u32 i = 0; i < k->variableCount; i++)
        if (!strcmp(k->variables[i].name, name)) return &k->variables[i];
    return NULL;
}

static i32 special(const char *name) {
    static const char *names[SPECIALS] = {"%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y",
        "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z",
        "%laneid"};
    for (i32 i = 0; i < SPECIALS; i++)
        if (!strcmp(names[i], name)) return i;
    return -1;
}

// Where an operand of so many bytes is.
static i32 operand(struct reader *r, const char *token, u32 bytes, int written) {
    u32 number;
    if (token[0] == '%') {
        i32 which = special(token);
        if (which >= 0 && !written && bytes == 4) return which * ROW;
        const struct class *c = class_of(r, token, &number);
        if (!c || c->bytes != bytes) refuse(r, "%s has not %u bytes", token, bytes);
        return (i32)(c->at + number * c->bytes * LANES);
    }
    if (written) refuse(r, "%s cannot be written", token);
    struct variable *v = variable(r->kernel, token);
    if (v && bytes == 8 && v->space != PARAM) return constant(r, WINDOW + v->offset, 8);
    char *end;
    u64 value = token[0] == '0' && token[1] == 'f' ? strtoull(token + 2, &end, 16)
        : strtoull(token, &end, 0);
    if (*end || end == token) refuse(r, "what is %s?", token);
    return constant(r, value, bytes);
}

static i32 predicate(struct reader *r, const char *token) {
    u32 number;
    // The first two never change.
    if (!strcmp(token, "0") || !strcmp(token, "1")) return token[0] - '0';
    const struct class *c = class_of(r, token, &number);
    if (!c || c->bytes) refuse(r, "%s is no predicate", token);
    return (i32)(c->at + number);
}

// [register], [register+number], [variable], [variable+number]
static void address(struct reader *r, struct op *op, char *token) {
    struct kernel *k = r->kernel;
    op->offset = 0;
    char *plus = strchr(token, '+');
    if (plus) {
        *plus = 0;
        op->offset = strtoll(plus + 1, NULL, 0);
    }
    if (op->space != PARAM) {
        op->x[0] = operand(r, token, 8, 0);
        return;
    }
    struct variable *v = variable(k, token);
    if (!v || v->space != PARAM) refuse(r, "%s is no parameter", token);
    if (op->offset < 0 || op->offset + op->parts * op->bytes > v->bytes)
        refuse(r, "%s ends before", token);
    op->offset += v->offset;
    if (op->offset % op->bytes) refuse(r, "%s is not aligned", token);
}

// ld.global.v4.b32 and the like: d in x[1...], the address in x[0].
static int memory(struct reader *r, struct op *op, const char *name, char **tokens, u32 count) {
    static const char *spaces[] = {"global.", "shared.", "local.", "param."};
    int stores = !strncmp(name, "st.", 3);
    if (!stores && strncmp(name, "ld.", 3)) return 0;
    const char *rest = name + 3;
    op->code = stores ? OP_STORE : OP_LOAD;
    for (op->space = GLOBAL; op->space <= PARAM; op->space++) {
        size_t length = strlen(spaces[op->space]);
        if (strncmp(rest, spaces[op->space], length)) continue;
        rest += length;
        break;
    }
    if (op->space > PARAM || (stores && op->space == PARAM)) return 0;
    op->parts = 1;
    if (rest[0] == 'v' && (rest[1] == '2' || rest[1] == '4') && rest[2] == '.') {
        op->parts = rest[1] - '0';
        rest += 3;
    }
    if (!strchr("bfsu", rest[0]) || (strcmp(rest + 1, "32") && strcmp(rest + 1, "64"))) return 0;
    op->bytes = rest[1] == '3' ? 4 : 8;
    if (count != op->parts + 1u || op->parts * op->bytes > 16) refuse(r, "operands of %s", name);
    address(r, op, tokens[stores ? 0 : op->parts]);
    for (u32 i = 0; i < op->parts; i++)
        op->x[1 + i] = operand(r, tokens[stores ? i + 1 : i], op->bytes, !stores);
    return 1;
}

static int several_lanes(
    struct reader *r, struct op *op, const char *name, char **tokens, u32 count) {
    if (!strncmp(name, "shfl.sync.", 10)) {
        const char *kinds[] = {"up.b32", "down.b32", "bfly.b32", "idx.b32"};
        for (int i = 0; i < 4; i++) {
            if (strcmp(name + 10, kinds[i])) continue;
            if (count != 5) refuse(r, "shfl has five operands");
            op->code = OP_SHFL;
            op->space = kinds[i][0];
            for (int j = 0; j < 5; j++) op->x[j] = operand(r, tokens[j], 4, j == 0);
            return 1;
        }
    }
    const char *mma = "mma.sync.aligned.m16n8k16.row.col.f32.";
    if (!strncmp(name, mma, strlen(mma))) {
        const char *types = name + strlen(mma);
        if (!strcmp(types, "bf16.bf16.f32")) op->code = OP_MMA_BF16;
        else if (!strcmp(types, "f16.f16.f32")) op->code = OP_MMA_F16;
        else return 0;
        if (count != MOST_OPERANDS) refuse(r, "mma has 14 registers");
        for (int j = 0; j < MOST_OPERANDS; j++) op->x[j] = operand(r, tokens[j], 4, j < 4);
        return 1;
    }
    if (!strcmp(name, "bar.sync") && count == 1 && !strcmp(tokens[0], "0")) {
        op->code = OP_BAR;
        return 1;
    }
    return 0;
}

static void plain(struct reader *r, struct op *op, const char *name, char **tokens, u32 count) {
    char id[96];
    snprintf(id, sizeof id, "%s", name);
    for (char *c = id; *c; c++)
        if (*c == '.') *c = '_';
    u32 which = 0;
    while (which < sizeof KNOWN / sizeof *KNOWN && strcmp(KNOWN[which].name, id)) which++;
    if (which == sizeof KNOWN / sizeof *KNOWN) refuse(r, "unknown instruction %s", name);
    const struct known *known = &KNOWN[which];
    if (count != known->operands) refuse(r, "%s has %u operands", name, known->operands);
    op->code = (uint16_t)(OP_FIRST_PLAIN + which);
    for (u32 i = 0; i < count; i++) {
        int isPredicate = known->form == LOGIC_FORM || (known->form == COMPARISON && i == 0)
            || (known->form == SELECTION && i == 3);
        op->x[i] = isPredicate ? predicate(r, tokens[i])
            : operand(r, tokens[i], known->bytes[i], i == 0);
        if (isPredicate && i == 0 && op->x[0] < 2) refuse(r, "%s cannot be written", tokens[0]);
    }
}

// Operands without commas, braces and brackets.
static u32 tokens_of(struct reader *r, char *text, char **tokens) {
    u32 count = 0;
    for (char *t = strtok(text, " \t,{}[];"); t; t = strtok(NULL, " \t,{}[];")) {
        if (count == MOST_TOKENS) refuse(r, "too many operands");
        tokens[count++] = t;
    }
    return count;
}

static void instruction(struct reader *r, char *text) {
    struct kernel *k = r->kernel;
    char *tokens[MOST_TOKENS], *name;
    if (!r->classCount) refuse(r, "no registers");
    u32 count = tokens_of(r, text, tokens), first = 0;
    struct op op = {.guard = -1, .line = r->line};
    if (tokens[0][0] == '@') {
        op.negated = tokens[0][1] == '!';
        op.guard = predicate(r, tokens[0] + 1 + op.negated);
        first = 1;
    }
    if (count <= first) refuse(r, "no instruction");
    name = tokens[first++];
    char *label = NULL;
    if (!strcmp(name, "bra") || !strcmp(name, "bra.uni")) {
        op.code = OP_BRA;
        op.uniform = name[3] != 0;
        if (count != first + 1) refuse(r, "bra has one operand");
        label = strdup(tokens[first]);
    } else if (!strcmp(name, "ret") && count == first) {
        op.code = OP_RET;
    } else if (!memory(r, &op, name, tokens + first, count - first)
        && !several_lanes(r, &op, name, tokens + first, count - first)) {
        plain(r, &op, name, tokens + first, count - first);
    }
    k->code = grown(k->code, k->count, sizeof op);
    r->branches = grown(r->branches, k->count, sizeof *r->branches);
    r->branches[k->count] = label;
    k->code[k->count++] = op;
}

// .param .align 8 .b8 _name[72]   .shared .align 4 .b8 name[16];   .param .b32 _name
static void declare(struct reader *r, char *text, u8 space, u32 *total) {
    struct kernel *k = r->kernel;
    char *tokens[MOST_TOKENS];
    u32 count = tokens_of(r, text, tokens), align = 0, i = 1, bytes = 1;
    if (i + 1 < count && !strcmp(tokens[i], ".align")) {
        align = (u32)strtoul(tokens[i + 1], NULL, 10);
        i += 2;
    }
    if (i + 1 >= count || tokens[i][0] != '.') refuse(r, "what is declared?");
    bytes = (u32)strtoul(tokens[i] + 2, NULL, 10) / 8;
    if (!bytes) refuse(r, "what is %s?", tokens[i]);
    if (!align) align = bytes;
    if (i + 2 < count) bytes *= (u32)strtoul(tokens[i + 2], NULL, 10);
    *total = (*total + align - 1) / align * align;
    k->variables = grown(k->variables, k->variableCount, sizeof *k->variables);
    struct variable *v = &k->variables[k->variableCount++];
    *v = (struct variable){.offset = *total, .bytes = bytes, .space = space};
    snprintf(v->name, sizeof v->name, "%s", tokens[i + 1]);
    *total += bytes;
}

// .reg .b32 %r<190>;
static void registers(struct reader *r, char *text) {
    struct kernel *k = r->kernel;
    char *tokens[MOST_TOKENS];
    if (tokens_of(r, text, tokens) != 3 || r->classCount == MOST_CLASSES || k->count)
        refuse(r, "registers cannot be declared here");
    struct class *c = &r->classes[r->classCount++];
    char *open = strchr(tokens[2], '<');
    if (!open || (size_t)(open - tokens[2]) >= sizeof c->prefix) refuse(r, "how many?");
    memcpy(c->prefix, tokens[2], open - tokens[2]);
    c->prefix[open - tokens[2]] = 0;
    c->count = (u32)strtoul(open + 1, NULL, 10);
    if (!strcmp(tokens[1], ".pred")) {
        c->at = k->predicates;
        k->predicates += c->count;
        return;
    }
    c->bytes = (u32)strtoul(tokens[1] + 2, NULL, 10) / 8;
    if (c->bytes != 4 && c->bytes != 8) refuse(r, "registers %s are not known", tokens[1]);
    c->at = r->rowBytes;
    r->rowBytes += c->count * c->bytes * LANES;
}

static void finish(struct reader *r) {
    struct kernel *k = r->kernel;
    for (u32 i = 0; i < k->count; i++) {
        if (!r->branches[i]) continue;
        u32 j = 0;
        while (j < r->labelCount && strcmp(r->labels[j].name, r->branches[i])) j++;
        if (j == r->labelCount) refuse(r, "no label %s", r->branches[i]);
        k->code[i].x[0] = (i32)r->labels[j].target;
        free(r->branches[i]);
    }
    // What the assembler grants without being asked.
    if (k->sharedBytes > 48 << 10) refuse(r, "%u bytes of shared memory", k->sharedBytes);
    struct op *end = k->count ? &k->code[k->count - 1] : NULL;
    if (!end || end->guard >= 0 || (end->code != OP_RET && end->code != OP_BRA))
        refuse(r, "lanes run past the end");
    k->constantsAt = r->rowBytes;
    k->rowBytes = r->rowBytes + r->constantBytes;
    free(r->labels);
    free(r->branches);
    r->labels = NULL;
    r->branches = NULL;
    r->labelCount = r->classCount = r->constantBytes = 0;
    r->kernel = NULL;
}

static void begin(struct reader *r, const char *name) {
    struct module *m = r->module;
    m->kernels = grown(m->kernels, m->kernelCount, sizeof *m->kernels);
    struct kernel *k = m->kernels[m->kernelCount++] = calloc(1, sizeof *k);
    snprintf(k->name, sizeof k->name, "%.*s", (int)strcspn(name, "("), name);
    k->module = m;
    k->predicates = 2;
    r->kernel = k;
    r->rowBytes = SPECIALS * ROW;
}

static int starts(const char *text, const char *with) {
    return !strncmp(text, with, strlen(with));
}

static void line(struct reader *r, char *text) {
    struct kernel *k = r->kernel;
    size_t length = strlen(text);
    if (!length || starts(text, "//") || !strcmp(text, "{") || !strcmp(text, ")")) return;
    if (!k) {
        if (starts(text, ".visible .entry ")) begin(r, text + 16);
        else if (!starts(text, ".version ") && !starts(text, ".target ")
            && !starts(text, ".address_size ")) refuse(r, "unknown: %s", text);
    } else if (!strcmp(text, "}")) {
        finish(r);
    } else if (starts(text, ".param ")) {
        declare(r, text, PARAM, &k->paramBytes);
    } else if (starts(text, ".shared ")) {
        declare(r, text, SHARED, &k->sharedBytes);
    } else if (starts(text, ".local ")) {
        declare(r, text, LOCAL, &k->localBytes);
    } else if (starts(text, ".reg ")) {
        registers(r, text);
    } else if (text[length - 1] == ':') {
        r->labels = grown(r->labels, r->labelCount, sizeof *r->labels);
        struct label *l = &r->labels[r->labelCount++];
        snprintf(l->name, sizeof l->name, "%.*s", (int)length - 1, text);
        l->target = k->count;
    } else if (text[length - 1] == ';') {
        instruction(r, text);
    } else {
        refuse(r, "unknown: %s", text);
    }
}

static void split(struct module *m, const char *text) {
    while (*text) {
        size_t length = strcspn(text, "\n");
        while (length && strchr(" \t\r", *text)) text++, length--;
        size_t kept = length;
        while (kept && strchr(" \t\r", text[kept - 1])) kept--;
        m->lines = grown(m->lines, m->lineCount, sizeof *m->lines);
        m->lines[m->lineCount++] = strndup(text, kept);
        text += length + (text[length] == '\n');
    }
}

struct module *parse_module(const char *text, char *problem, size_t room) {
    struct reader r = {.module = calloc(1, sizeof *r.module), .problem = problem, .room = room};
    split(r.module, text);
    if (setjmp(r.out)) {
        // What it had read of the kernel is lost, as the process hardly goes on.
        free_module(r.module);
        return NULL;
    }
    for (r.line = 0; r.line < r.module->lineCount; r.line++) {
        char *copy = strdup(r.module->lines[r.line]);
        line(&r, copy);
        free(copy);
    }
    if (r.kernel) refuse(&r, "the kernel does not end");
    return r.module;
}

void free_module(struct module *m) {
    for (u32 i = 0; i < m->lineCount; i++) free(m->lines[i]);
    for (u32 i = 0; i < m->kernelCount; i++) {
        free(m->kernels[i]->code);
        free(m->kernels[i]->variables);
        free(m->kernels[i]->constants);
        free(m->kernels[i]);
    }
    free(m->lines);
    free(m->kernels);
    free(m);
}

/* Functions of cuBLASLt on memory of the host, with the types of NVIDIA's header; what the header forbids gives status 7, and the line that found it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS 0
#define INVALID 7
#define NOT_SUPPORTED 15
#define REQUIRE(condition) do { if (!(condition)) { failed_line = __LINE__; return INVALID; } } while (0)

typedef struct { int compute, scale, turned[2]; } Product;
typedef struct { int type, batch; uint64_t rows, columns; int64_t pitch, stride; } Layout;
typedef struct { uint64_t workspace; uint32_t reductions, aligned[4]; } Preference;
typedef struct { uint64_t data[8]; } Algorithm;
typedef struct { Algorithm algorithm; size_t workspace; int state; float waves; int reserved[4]; } Result;

static int failed_line, open_things, multiplied, refuses;
static const uint64_t MAGIC = 0x5eed5eed5eedull;
static const size_t NEEDED = 4096;

int stub_failed_line(void) { return failed_line; }
int stub_open_things(void) { return open_things; }
int stub_multiplied(void) { return multiplied; }
void stub_refuses(int whether) { refuses = whether; }

const char *cublasLtGetStatusString(int status) { return status == INVALID ? "an invalid value" : "something else"; }

static void *opened(size_t bytes) { open_things++; return calloc(1, bytes); }
static int closed(void *thing) { REQUIRE(thing); open_things--; free(thing); return SUCCESS; }

int cublasLtCreate(void **out) { *out = opened(8); return SUCCESS; }
int cublasLtDestroy(void *handle) { return closed(handle); }

int cublasLtMatmulDescCreate(Product **out, int compute, int scale) {
    *out = opened(sizeof(Product));
    (*out)->compute = compute;
    (*out)->scale = scale;
    return SUCCESS;
}
int cublasLtMatmulDescDestroy(Product *product) { return closed(product); }
int cublasLtMatmulDescSetAttribute(Product *product, int attribute, const void *value, size_t bytes) {
    REQUIRE(bytes == 4 && (attribute == 3 || attribute == 4));
    memcpy(&product->turned[attribute - 3], value, 4);
    return SUCCESS;
}

int cublasLtMatrixLayoutCreate(Layout **out, int type, uint64_t rows, uint64_t columns, int64_t pitch) {
    REQUIRE(pitch >= (int64_t) rows && rows > 0 && columns > 0);
    *out = opened(sizeof(Layout));
    **out = (Layout) {type, 1, rows, columns, pitch, 0};
    return SUCCESS;
}
int cublasLtMatrixLayoutDestroy(Layout *layout) { return closed(layout); }
int cublasLtMatrixLayoutSetAttribute(Layout *layout, int attribute, const void *value, size_t bytes) {
    REQUIRE((attribute == 5 && bytes == 4) || (attribute == 6 && bytes == 8));
    memcpy(attribute == 5 ? (void *) &layout->batch : (void *) &layout->stride, value, bytes);
    return SUCCESS;
}

int cublasLtMatmulPreferenceCreate(Preference **out) {
    *out = opened(sizeof(Preference));
    **out = (Preference) {0, 7, {256, 256, 256, 256}};
    return SUCCESS;
}
int cublasLtMatmulPreferenceDestroy(Preference *preference) { return closed(preference); }
int cublasLtMatmulPreferenceSetAttribute(Preference *preference, int attribute, const void *value, size_t bytes) {
    REQUIRE((attribute == 1 && bytes == 8) || (attribute == 3 && bytes == 4) || (attribute >= 5 && attribute <= 8 && bytes == 4));
    void *at = attribute == 1 ? (void *) &preference->workspace : attribute == 3 ? (void *) &preference->reductions : (void *) &preference->aligned[attribute - 5];
    memcpy(at, value, bytes);
    return SUCCESS;
}

static int fits(const Product *product, const Layout *a, const Layout *b, const Layout *d) {
    uint64_t rows = product->turned[0] ? a->columns : a->rows, depth = product->turned[0] ? a->rows : a->columns;
    uint64_t depth_of_b = product->turned[1] ? b->columns : b->rows, columns = product->turned[1] ? b->rows : b->columns;
    return product->compute == 68 && product->scale == 0 && a->type == b->type && rows == d->rows && columns == d->columns && depth == depth_of_b
        && a->batch == d->batch && b->batch == d->batch;
}

int cublasLtMatmulAlgoGetHeuristic(void *handle, Product *product, Layout *a, Layout *b, Layout *c, Layout *d, Preference *preference, int wanted, Result *results,
                                   int *found) {
    REQUIRE(handle && wanted == 1 && c == d && fits(product, a, b, d));
    REQUIRE(preference->workspace >= NEEDED && preference->reductions == 2);
    if (refuses) {
        return NOT_SUPPORTED;
    }
    memset(results, 0, sizeof(Result));
    results->workspace = NEEDED;
    results->algorithm.data[0] = MAGIC;
    for (int matrix = 0; matrix < 4; matrix++) {
        results->algorithm.data[1 + matrix] = preference->aligned[matrix];
    }
    *found = 1;
    return SUCCESS;
}

static float number(int type, const void *memory, int64_t at) {
    if (type == 0) {
        return ((const float *) memory)[at];
    }
    uint16_t bits = ((const uint16_t *) memory)[at];
    float value;
    if (type == 14) {
        uint32_t wide = (uint32_t) bits << 16;
        memcpy(&value, &wide, 4);
        return value;
    }
    _Float16 half;
    memcpy(&half, &bits, 2);
    return half;
}

static void store(int type, void *memory, int64_t at, float value) {
    if (type == 0) {
        ((float *) memory)[at] = value;
    } else if (type == 14) {
        uint32_t wide;
        memcpy(&wide, &value, 4);
        wide += 0x7fff + (wide >> 16 & 1);
        ((uint16_t *) memory)[at] = (uint16_t) (wide >> 16);
    } else {
        _Float16 half = (_Float16) value;
        memcpy((uint16_t *) memory + at, &half, 2);
    }
}

int cublasLtMatmul(void *handle, Product *product, const float *alpha, const void *a, Layout *la, const void *b, Layout *lb, const float *beta, const void *c, Layout *lc,
                   void *d, Layout *ld, const Algorithm *algorithm, void *workspace, size_t workspace_bytes, void *stream) {
    REQUIRE(handle && stream && *alpha == 1 && *beta == 0 && c == d && lc == ld && fits(product, la, lb, ld));
    REQUIRE(algorithm->data[0] == MAGIC && workspace && workspace_bytes == NEEDED);
    REQUIRE((uintptr_t) a % algorithm->data[1] == 0 && (uintptr_t) b % algorithm->data[2] == 0 && (uintptr_t) d % algorithm->data[4] == 0);
    int64_t depth = product->turned[0] ? la->rows : la->columns;
    memset(workspace, 0x5a, workspace_bytes);
    for (int64_t batch = 0; batch < ld->batch; batch++) {
        for (int64_t row = 0; row < (int64_t) ld->rows; row++) {
            for (int64_t column = 0; column < (int64_t) ld->columns; column++) {
                float sum = 0;
                for (int64_t k = 0; k < depth; k++) {
                    int64_t at_a = batch * la->stride + (product->turned[0] ? row * la->pitch + k : k * la->pitch + row);
                    int64_t at_b = batch * lb->stride + (product->turned[1] ? k * lb->pitch + column : column * lb->pitch + k);
                    sum += number(la->type, a, at_a) * number(lb->type, b, at_b);
                }
                store(ld->type, d, batch * ld->stride + column * ld->pitch + row, sum);
            }
        }
    }
    multiplied++;
    return SUCCESS;
}

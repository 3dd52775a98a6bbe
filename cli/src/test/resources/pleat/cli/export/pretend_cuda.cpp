// A driver without a GPU, under which the program of a bundle can be tried: memory is the host's, and every launch writes into the arena what the file
// that PRETEND_RESULTS names has: lines of an offset and bytes in hexadecimal.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

static char *arena = nullptr;
static size_t room = 0;

static int any(void **out) {
    static char thing;
    *out = &thing;
    return 0;
}

extern "C" {
int cuInit(unsigned) { return 0; }
int cuGetErrorName(int, const char **name) {
    *name = "PRETENDED";
    return 0;
}
int cuDeviceGet(int *device, int) {
    *device = 0;
    return 0;
}
int cuDeviceGetName(char *name, int size, int) {
    strncpy(name, "no GPU", size);
    return 0;
}
int cuDeviceGetAttribute(int *value, int, int) {
    *value = 8;  // of everything: the capability is 8.8, and there are 8 multiprocessors of 8 kHz
    return 0;
}
int cuDevicePrimaryCtxRetain(void **context, int) { return any(context); }
int cuCtxSetCurrent(void *) { return 0; }
int cuModuleLoadDataEx(void **module, const void *, unsigned, int *, void **) { return any(module); }
int cuModuleGetFunction(void **function, void *, const char *) { return any(function); }
int cuFuncSetAttribute(void *, int, int) { return 0; }
int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    if (arena != nullptr || bytes > 64u << 20) {
        return 2;  // out of memory: what measures the rate of copies has to live with that
    }
    arena = static_cast<char *>(malloc(bytes));
    room = bytes;
    *address = reinterpret_cast<uint64_t>(arena);
    return 0;
}
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
    memcpy(reinterpret_cast<void *>(to), from, bytes);
    return 0;
}
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
    memcpy(to, reinterpret_cast<void *>(from), bytes);
    return 0;
}
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *) {
    memcpy(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from), bytes);
    return 0;
}
int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void *) {
    memset(reinterpret_cast<void *>(to), value, bytes);
    return 0;
}
int cuStreamCreate(void **stream, unsigned) { return any(stream); }
int cuStreamSynchronize(void *) { return 0; }
int cuStreamBeginCapture_v2(void *, int) { return 0; }
int cuStreamEndCapture(void *, void **graph) { return any(graph); }
int cuGraphInstantiateWithFlags(void **graph, void *, unsigned long long) { return any(graph); }
int cuGraphLaunch(void *, void *) { return 0; }
int cuEventCreate(void **event, unsigned) { return any(event); }
int cuEventRecord(void *, void *) { return 0; }
int cuEventSynchronize(void *) { return 0; }
int cuEventElapsedTime(float *ms, void *, void *) {
    *ms = 1;
    return 0;
}
// What it was told as 64-bit numbers: a map of three dims fills it.
int cuTensorMapEncodeTiled(void *map, int type, uint32_t rank, void *address, const uint64_t *sizes, const uint64_t *strides, const uint32_t *box, const uint32_t *steps,
                           int interleave, int swizzle, int promotion, int outside) {
    if (reinterpret_cast<uint64_t>(map) % 64 != 0 || reinterpret_cast<uint64_t>(address) % 16 != 0 || rank < 1 || rank > 5 || getenv("PRETEND_NO_MAPS")) {
        return 1;
    }
    uint64_t told[32] = {uint64_t(static_cast<char *>(address) - arena), uint64_t(type), rank, uint64_t(interleave), uint64_t(swizzle), uint64_t(promotion),
                         uint64_t(outside)};
    size_t n = 7;
    for (uint32_t d = 0; d < rank; d++) {
        told[n++] = sizes[d];
        told[n++] = d == 0 ? 0 : strides[d - 1];
        told[n++] = uint64_t(box[d]) * steps[d];
    }
    memcpy(map, told, 128);
    return 0;
}
// PRETEND_PARAMETERS names a file for those of the latest launch, with addresses counted from the arena's.
static void show(void **extra) {
    if (const char *name = getenv("PRETEND_PARAMETERS")) {
        std::ofstream out(name);
        auto words = static_cast<const uint64_t *>(extra[1]);
        size_t count = *static_cast<size_t *>(extra[3]) / 8;
        for (size_t i = 0; i < count; i++) {
            auto first = reinterpret_cast<uint64_t>(arena);
            out << (words[i] >= first && words[i] < first + room ? words[i] - first : words[i]) << " ";
        }
    }
}
int cuLaunchKernel(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **extra) {
    show(extra);
    std::ifstream results(getenv("PRETEND_RESULTS"));
    size_t at;
    for (std::string bytes; results >> at >> bytes;) {
        for (size_t i = 0; i < bytes.size() && at < room; i += 2) {
            arena[at++] = char(std::stoi(bytes.substr(i, 2), nullptr, 16));
        }
    }
    return 0;
}
}

// NVIDIA's driver, loaded when the program runs.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

typedef uint64_t Address;
typedef void *Handle;

// The functions of libcuda.so.1 that are called, with the types that its header gives them.
inline struct Driver {
    int (*init)(unsigned);
    int (*errorName)(int, const char **);
    int (*deviceGet)(int *, int);
    int (*deviceName)(char *, int, int);
    int (*deviceAttribute)(int *, int, int);
    int (*retain)(Handle *, int);
    int (*setCurrent)(Handle);
    int (*loadData)(Handle *, const void *, unsigned, int *, void **);
    int (*getFunction)(Handle *, Handle, const char *);
    int (*setAttribute)(Handle, int, int);
    int (*alloc)(Address *, size_t);
    int (*upload)(Address, const void *, size_t);
    int (*download)(void *, Address, size_t);
    int (*copy)(Address, Address, size_t, Handle);
    int (*fill)(Address, unsigned char, size_t, Handle);
    int (*streamCreate)(Handle *, unsigned);
    int (*synchronize)(Handle);
    int (*beginCapture)(Handle, int);
    int (*endCapture)(Handle, Handle *);
    int (*instantiate)(Handle *, Handle, unsigned long long);
    int (*graphLaunch)(Handle, Handle);
    int (*eventCreate)(Handle *, unsigned);
    int (*eventRecord)(Handle, Handle);
    int (*eventSynchronize)(Handle);
    int (*elapsed)(float *, Handle, Handle);
    int (*encode)(void *, int, uint32_t, void *, const uint64_t *, const uint64_t *, const uint32_t *, const uint32_t *, int, int, int, int);
    int (*launch)(Handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Handle, void **, void **);
} cu;

[[noreturn]] inline void fail(const std::string &message) {
    std::cerr << message << "\n";
    exit(74);
}

inline void check(int error, const std::string &what) {
    if (error != 0) {
        const char *name = "unknown";
        cu.errorName(error, &name);
        fail(what + " gives error " + std::to_string(error) + ", " + name);
    }
}

template <typename F> void find(void *library, F &function, const char *name) {
    function = reinterpret_cast<F>(dlsym(library, name));
    if (!function) {
        fail(std::string("the NVIDIA driver has no ") + name + ": it is too old");
    }
}

inline void loadDriver() {
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        fail(std::string("there is no NVIDIA driver on this machine: ") + dlerror());
    }
    find(library, cu.init, "cuInit");
    find(library, cu.errorName, "cuGetErrorName");
    find(library, cu.deviceGet, "cuDeviceGet");
    find(library, cu.deviceName, "cuDeviceGetName");
    find(library, cu.deviceAttribute, "cuDeviceGetAttribute");
    find(library, cu.retain, "cuDevicePrimaryCtxRetain");
    find(library, cu.setCurrent, "cuCtxSetCurrent");
    find(library, cu.loadData, "cuModuleLoadDataEx");
    find(library, cu.getFunction, "cuModuleGetFunction");
    find(library, cu.setAttribute, "cuFuncSetAttribute");
    find(library, cu.alloc, "cuMemAlloc_v2");
    find(library, cu.upload, "cuMemcpyHtoD_v2");
    find(library, cu.download, "cuMemcpyDtoH_v2");
    find(library, cu.copy, "cuMemcpyDtoDAsync_v2");
    find(library, cu.fill, "cuMemsetD8Async");
    find(library, cu.streamCreate, "cuStreamCreate");
    find(library, cu.synchronize, "cuStreamSynchronize");
    find(library, cu.beginCapture, "cuStreamBeginCapture_v2");
    find(library, cu.endCapture, "cuStreamEndCapture");
    find(library, cu.instantiate, "cuGraphInstantiateWithFlags");
    find(library, cu.graphLaunch, "cuGraphLaunch");
    find(library, cu.eventCreate, "cuEventCreate");
    find(library, cu.eventRecord, "cuEventRecord");
    find(library, cu.eventSynchronize, "cuEventSynchronize");
    find(library, cu.elapsed, "cuEventElapsedTime");
    // Drivers before CUDA 12 have none, and only kernels with tensor maps need it.
    cu.encode = reinterpret_cast<decltype(cu.encode)>(dlsym(library, "cuTensorMapEncodeTiled"));
    find(library, cu.launch, "cuLaunchKernel");
}

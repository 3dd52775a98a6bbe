// Runs a bundle that `pleat export --target cuda` wrote: checks what every kernel and the whole step give, times both, and prints JSON.
// Needs NVIDIA's driver and nothing else: no CUDA headers, no toolkit.
//   c++ -O2 -std=c++17 -o runner runner.cpp -ldl && ./runner [--device N] [--runs N] [--inputs|--probe] [FOLDER]
// With --inputs it needs no driver either: it prints a hash of each input's bytes and ends. --probe prints the name of the GPU.
// Ends with 1 if a number is wrong, with 74 if there is no GPU or a bundle cannot be read.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "bundle.h"
#include "driver.h"
#include "tensors.h"

struct Device {
    Handle stream = nullptr;
    Address arena = 0;
    int capability = 0;
    char name[256] = {0};
};

static Device open(int number) {
    Device d;
    int handle = 0, major = 0, minor = 0;
    Handle context;
    check(cu.init(0), "cuInit");
    check(cu.deviceGet(&handle, number), "cuDeviceGet");
    check(cu.deviceName(d.name, sizeof d.name, handle), "cuDeviceGetName");
    check(cu.deviceAttribute(&major, 75, handle), "cuDeviceGetAttribute");
    check(cu.deviceAttribute(&minor, 76, handle), "cuDeviceGetAttribute");
    d.capability = 10 * major + minor;
    check(cu.retain(&context, handle), "cuDevicePrimaryCtxRetain");
    check(cu.setCurrent(context), "cuCtxSetCurrent");
    check(cu.streamCreate(&d.stream, 1), "cuStreamCreate");
    return d;
}

// A cubin is for one generation of GPUs; where it does not fit, the driver assembles the PTX.
static Handle loadText(const Bundle &b, const std::string &text) {
    Handle module = nullptr;
    std::string stem = b.folder + "/" + text.substr(0, text.rfind('.'));
    std::ifstream cubin(stem + ".cubin", std::ios::binary);
    if (cubin) {
        std::vector<char> image((std::istreambuf_iterator<char>(cubin)), std::istreambuf_iterator<char>());
        if (cu.loadData(&module, image.data(), 0, nullptr, nullptr) == 0) {
            return module;
        }
    }
    auto ptx = contents(stem + ".ptx");
    ptx.push_back(0);
    std::vector<char> log(16384);
    int options[] = {5, 6};
    void *arguments[] = {log.data(), reinterpret_cast<void *>(log.size())};
    int error = cu.loadData(&module, ptx.data(), 2, options, arguments);
    check(error, "assembling " + text + ": " + log.data());
    return module;
}

static void load(Bundle &b) {
    std::vector<Handle> modules;
    for (const auto &text : b.texts) {
        modules.push_back(loadText(b, text));
    }
    for (auto &k : b.kernels) {
        check(cu.getFunction(&k.function, modules[k.text], k.entry.c_str()), "finding " + k.entry);
        if (k.shared > 48 * 1024) {
            check(cu.setAttribute(k.function, 8, int(k.shared)), "shared memory of " + k.entry);
        }
    }
}

static void upload(const Bundle &b, const Device &d) {
    // What a kernel reads and nobody wrote should not be right by chance.
    check(cu.fill(d.arena, 0xff, b.arena, d.stream), "filling the arena");
    check(cu.synchronize(d.stream), "filling the arena");
    for (const auto &g : b.given) {
        auto bytes = g.stored();
        check(cu.upload(d.arena + g.offset, bytes.data(), bytes.size()), "uploading " + g.name);
    }
}

static void ask(const Bundle &b, const Device &d, const Step &s) {
    if (s.kernel < 0) {
        check(cu.copy(d.arena + s.offsets[0], d.arena + s.offsets[1], s.offsets[2], d.stream), "a copy");
        return;
    }
    const Kernel &k = b.kernels[s.kernel];
    std::vector<Address> addresses;
    for (int64_t offset : s.offsets) {
        addresses.push_back(offset < 0 ? 0 : d.arena + offset);
    }
    size_t size = addresses.size() * sizeof(Address);
    void *extra[] = {reinterpret_cast<void *>(1), addresses.data(), reinterpret_cast<void *>(2), &size, nullptr};
    check(cu.launch(k.function, k.grid, 1, 1, k.block, 1, 1, k.shared, d.stream, nullptr, extra), "launching " + k.name);
}

struct Wrong {
    std::string kernel;
    int argument;
    double found, expected;
};

// Sums are compared with the sum of magnitudes: that is what errors of elements add up to at most.
static bool isRight(const Device &d, const Step &s, const Sum &sum, double tolerance, double &found) {
    std::vector<char> bytes(sum.bytes);
    double total = 0, size = 0;
    for (int64_t i = 0; i < sum.count; i++) {
        check(cu.download(bytes.data(), d.arena + s.offsets[sum.argument] + i * sum.pitch, bytes.size()), "downloading a result");
        for (size_t at = 0; at < bytes.size(); at += bytesOf(sum.dtype)) {
            double v = valueAt(sum.dtype, bytes.data() + at);
            total += v;
            size += std::fabs(v);
        }
    }
    found = total;
    double allowed = tolerance * std::max(sum.size, 1e-30);
    return std::fabs(total - sum.sum) <= allowed && std::fabs(size - sum.size) <= allowed;
}

static std::vector<Wrong> checkKernels(const Bundle &b, const Device &d, double tolerance, int &checked) {
    std::vector<Wrong> wrong;
    for (const auto &s : b.steps) {
        ask(b, d, s);
        check(cu.synchronize(d.stream), s.kernel < 0 ? "a copy" : "running " + b.kernels[s.kernel].name);
        for (const auto &sum : s.sums) {
            double found;
            checked++;
            if (!isRight(d, s, sum, tolerance, found)) {
                wrong.push_back({b.kernels[s.kernel].name, sum.argument, found, sum.sum});
            }
        }
    }
    return wrong;
}

struct Errors {
    double sample, sums;
};

static Errors errorsOf(const Bundle &b, const Device &d, const Expected &e) {
    std::vector<char> bytes(e.bytes);
    check(cu.download(bytes.data(), d.arena + e.offset, bytes.size()), "downloading " + e.name);
    return {e.sampleError(bytes.data(), contents(b.folder + "/" + e.file)), e.sumError(bytes.data())};
}

static double median(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return all.empty() ? 0 : all[all.size() / 2];
}

struct Clock {
    Handle from, to;
    const Device &d;
    explicit Clock(const Device &device) : d(device) {
        check(cu.eventCreate(&from, 0), "cuEventCreate");
        check(cu.eventCreate(&to, 0), "cuEventCreate");
    }
    template <typename W> double milliseconds(W work) {
        check(cu.eventRecord(from, d.stream), "cuEventRecord");
        work();
        check(cu.eventRecord(to, d.stream), "cuEventRecord");
        check(cu.eventSynchronize(to), "waiting for the GPU");
        float ms = 0;
        check(cu.elapsed(&ms, from, to), "cuEventElapsedTime");
        return ms;
    }
};

static std::string quoted(const std::string &text) {
    std::string out = "\"";
    for (char c : text) {
        out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return out + "\"";
}

static std::string number(double value) {
    char text[64];
    snprintf(text, sizeof text, "%.6g", value);
    return std::isfinite(value) ? text : "null";
}

// Twice the bytes that a copy of much memory moves in a second.
static double copyRate(const Device &d, int runs) {
    const size_t bytes = 256u << 20;
    Address a, b;
    if (cu.alloc(&a, bytes) != 0 || cu.alloc(&b, bytes) != 0) {
        return 0;
    }
    check(cu.fill(a, 0, bytes, d.stream), "filling memory");
    Clock clock(d);
    std::vector<double> all;
    for (int i = 0; i < runs; i++) {
        all.push_back(clock.milliseconds([&] { check(cu.copy(b, a, bytes, d.stream), "a copy"); }));
    }
    return 2.0 * bytes / (median(all) * 1e-3);
}

static void printInputs(const Bundle &b) {
    for (const auto &g : b.given) {
        printf("%016llx %s\n", static_cast<unsigned long long>(hashOf(g.stored())), g.name.c_str());
    }
}

int main(int argc, char **argv) {
    int ordinal = 0, runs = 20;
    bool onlyInputs = false, onlyProbe = false;
    std::string folder = ".";
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--device") && i + 1 < argc) {
            ordinal = atoi(argv[++i]);
        } else if (!strcmp(argv[i], "--runs") && i + 1 < argc) {
            runs = atoi(argv[++i]);
        } else if (!strcmp(argv[i], "--inputs")) {
            onlyInputs = true;
        } else if (!strcmp(argv[i], "--probe")) {
            onlyProbe = true;
        } else {
            folder = argv[i];
        }
    }
    if (onlyProbe) {
        loadDriver();
        puts(open(ordinal).name);
        return 0;
    }
    Bundle b = read(folder);
    if (onlyInputs) {
        printInputs(b);
        return 0;
    }
    loadDriver();
    Device d = open(ordinal);
    load(b);
    check(cu.alloc(&d.arena, b.arena), "allocating an arena of " + std::to_string(b.arena) + " bytes");
    upload(b, d);

    int checked = 0;
    auto wrong = checkKernels(b, d, b.dtype == "f32" ? 1e-3 : 2e-2, checked);
    bool ok = wrong.empty();
    std::ostringstream json;
    json << "{\"model\": " << quoted(b.model) << ", \"dtype\": " << quoted(b.dtype) << ", \"target\": " << quoted(b.target) << ", \"device\": "
         << quoted(d.name) << ", \"capability\": " << d.capability << ",\n \"arena_bytes\": " << b.arena << ", \"results_checked\": " << checked
         << ", \"results_wrong\": [";
    for (size_t i = 0; i < wrong.size() && i < 20; i++) {
        json << (i ? ", " : "") << "{\"kernel\": " << quoted(wrong[i].kernel) << ", \"argument\": " << wrong[i].argument << ", \"sum\": "
             << number(wrong[i].found) << ", \"expected\": " << number(wrong[i].expected) << "}";
    }
    json << "],\n \"outputs\": [";
    for (size_t i = 0; i < b.expected.size(); i++) {
        const auto &e = b.expected[i];
        auto errors = errorsOf(b, d, e);
        bool right = errors.sample <= e.tolerance && errors.sums <= e.tolerance;
        ok = ok && right;
        json << (i ? ",\n  " : "") << "{\"name\": " << quoted(e.name) << ", \"error\": " << number(errors.sample) << ", \"error_of_sums\": " << number(errors.sums)
             << ", \"tolerance\": " << number(e.tolerance)
             << ", \"ok\": " << (right ? "true" : "false") << "}";
    }

    Clock clock(d);
    auto step = [&] {
        for (const auto &s : b.steps) {
            ask(b, d, s);
        }
    };
    std::vector<double> whole, graphed;
    std::map<int, std::vector<double>> perKernel;
    for (int i = 0; i < runs; i++) {
        whole.push_back(clock.milliseconds(step));
    }
    Handle graph, executable;
    check(cu.beginCapture(d.stream, 1), "cuStreamBeginCapture");
    step();
    check(cu.endCapture(d.stream, &graph), "cuStreamEndCapture");
    check(cu.instantiate(&executable, graph, 0), "cuGraphInstantiate");
    for (int i = 0; i < runs; i++) {
        graphed.push_back(clock.milliseconds([&] { check(cu.graphLaunch(executable, d.stream), "cuGraphLaunch"); }));
    }
    for (int i = 0; i < std::max(3, runs / 4); i++) {
        std::map<int, double> sums;
        for (const auto &s : b.steps) {
            sums[s.kernel] += clock.milliseconds([&] { ask(b, d, s); });
        }
        for (const auto &entry : sums) {
            perKernel[entry.first].push_back(entry.second);
        }
    }
    std::map<int, double> launches, bytes;
    for (const auto &s : b.steps) {
        launches[s.kernel]++;
        bytes[s.kernel] += s.kernel < 0 ? 2.0 * s.offsets[2] : s.bytes;
    }
    double copies = copyRate(d, runs);
    json << "],\n \"step_ms\": " << number(median(whole)) << ", \"graph_ms\": " << number(median(graphed)) << ", \"flops\": " << number(b.flops)
         << ", \"copy_bytes_per_s\": " << number(copies) << ",\n \"kernels\": [";
    bool first = true;
    for (const auto &entry : perKernel) {
        int k = entry.first;
        double ms = median(entry.second), flops = k < 0 ? 0 : b.kernels[k].flops * launches[k];
        json << (first ? "" : ",\n  ") << "{\"name\": " << quoted(k < 0 ? "copy" : b.kernels[k].name) << ", \"launches\": " << number(launches[k])
             << ", \"ms\": " << number(ms) << ", \"flops_per_s\": " << number(flops / (ms * 1e-3)) << ", \"bytes_per_s\": "
             << number(bytes[k] / (ms * 1e-3)) << ", \"of_copy_rate\": " << number(bytes[k] / (ms * 1e-3) / copies) << "}";
        first = false;
    }
    json << "],\n \"ok\": " << (ok ? "true" : "false") << "}\n";
    std::cout << json.str();
    return ok ? 0 : 1;
}

// Runs a bundle that `pleat export --target cuda` wrote: checks what every kernel and the whole step give, times both, and prints JSON.
// Needs NVIDIA's driver and nothing else: no CUDA headers, no toolkit.
//   c++ -O2 -std=c++17 -o runner runner.cpp -ldl && ./runner [--device N] [--runs N] [--inputs|--probe] [FOLDER]
// With --inputs it needs no driver either: it prints a hash of each input's bytes and ends. --probe prints the name of the GPU.
// Ends with 1 if a number is wrong, with 2 if its arguments are, with 74 if there is no GPU or a bundle cannot be read.
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
#include "checks.h"
#include "driver.h"
#include "tensors.h"
#include "timing.h"

struct Device {
    Handle stream = nullptr;
    Address arena = 0;
    int capability = 0, processors = 0, kilohertz = 0;
    char name[256] = {0};

    // Instructions that warps can begin in a second: four on each multiprocessor in a cycle of its highest clock.
    double issuesPerSecond() const { return 4e3 * processors * kilohertz; }
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
    check(cu.deviceAttribute(&d.kilohertz, 13, handle), "cuDeviceGetAttribute");
    check(cu.deviceAttribute(&d.processors, 16, handle), "cuDeviceGetAttribute");
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

// The bytes of a tensor map, numbers as in cuda.h. Where its elements begin at no multiple of 16 there can be none, and the kernel does without.
static std::vector<char> encoded(const TensorMap &map, Address base, const std::string &kernel) {
    alignas(64) char bytes[128] = {0};
    if (!cu.encode) {
        fail("the NVIDIA driver has no cuTensorMapEncodeTiled: it is too old");
    }
    if (base % 16 == 0) {
        int type = map.dtype == "bf16" ? 9 : map.dtype == "f16" ? 6 : 7;
        uint64_t sizes[5], strides[5];
        uint32_t box[5], steps[5];
        for (size_t d = 0; d < map.dims.size(); d++) {
            sizes[d] = uint64_t(map.dims[d].size);
            strides[d] = uint64_t(map.dims[d].stride);
            box[d] = uint32_t(map.dims[d].box);
            steps[d] = 1;
        }
        // Not interleaved, 16-byte groups of 128 change places, 128 bytes into the L2 cache, zeros outside; the fastest dim has no stride.
        check(cu.encode(bytes, type, uint32_t(map.dims.size()), reinterpret_cast<void *>(base), sizes, strides + 1, box, steps, 0, 3, 2, 0),
              "a tensor map of argument " + std::to_string(map.argument) + " of " + kernel + " (an export with --arch sm_90a,bulk=off does without)");
    }
    return std::vector<char>(bytes, bytes + sizeof bytes);
}

// What launches are given, now that it is known where the arena is.
static void prepare(Bundle &b, const Device &d) {
    for (auto &s : b.steps) {
        if (s.kernel < 0) {
            continue;
        }
        const Kernel &k = b.kernels[s.kernel];
        for (const auto &map : k.maps) {
            auto bytes = encoded(map, d.arena + s.offsets[map.argument] + map.offset, k.name);
            s.parameters.insert(s.parameters.end(), bytes.begin(), bytes.end());
        }
        for (int64_t offset : s.offsets) {
            Address address = offset < 0 ? 0 : d.arena + offset;
            auto from = reinterpret_cast<const char *>(&address);
            s.parameters.insert(s.parameters.end(), from, from + sizeof address);
        }
    }
}

static void ask(const Bundle &b, const Device &d, const Step &s) {
    if (s.kernel < 0) {
        check(cu.copy(d.arena + s.offsets[0], d.arena + s.offsets[1], s.offsets[2], d.stream), "a copy");
        return;
    }
    const Kernel &k = b.kernels[s.kernel];
    size_t size = s.parameters.size();
    void *extra[] = {reinterpret_cast<void *>(1), const_cast<char *>(s.parameters.data()), reinterpret_cast<void *>(2), &size, nullptr};
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

static std::string quoted(const std::string &text) {
    std::string out = "\"";
    for (char c : text) {
        char code[8];
        snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned char>(c));
        out += c == '"' || c == '\\' ? std::string("\\") + c : static_cast<unsigned char>(c) < ' ' ? code : std::string(1, c);
    }
    return out + "\"";
}

static std::string number(double value) {
    char text[64];
    snprintf(text, sizeof text, "%.6g", value);
    return std::isfinite(value) ? text : "null";
}

static void printInputs(const Bundle &b) {
    for (const auto &g : b.given) {
        printf("%016llx %s\n", static_cast<unsigned long long>(hashOf(g.stored())), g.name.c_str());
    }
}

struct Options {
    int ordinal = 0, runs = 20;
    bool onlyInputs = false, onlyProbe = false;
    std::string folder = ".";
};

static int wholeOf(const std::string &option, const char *text, int least) {
    char *end = nullptr;
    long value = text ? strtol(text, &end, 10) : 0;
    if (!text || !*text || *end || value < least || value > 1000000) {
        std::cerr << option << " takes a whole number from " << least << " to 1000000\n";
        exit(2);
    }
    return int(value);
}

static Options optionsOf(int argc, char **argv) {
    Options o;
    bool isNamed = false;
    for (int i = 1; i < argc; i++) {
        std::string word = argv[i];
        if (word == "--device") {
            o.ordinal = wholeOf(word, argv[++i], 0);
        } else if (word == "--runs") {
            o.runs = wholeOf(word, argv[++i], 1);
        } else if (word == "--inputs") {
            o.onlyInputs = true;
        } else if (word == "--probe") {
            o.onlyProbe = true;
        } else if (word.rfind("-", 0) == 0 || isNamed) {
            std::cerr << "usage: runner [--device N] [--runs N] [--inputs|--probe] [FOLDER]\n";
            exit(word == "--help" || word == "-h" ? 0 : 2);
        } else {
            o.folder = word;
            isNamed = true;
        }
    }
    return o;
}

// Prints what every kernel and output was found to be; whether all are right.
static bool reportResults(const Bundle &b, const Device &d, std::ostream &json) {
    int checked = 0;
    auto wrong = checkKernels(b, d, b.dtype == "f32" ? 1e-3 : 2e-2, checked);
    bool ok = wrong.empty();
    json << " \"arena_bytes\": " << b.arena << ", \"results_checked\": " << checked << ", \"results_wrong\": [";
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
        json << (i ? ",\n  " : "") << "{\"name\": " << quoted(e.name) << ", \"error\": " << number(errors.sample) << ", \"error_of_sums\": "
             << number(errors.sums) << ", \"tolerance\": " << number(e.tolerance) << ", \"ok\": " << (right ? "true" : "false") << "}";
    }
    json << "],\n";
    return ok;
}

// All launches of a kernel in one step.
struct Launches {
    double count = 0, bytes = 0, ms = 0;
};

static void reportKernel(const Kernel &k, const Launches &all, const Device &d, double copyRate, std::ostream &json) {
    double seconds = all.ms * 1e-3, issue = k.work.instructions > 0 ? k.work.instructions / d.issuesPerSecond() : NAN;
    json << "{\"name\": " << quoted(k.name) << ", \"family\": " << quoted(k.work.family) << ", \"launches\": " << number(all.count)
         << ", \"ms\": " << number(all.ms) << ", \"flops_per_s\": " << number(k.flops * all.count / seconds)
         << ", \"executed_product_flops_per_s\": " << number(k.work.productFlops / seconds) << ", \"bytes_per_s\": " << number(all.bytes / seconds)
         << ", \"of_copy_rate\": " << number(all.bytes / seconds / copyRate) << ", \"of_issue_rate\": " << number(issue / seconds) << "}";
}

static void reportKernels(const Bundle &b, const Device &d, const std::vector<double> &ms, double copyRate, std::ostream &json) {
    std::map<int, Launches> kernels;
    for (size_t i = 0; i < b.steps.size(); i++) {
        const auto &s = b.steps[i];
        auto &all = kernels[s.kernel];
        all.count++;
        all.bytes += s.kernel < 0 ? 2.0 * double(s.offsets[2]) : s.bytes;
        all.ms += ms[i];
    }
    Kernel copy;
    copy.name = "copy";
    json << " \"kernels\": [";
    const char *separator = "";
    for (const auto &entry : kernels) {
        json << separator;
        reportKernel(entry.first < 0 ? copy : b.kernels[entry.first], entry.second, d, copyRate, json);
        separator = ",\n  ";
    }
    json << "],\n";
}

static void reportTimes(const Bundle &b, const Device &d, int runs, std::ostream &json) {
    Clock clock(d.stream);
    auto step = [&] {
        for (const auto &s : b.steps) {
            ask(b, d, s);
        }
    };
    double whole = median(clock.milliseconds(runs, step));
    Handle graph, executable;
    check(cu.beginCapture(d.stream, 1), "cuStreamBeginCapture");
    step();
    check(cu.endCapture(d.stream, &graph), "cuStreamEndCapture");
    check(cu.instantiate(&executable, graph, 0), "cuGraphInstantiate");
    double graphed = median(clock.milliseconds(runs, [&] { check(cu.graphLaunch(executable, d.stream), "cuGraphLaunch"); }));
    double nothing = median(clock.milliseconds(runs, [] {}));
    Copies copies(d.stream);
    double copyRate = copies.bytesPerSecond(runs);
    auto launches = launchTimes(copies, b.steps.size(), std::max(3, runs / 4), [&](size_t i) { ask(b, d, b.steps[i]); });
    json << " \"step_ms\": " << number(whole) << ", \"graph_ms\": " << number(graphed) << ", \"event_ms\": " << number(nothing) << ", \"flops\": "
         << number(b.flops) << ", \"copy_bytes_per_s\": " << number(copyRate) << ", \"copied_bytes\": " << copies.bytes << ",\n";
    reportKernels(b, d, launches, copyRate, json);
}

static int run(const Options &options) {
    if (options.onlyProbe) {
        loadDriver();
        puts(open(options.ordinal).name);
        return 0;
    }
    Bundle b = read(options.folder);
    checkBundle(b);
    if (options.onlyInputs) {
        printInputs(b);
        return 0;
    }
    loadDriver();
    Device d = open(options.ordinal);
    load(b);
    check(cu.alloc(&d.arena, b.arena), "allocating an arena of " + std::to_string(b.arena) + " bytes");
    prepare(b, d);
    upload(b, d);
    std::ostringstream json;
    json << "{\"model\": " << quoted(b.model) << ", \"dtype\": " << quoted(b.dtype) << ", \"target\": " << quoted(b.target) << ", \"device\": "
         << quoted(d.name) << ", \"capability\": " << d.capability << ", \"multiprocessors\": " << d.processors << ", \"highest_mhz\": "
         << d.kilohertz / 1000 << ", \"runs\": " << options.runs << ",\n";
    bool ok = reportResults(b, d, json);
    reportTimes(b, d, options.runs, json);
    json << " \"ok\": " << (ok ? "true" : "false") << "}\n";
    std::cout << json.str();
    return ok ? 0 : 1;
}

int main(int argc, char **argv) {
    try {
        return run(optionsOf(argc, argv));
    } catch (const std::bad_alloc &) {
        fail("this machine has not the memory that the bundle asks for");
    } catch (const std::exception &failure) {
        fail(std::string("the bundle cannot be run: ") + failure.what());
    }
}

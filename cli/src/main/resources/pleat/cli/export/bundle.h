// What a bundle's manifest says: its kernels, the steps of the whole, and where its tensors are.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "driver.h"
#include "tensors.h"

// What all launches of a kernel in a step do, as the emulator counts it; 0: it was not counted.
struct Work {
    double instructions = 0, productFlops = 0;  // each by a warp; of matrix units
    std::string family;
};

struct Dim {
    int64_t size = 0, stride = 0, box = 0;  // elements, bytes, elements
};

// An argument of a kernel as boxes of it are copied: what the driver is told.
struct TensorMap {
    int64_t argument = 0, offset = 0;  // in bytes from the argument
    std::string dtype;
    std::vector<Dim> dims;  // the fastest first
};

struct Kernel {
    std::string name, entry;
    Work work;
    std::vector<TensorMap> maps;
    int text = 0;
    unsigned grid = 0, block = 0, shared = 0;
    double flops = 0;
    Handle function = nullptr;
};

// What a launch should have written in one of its arguments: sums over stretches of memory.
struct Sum {
    int argument = 0;
    std::string dtype;
    int64_t count = 0, pitch = 0, bytes = 0;
    double sum = 0, size = 0;
};

struct Step {
    int kernel = -1;               // -1: a copy
    double bytes = 0;              // that its arguments have
    std::vector<int64_t> offsets;  // of a launch: its arguments and scratch; of a copy: to, from, bytes
    std::vector<Sum> sums;
    std::vector<char> parameters;  // of a launch, when addresses are known
};

struct Bundle {
    std::string folder, model, target, dtype;
    int64_t arena = 0;
    double flops = 0;
    std::vector<std::string> texts;
    std::vector<Kernel> kernels;
    std::vector<Given> given;
    std::vector<Expected> expected;
    std::vector<Step> steps;
};

inline std::vector<char> contents(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        fail("cannot read " + path);
    }
    return std::vector<char>((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

// The rest of a line as whole numbers; anything else among them fails it.
inline std::vector<int64_t> wholesOf(std::istringstream &words) {
    std::vector<int64_t> all;
    bool right = true;
    for (std::string word; words >> word;) {
        char *end = nullptr;
        errno = 0;
        all.push_back(strtoll(word.c_str(), &end, 10));
        right = right && *end == 0 && errno == 0;
    }
    words.clear(right ? std::ios::goodbit : std::ios::failbit);
    return all;
}

inline TensorMap mapOf(std::istringstream &words) {
    TensorMap map;
    words >> map.argument >> map.offset >> map.dtype;
    auto numbers = wholesOf(words);
    for (size_t i = 0; i + 2 < numbers.size(); i += 3) {
        map.dims.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
    }
    if (numbers.size() % 3 != 0) {
        words.setstate(std::ios::failbit);
    }
    return map;
}

inline Bundle read(const std::string &folder) {
    Bundle b;
    b.folder = folder;
    std::ifstream in(folder + "/manifest.txt");
    std::string line;
    if (!std::getline(in, line) || line != "pleat-cuda 3") {
        fail(folder + "/manifest.txt is not the manifest of a bundle of this version");
    }
    while (std::getline(in, line)) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word == "model") {
            std::getline(words >> std::ws, b.model);
        } else if (word == "target") {
            words >> b.target;
        } else if (word == "dtype") {
            words >> b.dtype;
        } else if (word == "arena") {
            words >> b.arena;
        } else if (word == "flops") {
            words >> b.flops;
        } else if (word == "text") {
            words >> word;
            b.texts.push_back(word);
        } else if (word == "kernel") {
            Kernel k;
            words >> k.text >> k.grid >> k.block >> k.shared >> k.flops >> k.entry >> k.name;
            b.kernels.push_back(k);
        } else if (word == "work") {
            size_t k = 0;
            Work w;
            words >> k >> w.instructions >> w.productFlops;
            std::getline(words >> std::ws, w.family);
            if (k >= b.kernels.size()) {
                words.setstate(std::ios::failbit);
            } else {
                b.kernels[k].work = w;
            }
        } else if (word == "map") {
            size_t k = 0;
            words >> k;
            auto map = mapOf(words);
            if (k >= b.kernels.size()) {
                words.setstate(std::ios::failbit);
            } else {
                b.kernels[k].maps.push_back(map);
            }
        } else if (word == "given") {
            b.given.push_back(Given::of(words));
        } else if (word == "expected") {
            b.expected.push_back(Expected::of(words));
        } else if (word == "part" && !b.expected.empty()) {
            b.expected.back().sums.push_back(realOf(words));
            b.expected.back().sizes.push_back(realOf(words));
        } else if (word == "launch" || word == "copy") {
            Step s;
            if (word == "launch") {
                words >> s.kernel >> s.bytes;
            }
            bool isNone = word == "launch" && s.kernel < 0;
            if (words && !isNone) {
                s.offsets = wholesOf(words);
            } else {
                words.setstate(std::ios::failbit);
            }
            b.steps.push_back(s);
        } else if (word == "sum" && !b.steps.empty()) {
            Sum s;
            words >> s.argument >> s.dtype >> s.count >> s.pitch >> s.bytes >> s.sum >> s.size;
            b.steps.back().sums.push_back(s);
        } else if (word == "end") {
            return b;
        } else {
            fail("the manifest has a line that this runner does not know: " + line);
        }
        if (words.fail()) {
            fail("the manifest has a line that is damaged: " + line);
        }
    }
    fail("the manifest has no last line: it was not written to its end, or cut off");
}

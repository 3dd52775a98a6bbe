// Refuses a bundle whose manifest says what cannot be, before memory is read or written by it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "bundle.h"

// Whether bytes from offset on are all in `room`; nothing of it overflows.
inline bool isWithin(int64_t offset, int64_t bytes, int64_t room) { return offset >= 0 && bytes >= 0 && bytes <= room && offset <= room - bytes; }

inline void demand(bool is, const std::string &what) {
    if (!is) {
        fail("the manifest is damaged: " + what);
    }
}

// A real of the size of a product that may not fit in 64 bits.
inline double elementsOf(const Place &place) {
    double all = 1;
    for (int64_t extent : place.shape) {
        all *= double(extent);
    }
    return all;
}

// Elements from the start of the tensor to behind its furthest one.
inline double reachOf(const Place &place) {
    double furthest = 0;
    for (const auto &p : place.pieces) {
        int64_t last = (place.shape[p.dim] - 1) / p.divisor;
        furthest += double(p.stride) * double(p.modulus == 0 ? last : std::min(last, p.modulus - 1));
    }
    return furthest + 1;
}

inline void checkTensor(const Bundle &b, const std::string &name, const std::string &dtype, int64_t offset, int64_t bytes, const Place &place) {
    std::string where = " of tensor " + name;
    demand(bytesOf(dtype) > 0, "element type " + dtype + where);
    demand(isWithin(offset, bytes, b.arena), "the arena has no room" + where);
    demand(std::all_of(place.shape.begin(), place.shape.end(), [](int64_t extent) { return extent > 0; }), "extents" + where);
    for (const auto &p : place.pieces) {
        demand(p.dim >= 0 && size_t(p.dim) < place.shape.size() && p.divisor > 0 && p.modulus >= 0 && p.stride >= 0, "layout" + where);
    }
    double room = double(bytes / bytesOf(dtype));
    demand(elementsOf(place) <= room && reachOf(place) <= room, "elements lie outside" + where);
}

inline void checkMap(const TensorMap &map, const std::string &kernel) {
    std::string where = " of a tensor map of kernel " + kernel;
    int64_t size = bytesOf(map.dtype);
    demand((map.dtype == "f32" || map.dtype == "bf16" || map.dtype == "f16") && map.offset >= 0 && map.offset % 16 == 0, "elements" + where);
    demand(!map.dims.empty() && map.dims.size() <= 5 && map.dims[0].stride == size && map.dims[0].box == 128 / size, "lines" + where);
    for (size_t d = 0; d < map.dims.size(); d++) {
        const auto &dim = map.dims[d];
        bool isApart = d == 0 || (dim.stride >= 16 && dim.stride % 16 == 0 && dim.stride < int64_t(1) << 40);
        demand(isApart && dim.size > 0 && dim.size <= int64_t(1) << 32 && dim.box > 0 && dim.box <= 256, "dims" + where);
    }
}

inline void checkLaunch(const Bundle &b, const Step &s) {
    demand(size_t(s.kernel) < b.kernels.size(), "a launch of kernel " + std::to_string(s.kernel));
    for (int64_t offset : s.offsets) {
        demand(offset == -1 || isWithin(offset, 0, b.arena), "an argument at " + std::to_string(offset));
    }
    for (const auto &map : b.kernels[s.kernel].maps) {
        bool isThere = map.argument >= 0 && size_t(map.argument) < s.offsets.size() && s.offsets[map.argument] >= 0;
        demand(isThere && isWithin(s.offsets[map.argument], map.offset, b.arena), "a tensor map of argument " + std::to_string(map.argument));
    }
    for (const auto &sum : s.sums) {
        demand(sum.argument >= 0 && size_t(sum.argument) < s.offsets.size(), "the sum of argument " + std::to_string(sum.argument));
        int64_t from = s.offsets[sum.argument], size = bytesOf(sum.dtype);
        bool isWhole = size > 0 && sum.bytes > 0 && sum.bytes % size == 0;
        demand(isWhole && from >= 0 && isWithin(from, sum.bytes, b.arena), "a sum of " + std::to_string(sum.bytes) + " bytes");
        int64_t room = b.arena - from - sum.bytes;
        bool isOne = sum.count == 1;
        demand(isOne || (sum.count > 1 && sum.pitch >= sum.bytes && sum.count - 1 <= room / sum.pitch), "a sum of " + std::to_string(sum.count) + " stretches");
    }
}

inline void checkCopy(const Bundle &b, const Step &s) {
    demand(s.offsets.size() == 3 && s.sums.empty(), "a copy takes where to, where from and bytes");
    demand(isWithin(s.offsets[0], s.offsets[2], b.arena) && isWithin(s.offsets[1], s.offsets[2], b.arena), "a copy outside of the arena");
}

inline void checkBundle(const Bundle &b) {
    demand(b.arena > 0, "an arena of " + std::to_string(b.arena) + " bytes");
    for (const auto &k : b.kernels) {
        demand(k.text >= 0 && size_t(k.text) < b.texts.size(), "the text of kernel " + k.name);
        demand(k.grid > 0 && k.grid <= INT32_MAX && k.block > 0 && k.block <= 1024 && k.shared <= 1u << 20, "the size of kernel " + k.name);
        for (const auto &map : k.maps) {
            checkMap(map, k.name);
        }
    }
    for (const auto &g : b.given) {
        checkTensor(b, g.name, g.dtype, g.offset, g.bytes, g.place);
        demand(std::fabs(g.middle) < 1e30 && std::fabs(g.width) < 1e30, "values of tensor " + g.name);
    }
    for (const auto &e : b.expected) {
        checkTensor(b, e.name, e.dtype, e.offset, e.bytes, e.place);
    }
    for (const auto &s : b.steps) {
        s.kernel < 0 ? checkCopy(b, s) : checkLaunch(b, s);
    }
}

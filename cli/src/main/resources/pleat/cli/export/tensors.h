// Tensors of a bundle: where their elements lie, how made-up values come from a seed, and what an output is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <istream>
#include <limits>
#include <string>
#include <vector>

// Exact for every decimal that Java prints, which reading by >> does not promise.
inline double realOf(std::istream &words) {
    std::string word;
    words >> word;
    return word == "Infinity" ? INFINITY : word == "-Infinity" ? -INFINITY : strtod(word.c_str(), nullptr);
}

// How many of something follow: few, or the line is damaged.
inline size_t countOf(std::istream &words) {
    unsigned count = 0;
    if (words >> count && count > 64) {
        words.setstate(std::ios::failbit);
    }
    return words ? count : 0;
}

// A dim of a layout or a part of one: the position is (coordinate / divisor) % modulus, without the remainder where modulus is 0.
struct Piece {
    int dim = 0;
    int64_t divisor = 1, modulus = 0, stride = 0;
};

// Where the elements of a tensor lie, in elements from its start.
struct Place {
    std::vector<int64_t> shape;
    std::vector<Piece> pieces;

    static Place of(std::istream &words) {
        Place place;
        place.shape.resize(countOf(words));
        for (auto &extent : place.shape) {
            words >> extent;
        }
        place.pieces.resize(countOf(words));
        for (auto &p : place.pieces) {
            words >> p.dim >> p.divisor >> p.modulus >> p.stride;
        }
        return place;
    }

    int64_t elements() const {
        int64_t all = 1;
        for (int64_t extent : shape) {
            all *= extent;
        }
        return all;
    }

    bool isSplit() const {
        return std::any_of(pieces.begin(), pieces.end(), [](const Piece &p) { return p.divisor != 1 || p.modulus != 0; });
    }

    bool isRowMajor() const {
        if (isSplit() || pieces.size() != shape.size()) {
            return false;
        }
        int64_t stride = 1;
        for (size_t d = shape.size(); d-- > 0; stride *= shape[d]) {
            if (pieces[d].dim != int(d) || pieces[d].stride != stride) {
                return false;
            }
        }
        return true;
    }

    int64_t offset(const std::vector<int64_t> &point) const {
        int64_t offset = 0;
        for (const auto &p : pieces) {
            int64_t position = point[p.dim] / p.divisor;
            offset += p.stride * (p.modulus == 0 ? position : position % p.modulus);
        }
        return offset;
    }

    // Offset of an element by its number in row-major order.
    int64_t offset(int64_t element) const {
        std::vector<int64_t> point(shape.size());
        for (size_t d = shape.size(); d-- > 0; element /= shape[d]) {
            point[d] = element % shape[d];
        }
        return offset(point);
    }

    // Calls visit(element, offset) for elements from <= element < to of row-major order.
    template <typename V> void each(int64_t from, int64_t to, V visit) const {
        bool straight = isRowMajor();
        for (int64_t element = from; element < to; element++) {
            visit(element, straight ? element : offset(element));
        }
    }
};

// The numbers of java.util.SplittableRandom: number i is a function of seed and i (SplitMix64: Steele, Lea, Flood 2014).
inline uint64_t randomLong(uint64_t seed, uint64_t i) {
    uint64_t z = seed + 0x9e3779b97f4a7c15u * (i + 1);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

// 0 of what is no type of elements.
inline int64_t bytesOf(const std::string &dtype) {
    bool isSmall = dtype == "i8" || dtype == "u8" || dtype == "bool";
    return dtype == "f64" || dtype == "i64" ? 8 : dtype == "f32" || dtype == "i32" ? 4 : dtype == "bf16" || dtype == "f16" || dtype == "i16" ? 2 : isSmall ? 1 : 0;
}

inline float halfToFloat(uint16_t h) {
    int exponent = h >> 10 & 31;
    float fraction = h & 1023;
    float value = exponent == 0 ? std::ldexp(fraction, -24) : exponent == 31 ? (fraction == 0 ? INFINITY : NAN) : std::ldexp(1024 + fraction, exponent - 25);
    return h & 0x8000 ? -value : value;
}

// Of a finite number, rounded to nearest even.
inline uint16_t halfOf(float value) {
    int exponent = 0;
    std::frexp(value, &exponent);
    exponent = std::max(exponent, -13);
    int fraction = int(std::nearbyint(std::ldexp(std::fabs(value), 11 - exponent)));
    int bits = std::min(fraction + (exponent + 13) * 1024, 31 << 10);
    return uint16_t(bits | (std::signbit(value) ? 0x8000 : 0));
}

// Of a finite number, rounded to nearest even.
inline uint16_t bfloatOf(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename T> T peek(const char *bytes) {
    T value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

template <typename T> void poke(char *bytes, T value) { memcpy(bytes, &value, sizeof value); }

inline double valueAt(const std::string &dtype, const char *bytes) {
    if (dtype == "f32") {
        return peek<float>(bytes);
    } else if (dtype == "bf16") {
        uint32_t wide = uint32_t(peek<uint16_t>(bytes)) << 16;
        return peek<float>(reinterpret_cast<const char *>(&wide));
    } else if (dtype == "f16") {
        return halfToFloat(peek<uint16_t>(bytes));
    } else if (dtype == "f64") {
        return peek<double>(bytes);
    } else if (dtype == "i64") {
        return double(peek<int64_t>(bytes));
    } else if (dtype == "i32") {
        return peek<int32_t>(bytes);
    } else if (dtype == "i16") {
        return peek<int16_t>(bytes);
    }
    return dtype == "i8" ? double(peek<int8_t>(bytes)) : double(peek<uint8_t>(bytes));
}

// A tensor that the step is given: element i is middle + width * (2u - 1), u being number i of the seed.
struct Given {
    int64_t offset = 0, bytes = 0;
    std::string dtype, name;
    uint64_t seed = 0;
    double middle = 0, width = 0;
    Place place;

    static Given of(std::istream &words) {
        Given g;
        int64_t seed = 0;
        words >> g.offset >> g.bytes >> g.dtype >> seed;
        g.seed = uint64_t(seed);
        g.middle = realOf(words);
        g.width = realOf(words);
        g.place = Place::of(words);
        words >> g.name;
        return g;
    }

    float value(int64_t element) const {
        double u = double(randomLong(seed, uint64_t(element)) >> 11) * 0x1p-53;
        volatile double part = width * (2 * u - 1);  // volatile: product and sum are rounded each, as in Java
        return float(middle + part);
    }

    // As it lies in memory. Padding of split dims is zeros; other room has all bits set, which is no number.
    std::vector<char> stored() const {
        std::vector<char> memory(bytes, place.isSplit() ? 0 : char(-1));
        bool isFloating = dtype[0] == 'f' || dtype[0] == 'b';
        int64_t size = bytesOf(dtype);
        if (!isFloating || dtype == "bool") {
            std::fill(memory.begin(), memory.end(), 0);
            return memory;
        }
        place.each(0, place.elements(), [&](int64_t element, int64_t at) {
            char *to = memory.data() + at * size;
            float v = value(element);
            if (dtype == "f32") {
                poke(to, v);
            } else if (dtype == "bf16") {
                poke(to, bfloatOf(v));
            } else if (dtype == "f16") {
                poke(to, halfOf(v));
            } else {
                poke(to, double(v));
            }
        });
        return memory;
    }
};

// FNV-1a: two sides that have the same bytes print the same number.
inline uint64_t hashOf(const std::vector<char> &bytes) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (char c : bytes) {
        hash = (hash ^ uint8_t(c)) * 0x100000001b3u;
    }
    return hash;
}

// What an output should be: sums and sums of magnitudes over equal parts of it in row-major order, and a sample of elements.
struct Expected {
    int64_t offset = 0, bytes = 0;
    std::string dtype, file, name;
    double tolerance = 0, largest = 0;
    Place place;
    std::vector<double> sums, sizes;

    static Expected of(std::istream &words) {
        Expected e;
        words >> e.offset >> e.bytes >> e.dtype;
        e.tolerance = realOf(words);
        e.largest = realOf(words);
        words >> e.file;
        e.place = Place::of(words);
        words >> e.name;
        return e;
    }

    // The largest error of a sampled element, over the largest element of the tensor; infinite if one is no number.
    double sampleError(const char *found, const std::vector<char> &sample) const {
        double difference = 0;
        int64_t count = int64_t(sample.size()) / 4, elements = place.elements();
        for (int64_t i = 0; i < count; i++) {
            int64_t element = count == elements ? i : int64_t(randomLong(0, uint64_t(i)) % uint64_t(elements));
            double by = std::fabs(valueAt(dtype, found + place.offset(element) * bytesOf(dtype)) - peek<float>(sample.data() + 4 * i));
            difference = std::isnan(by) ? INFINITY : std::max(difference, by);
        }
        return difference == 0 ? 0 : difference / largest;
    }

    // The largest error of a sum, over the sum of magnitudes of its part: what errors of elements add up to at most.
    double sumError(const char *found) const {
        double error = 0;
        int64_t parts = int64_t(sums.size()), elements = place.elements();
        for (int64_t part = 0; part < parts; part++) {
            double sum = 0, size = 0;
            place.each(elements * part / parts, elements * (part + 1) / parts, [&](int64_t, int64_t at) {
                double v = valueAt(dtype, found + at * bytesOf(dtype));
                sum += v;
                size += std::fabs(v);
            });
            double by = std::max(std::fabs(sum - sums[part]), std::fabs(size - sizes[part]));
            error = std::isnan(by) ? INFINITY : std::max(error, by == 0 ? 0 : by / sizes[part]);
        }
        return error;
    }
};

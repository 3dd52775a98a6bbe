// Times of the GPU's own clock: of a whole step, of its launches in their order, and of copies.
#pragma once

#include <algorithm>
#include <vector>

#include "driver.h"

inline double median(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return all.empty() ? 0 : all[all.size() / 2];
}

inline Handle event() {
    Handle made;
    check(cu.eventCreate(&made, 0), "cuEventCreate");
    return made;
}

inline double millisecondsBetween(Handle from, Handle to) {
    float ms = 0;
    check(cu.elapsed(&ms, from, to), "cuEventElapsedTime");
    return ms;
}

struct Clock {
    Handle stream, from = event(), to = event();
    explicit Clock(Handle timed) : stream(timed) {}

    // Also the time that asking for the work takes, where it is longer.
    template <typename W> double milliseconds(W work) {
        check(cu.eventRecord(from, stream), "cuEventRecord");
        work();
        check(cu.eventRecord(to, stream), "cuEventRecord");
        check(cu.eventSynchronize(to), "waiting for the GPU");
        return millisecondsBetween(from, to);
    }

    template <typename W> std::vector<double> milliseconds(int runs, W work) {
        std::vector<double> all;
        for (int i = 0; i < runs; i++) {
            all.push_back(milliseconds(work));
        }
        return all;
    }
};

// Two stretches of memory, larger than any cache if there is room for them beside the arena.
struct Copies {
    Handle stream;
    size_t bytes = 256u << 20;
    Address a = 0, b = 0;

    explicit Copies(Handle timed) : stream(timed) {
        while (cu.alloc(&a, 2 * bytes) != 0) {
            if ((bytes /= 4) < 1u << 20) {
                bytes = 0;
                return;
            }
        }
        b = a + bytes;
        check(cu.fill(a, 0, 2 * bytes, stream), "filling memory");
    }

    void ask(int times) const {
        for (int i = 0; bytes > 0 && i < times; i++) {
            check(cu.copy(b, a, bytes, stream), "a copy");
        }
    }

    // Twice the bytes that a copy moves in a second: ten of them behind each other, so that starting them is not seen. 0 if there is no memory.
    double bytesPerSecond(int runs) const {
        Clock clock(stream);
        return bytes == 0 ? 0 : 20.0 * double(bytes) / (median(clock.milliseconds(runs, [&] { ask(10); })) * 1e-3);
    }
};

// Milliseconds of each of so many launches, medians over runs. All of a run are asked for while the GPU is busy with copies, so that no time is measured
// in which it waits for the next: what is left beside the kernel itself is that of an event. Copies drive what the run before left out of the caches;
// from then on caches have what the launch before left there, as in any step.
template <typename A> std::vector<double> launchTimes(const Copies &copies, size_t launches, int runs, A ask) {
    std::vector<Handle> from, to;
    for (size_t i = 0; i < launches; i++) {
        from.push_back(event());
        to.push_back(event());
    }
    std::vector<std::vector<double>> all(launches);
    for (int run = 0; run < runs; run++) {
        copies.ask(2 + int(launches / 8));
        for (size_t i = 0; i < launches; i++) {
            check(cu.eventRecord(from[i], copies.stream), "cuEventRecord");
            ask(i);
            check(cu.eventRecord(to[i], copies.stream), "cuEventRecord");
        }
        for (size_t i = 0; i < launches; i++) {
            check(cu.eventSynchronize(to[i]), "waiting for the GPU");
            all[i].push_back(millisecondsBetween(from[i], to[i]));
        }
    }
    std::vector<double> medians;
    for (const auto &times : all) {
        medians.push_back(median(times));
    }
    return medians;
}

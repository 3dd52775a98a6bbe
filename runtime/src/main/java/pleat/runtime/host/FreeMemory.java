package pleat.runtime.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What a process may still take, by the files in which Linux says so. The system hands out more than it has, and ends the process that uses it: a
 * plan that cannot fit should be refused before.
 */
final class FreeMemory {
    private FreeMemory() {}

    /** The smaller of what the machine and the container have left; empty where neither says. */
    static OptionalLong bytes() {
        return bytes(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup"));
    }

    static OptionalLong bytes(Path meminfo, Path cgroup) {
        var machine = sum(line(meminfo, "MemAvailable:"), line(meminfo, "SwapFree:"));
        var limit = number(cgroup.resolve("memory.max"));
        var used = number(cgroup.resolve("memory.current"));
        if (limit.isEmpty() || used.isEmpty()) {
            return machine;
        }
        // Cached files count as used, but give way.
        long container = limit.getAsLong() - used.getAsLong() + line(cgroup.resolve("memory.stat"), "inactive_file").orElse(0);
        return OptionalLong.of(Math.min(machine.orElse(Long.MAX_VALUE), Math.max(0, container)));
    }

    private static OptionalLong sum(OptionalLong available, OptionalLong swap) {
        return available.isEmpty() ? available : OptionalLong.of(available.getAsLong() + swap.orElse(0));
    }

    /** The number behind a name, in bytes; {@code kB} are 1024. */
    private static OptionalLong line(Path file, String name) {
        return text(file).lines().filter(line -> line.startsWith(name)).map(line -> line.substring(name.length()).strip().split(" "))
                .mapToLong(words -> Long.parseLong(words[0]) * (words.length > 1 && words[1].equals("kB") ? 1024 : 1)).findFirst();
    }

    /** A file that holds a number; {@code max} is none. */
    private static OptionalLong number(Path file) {
        String text = text(file).strip();
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException _) {
            return ""; // another kernel, or no container
        }
    }
}

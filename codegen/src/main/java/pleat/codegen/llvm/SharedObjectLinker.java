package pleat.codegen.llvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/** Runs the lld executable that comes with the LLVM library; LLVM's C interface has no linker. */
final class SharedObjectLinker {
    /** What LLVM may call on its own account; the C library of the process provides it. */
    private static final Set<String> ALLOWED = Set.of("memcpy", "memmove", "memset", "memcmp", "bcmp");
    private static final Pattern UNDEFINED = Pattern.compile("undefined symbol: (\\S+)");

    private SharedObjectLinker() {}

    static void link(List<byte[]> objects, Path sharedObject) {
        try {
            Path folder = Files.createDirectories(sharedObject.toAbsolutePath().getParent());
            Path scratch = Files.createTempDirectory(folder, ".link");
            try {
                Path linked = runLld(objects, scratch);
                Files.move(linked, sharedObject, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                delete(scratch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + sharedObject, e);
        }
    }

    private static Path runLld(List<byte[]> objects, Path scratch) throws IOException {
        Path output = scratch.resolve("out.so");
        var command = new ArrayList<>(List.of(executable().toString(), "-flavor", "gnu", "-shared", "--gc-sections", "-z", "now",
                "-z", "defs", "--warn-unresolved-symbols", "-o", output.toString()));
        for (int i = 0; i < objects.size(); i++) {
            command.add(Files.write(scratch.resolve(i + ".o"), objects.get(i)).toString());
        }
        String said = run(command);
        // An unresolved symbol would end the process at its first call, long after this: refuse it here.
        String missing = UNDEFINED.matcher(said).results().map(match -> match.group(1)).distinct()
                .filter(symbol -> !ALLOWED.contains(symbol)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new LlvmException("generated code calls functions that nobody defines: " + missing);
        }
        return output;
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new LlvmException("the linker failed with code %d: %s".formatted(code, said.strip()));
            }
            return said;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new LlvmException("interrupted while linking");
        }
    }

    /** The library's jar has lld but not the versioned name of libLLVM that lld asks for beside itself. */
    private static Path executable() throws IOException {
        String folder = "/org/bytedeco/llvm/" + Loader.getPlatform() + "/";
        Path library = Loader.cacheResource(folder + "libLLVM.so").toPath();
        Path lld = Loader.cacheResource(folder + "lld").toPath();
        if (!Files.isExecutable(lld) && !lld.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + lld + " executable");
        }
        Path versioned = library.resolveSibling("libLLVM.so.20.1");
        if (!Files.exists(versioned)) {
            try {
                Files.createSymbolicLink(versioned, library);
            } catch (FileAlreadyExistsException _) {
                // Another process was first, with the same link.
            }
        }
        return lld;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}

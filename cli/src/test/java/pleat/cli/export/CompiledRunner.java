package pleat.cli.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The program of bundles, built in a folder by a C++ compiler of this machine. */
record CompiledRunner(Path folder, String compiler) {

    /** What a program printed, on both streams, and its exit status. */
    record Said(int status, String text) {}

    /** Nothing, and a line that says so, where there is no C++ compiler. */
    static Optional<CompiledRunner> in(Path folder, String... flags) throws IOException, InterruptedException {
        var compiler = Stream.of("c++", "g++", "clang++").filter(CompiledRunner::isThere).findFirst();
        if (compiler.isEmpty()) {
            System.out.println("skipped: no C++ compiler on this machine");
            return Optional.empty();
        }
        for (String source : CudaBundle.RUNNER) {
            try (var in = CudaBundle.class.getResourceAsStream(source)) {
                Files.copy(in, folder.resolve(source));
            }
        }
        var runner = new CompiledRunner(folder, compiler.get());
        runner.compile(CudaBundle.RUNNER.getFirst(), "runner", Stream.concat(Stream.of("-ldl"), Stream.of(flags)).toArray(String[]::new));
        return Optional.of(runner);
    }

    /** Puts a driver beside the program that only pretends to compute. */
    void pretendDriver() throws IOException, InterruptedException {
        try (var in = CompiledRunner.class.getResourceAsStream("pretend_cuda.cpp")) {
            Files.copy(in, folder.resolve("pretend_cuda.cpp"));
        }
        compile("pretend_cuda.cpp", "libcuda.so.1", "-shared", "-fPIC");
    }

    void compile(String source, String product, String... flags) throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of(compiler, "-O2", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", folder.resolve(product).toString(),
                folder.resolve(source).toString()), Stream.of(flags)).toArray(String[]::new);
        var said = said(Map.of(), command);
        if (said.status() != 0 || !said.text().isEmpty()) {
            throw new AssertionError(said.text());
        }
    }

    /** Runs the program on the folder. */
    Said run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return said(environment, Stream.concat(Stream.concat(Stream.of(folder.resolve("runner").toString()), Stream.of(arguments)), Stream.of(folder.toString()))
                .toArray(String[]::new));
    }

    static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    static Said said(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        var text = new String(process.getInputStream().readAllBytes());
        return new Said(process.waitFor(), text);
    }
}

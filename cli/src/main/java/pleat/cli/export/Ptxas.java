package pleat.cli.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.ir.diagnostic.UserException;

/** NVIDIA's assembler of PTX, which comes with the CUDA toolkit. */
public record Ptxas(Path path) {

    /** On the PATH or in a toolkit. */
    public static Optional<Ptxas> find() {
        Stream<String> toolkits = Stream.of("CUDA_HOME", "CUDA_PATH").flatMap(name -> Optional.ofNullable(System.getenv(name)).stream()).map(home -> home + "/bin");
        Stream<String> path = Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"));
        return Stream.of(toolkits, path, Stream.of("/usr/local/cuda/bin")).flatMap(folders -> folders).map(folder -> Path.of(folder, "ptxas"))
                .filter(Files::isExecutable).findFirst().map(Ptxas::new);
    }

    /** Its release, in words. */
    public String version() {
        try {
            return said("--version").lines().filter(line -> line.contains("release "))
                    .map(line -> line.substring(line.indexOf("release ") + "release ".length()).split(",")[0]).findFirst().orElse("of unknown version");
        } catch (IOException failure) {
            return "that cannot be started (" + failure.getMessage() + ")";
        }
    }

    /** Assembles a text; the result stands beside it. */
    public void assemble(String target, Path ptx) {
        var cubin = ptx.resolveSibling(ptx.getFileName().toString().replaceAll("\\.ptx$", ".cubin"));
        try {
            String said = said("-arch=" + target, "-o", cubin.toString(), ptx.toString());
            if (!Files.exists(cubin)) {
                throw new UserException("ptxas does not assemble " + ptx + "\n" + said.indent(4).stripTrailing());
            }
        } catch (IOException failure) {
            throw new UserException("ptxas at " + path + " cannot be started: " + failure.getMessage(), failure);
        }
    }

    private String said(String... arguments) throws IOException {
        var command = Stream.concat(Stream.of(path.toString()), Stream.of(arguments)).toList();
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes());
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while ptxas runs", interrupted);
        }
        return text;
    }
}

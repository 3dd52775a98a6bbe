package pleat.cli.compile;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import pleat.cli.compile.ModelReference.InFile;
import pleat.cli.compile.ModelReference.Shipped;
import pleat.codegen.HostTarget;

/** The name of a compilation's result in the cache: a hash of everything that the result depends on, found without running the compiler. */
final class RequestKey {
    /** May find imports in comments too; a source too many only makes the key more careful. */
    private static final Pattern IMPORT = Pattern.compile("\\bimport\\s+([\\w.]+)");

    private RequestKey() {}

    static String of(CompileRequest request, HostTarget target) {
        return Hashing.sha256().hashString(text(request, target), StandardCharsets.UTF_8).toString();
    }

    // Without gradients the memory budget is not part of it: it decides whether a plan is accepted, and not which one is made.
    private static String text(CompileRequest request, HostTarget target) {
        var lines = new StringBuilder("pleat " + OwnCode.digest() + "\ntarget " + target + "\nmodel " + request.model() + "\n");
        sources(request.model()).forEach((path, text) -> lines.append("source ").append(path).append(' ').append(sha256(text)).append('\n'));
        var binding = request.binding();
        new TreeMap<>(binding.values()).forEach((name, value) -> lines.append("value ").append(name).append('=').append(value).append('\n'));
        new TreeMap<>(binding.shapes()).forEach((name, shape) -> lines.append("shape ").append(name).append(shape).append('\n'));
        if (!request.gradients().isEmpty()) {
            lines.append("memory ").append(request.memoryBudget()).append('\n');
        }
        return lines.append("gradients ").append(request.gradients().key()).append('\n').append(request.options().key()).append('\n').toString();
    }

    /** Texts of the user's own sources that the module can reach; shipped ones are part of Pleat. */
    private static TreeMap<String, String> sources(ModelReference model) {
        return switch (model) {
            case Shipped _ -> new TreeMap<>();
            case InFile file -> reachable(file);
        };
    }

    private static TreeMap<String, String> reachable(InFile model) {
        var texts = new TreeMap<String, String>();
        var seen = new TreeSet<String>();
        var waiting = new ArrayDeque<Path>(List.of(model.file()));
        while (!waiting.isEmpty()) {
            var file = waiting.remove();
            if (seen.add(file.toString()) && (file.equals(model.file()) || Files.isRegularFile(file))) {
                var text = SourceFiles.read(file);
                texts.put(file.toString(), text);
                IMPORT.matcher(text).results().forEach(found -> waiting.add(model.folder().resolve(found.group(1).replace('.', '/') + ".pleat")));
            }
        }
        return texts;
    }

    private static String sha256(String text) {
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }
}

package pleat.cli.opt;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import pleat.cli.execute.Arguments;
import pleat.cli.execute.Executor;
import pleat.cli.execute.Via;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.TensorModule;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.reduce.Interest;
import pleat.passes.reduce.Samples;
import pleat.runtime.io.TensorData;

/** What {@code pleat reduce} can keep: properties of the text and the passes, and those that need a shell or native code. */
final class Keep {
    private static final String SHELL = "runs ";
    private static final String FAILS = "fails via ";
    private static final String DIFFERS = "differs via ";

    /** Relative to the largest element; no rounding in f32 explains it in the small modules that are left. */
    private static final double DIFFERENT = 1e-3;

    private Keep() {}

    static Predicate<TensorModule> parse(String words) {
        if (words.startsWith(SHELL)) {
            return new ShellProperty(words.substring(SHELL.length()));
        }
        if (words.startsWith(FAILS)) {
            Executor executor = executor(words.substring(FAILS.length()));
            return module -> fails(executor, module);
        }
        if (words.startsWith(DIFFERS)) {
            Executor executor = executor(words.substring(DIFFERS.length()));
            return module -> differs(executor, module);
        }
        return Interest.parse(words);
    }

    private static Executor executor(String word) {
        return Arrays.stream(Via.values()).filter(via -> word(via).equals(word)).findFirst().map(via -> via.executor(1))
                .orElseThrow(() -> new UserException("nothing runs a module via `" + word + "`\n  = note: there is "
                        + Arrays.stream(Via.values()).map(via -> "`" + word(via) + "`").collect(Collectors.joining(", "))));
    }

    private static String word(Via via) {
        return via.name().toLowerCase(Locale.ROOT);
    }

    /** With a bug: what is explained to the user is another matter, and a reduction must not slip from one to the other. */
    private static boolean fails(Executor executor, TensorModule module) {
        try {
            run(executor, module);
            return false;
        } catch (PleatException _) {
            return false;
        } catch (RuntimeException | StackOverflowError _) {
            return true;
        }
    }

    /** Why a module cannot be run the way that the words name; where it can, or they name none, there is nothing to say. */
    static Optional<String> obstacle(String words, TensorModule module) {
        var prefix = List.of(FAILS, DIFFERS).stream().filter(words::startsWith).findFirst();
        try {
            prefix.ifPresent(start -> run(executor(words.substring(start.length())), module));
            return Optional.empty();
        } catch (RuntimeException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    private static boolean differs(Executor executor, TensorModule module) {
        try {
            Map<String, TensorData> actual = run(executor, module);
            return Samples.run(module).entrySet().stream()
                    .anyMatch(entry -> distance(entry.getValue(), actual.get(entry.getKey())) > DIFFERENT);
        } catch (RuntimeException _) { // another fault than the one that is looked for
            return false;
        }
    }

    private static Map<String, TensorData> run(Executor executor, TensorModule module) {
        var arguments = new LinkedHashMap<String, TensorData>();
        for (Parameter parameter : module.entryFunction().parameters()) {
            NdArray sample = Samples.argument(parameter);
            arguments.put(Arguments.key(parameter), TensorData.ofDoubles(sample.toArray(), sample.shape()));
        }
        return executor.run(PassManager.quiet().run(module, Pipelines.prepare(Map.of())), arguments);
    }

    private static double distance(NdArray expected, TensorData actual) {
        double scale = Math.max(1, expected.distance(expected.map(_ -> 0)));
        return expected.distance(NdArray.of(actual.toDoubles(), expected.shape())) / scale;
    }
}

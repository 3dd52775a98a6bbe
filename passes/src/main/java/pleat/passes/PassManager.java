package pleat.passes;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;

/**
 * Runs passes in order and does what all of them need: checks before and after, times, dumps, and on a failure a file that
 * repeats it.
 */
public final class PassManager {
    /** What became of one pass. {@code nanos} is the time of the rewrite alone, without checks and dumps. */
    public record Step(String pass, long nanos, boolean changed) {}

    private final Options options;
    private final Consumer<String> log;
    private final boolean leavesReproducers;
    private final List<Step> steps = new ArrayList<>();

    /** @param log takes lines and dumps, as text without a line end */
    public PassManager(Options options, Consumer<String> log) {
        this(options, log, true);
    }

    private PassManager(Options options, Consumer<String> log, boolean leavesReproducers) {
        this.options = options;
        this.log = log;
        this.leavesReproducers = leavesReproducers;
    }

    /** A manager that checks everything, says nothing and writes nothing. */
    public static PassManager quiet() {
        return new PassManager(Options.DEFAULT, _ -> {
        }, false);
    }

    /** A quiet manager but for what passes remark on the module. */
    public static PassManager remarking(Consumer<String> log) {
        return new PassManager(Options.DEFAULT.withRemarks(), log, false);
    }

    /** What was run so far. */
    public ImmutableList<Step> steps() {
        return ImmutableList.copyOf(steps);
    }

    public TensorModule run(TensorModule module, List<Pass> passes) {
        var current = module;
        int optional = 0;
        for (Pass pass : passes) {
            if (pass.isOptional() && options.stop().bisectLimit().isPresent()) {
                if (optional == options.stop().bisectLimit().getAsInt()) {
                    log.accept("bisect: `" + pass.name() + "` is left out");
                    continue;
                }
                optional++;
                log.accept("bisect: optional pass " + optional + " is `" + pass.name() + "`");
            }
            current = step(current, pass);
            if (options.stop().after().filter(pass.word()::equals).isPresent()) {
                break;
            }
        }
        return current;
    }

    private TensorModule step(TensorModule module, Pass pass) {
        for (Invariant need : pass.needs()) {
            need.violation(module).ifPresent(violation -> {
                throw new UnmetNeed(pass, need, violation);
            });
        }
        if (options.remarks()) {
            pass.remarks().apply(module).forEach(remark -> log.accept(pass.word() + ": " + remark));
        }
        var next = applied(module, pass);
        dump(next, pass, next != module); // not a failure of the pass, if the file cannot be written
        return next;
    }

    private TensorModule applied(TensorModule module, Pass pass) {
        try {
            long start = System.nanoTime();
            var next = pass.apply(module);
            record(new Step(pass.name(), System.nanoTime() - start, next != module));
            if (next != module && options.verify()) {
                verify(module, next, pass);
            }
            return next;
        } catch (PleatException explained) {
            throw explained;
        } catch (RuntimeException bug) {
            throw new PassFailure(pass, leavesReproducers ? reproducer(module, pass) : Optional.empty(), bug);
        }
    }

    private void record(Step step) {
        steps.add(step);
        if (options.timePasses()) {
            log.accept("%-24s %9.3f ms%s".formatted(step.pass(), step.nanos() / 1e6, step.changed() ? "" : "  unchanged"));
        }
    }

    /** The module must be well formed, keep what was true of it, and have what the pass promises. */
    private static void verify(TensorModule before, TensorModule after, Pass pass) {
        Verifier.verified(after, "`" + pass.name() + "`");
        Set<Invariant> promised = EnumSet.noneOf(Invariant.class);
        promised.addAll(pass.gives());
        for (Invariant invariant : Invariant.values()) {
            // What holds afterwards needs no look at what was before.
            invariant.violation(after).filter(_ -> promised.contains(invariant) || invariant.holds(before)).ifPresent(violation -> {
                throw new IllegalStateException("it should be that " + invariant.meaning() + ", but " + violation);
            });
        }
    }

    private void dump(TensorModule module, Pass pass, boolean changed) {
        var dump = options.dump();
        if (!dump.wants(pass, changed)) {
            return;
        }
        String name = "%02d-%s".formatted(steps.size(), pass.word());
        String text = changed ? Dumps.text(module, dump.onlyFunction(), dump.opFacts()) : "; unchanged\n";
        if (dump.directory().isPresent()) {
            write(dump.directory().get().resolve(name + ".ir"), text);
        } else {
            log.accept("; ---- after " + name + "\n" + text.stripTrailing());
        }
    }

    /** The failure itself matters more: where its file cannot be written, the log says why. */
    private Optional<Path> reproducer(TensorModule module, Pass pass) {
        var file = options.dump().directory().orElse(Path.of("")).resolve(pass.word() + ".repro.ir");
        try {
            write(file, "; RUN: opt --passes=" + pass.name() + "\n" + Printer.print(module));
            return Optional.of(file);
        } catch (UserException refused) {
            log.accept("note: " + refused.getMessage());
            return Optional.empty();
        }
    }

    private static void write(Path file, String text) {
        var folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UserException("folder `" + folder + "` cannot be made: " + FileFailure.reason(failure, folder), failure);
        }
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UserException("file `" + file + "` cannot be written: " + FileFailure.reason(failure, file), failure);
        }
    }
}

package pleat.passes.reduce;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;
import pleat.passes.Pass;
import pleat.passes.PassFailure;
import pleat.passes.PassManager;
import pleat.passes.PassTable;

/**
 * What makes a module interesting, as users write it: {@code fails PASSES}, {@code differs PASSES}, {@code prints TEXT after
 * PASSES}, {@code nonfinite}, {@code unverified CODE}.
 */
public final class Interest {
    /** Apart by more than what another order of the same sums explains. */
    private static final double DIFFERENT = 1e-7;

    private static final Pattern PRINTS = Pattern.compile("prints (.+) after (\\S+)");

    /** How the property starts that only a wrong module has. */
    public static final String UNVERIFIED = "unverified ";

    private Interest() {}

    public static Predicate<TensorModule> parse(String words) {
        var prints = PRINTS.matcher(words);
        if (prints.matches()) {
            var passes = PassTable.parse(prints.group(2));
            return module -> succeeds(() -> Printer.print(run(module, passes)).contains(prints.group(1)));
        }
        if (words.startsWith("fails ")) {
            var passes = PassTable.parse(words.substring("fails ".length()));
            return module -> fails(module, passes);
        }
        if (words.startsWith("differs ")) {
            var passes = PassTable.parse(words.substring("differs ".length()));
            return module -> succeeds(() -> Samples.distance(module, run(module, passes)) > DIFFERENT);
        }
        if (words.equals("nonfinite")) {
            return module -> succeeds(() -> Samples.run(module).values().stream()
                    .anyMatch(array -> java.util.Arrays.stream(array.toArray()).anyMatch(x -> !Double.isFinite(x))));
        }
        if (words.startsWith(UNVERIFIED)) {
            String code = words.substring(UNVERIFIED.length());
            return module -> Verifier.check(module).stream().anyMatch(found -> found.code().id().equals(code));
        }
        throw new UserException("`" + words + "` says nothing of a module\n  = help: write `fails PASSES`, `differs PASSES`, "
                + "`prints TEXT after PASSES`, `nonfinite`, `unverified CODE`, `fails via native`, `differs via native` or `runs COMMAND`");
    }

    private static TensorModule run(TensorModule module, List<Pass> passes) {
        return PassManager.quiet().run(module, passes);
    }

    private static boolean fails(TensorModule module, List<Pass> passes) {
        try {
            run(module, passes);
            return false;
        } catch (PassFailure failure) {
            return true;
        } catch (RuntimeException other) { // a need that is not met, a size that is missing: another failure
            return false;
        }
    }

    private static boolean succeeds(java.util.function.BooleanSupplier test) {
        try {
            return test.getAsBoolean();
        } catch (RuntimeException failure) {
            return false;
        }
    }
}

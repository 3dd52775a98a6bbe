package pleat.passes;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the user asked of a run of passes apart from the passes themselves.
 *
 * @param timePasses print how long each pass took
 * @param verify check the module, and what it promises, after each pass that changed it
 * @param remarks print what each pass says of the module that it is given
 */
public record Options(Dump dump, Stop stop, boolean timePasses, boolean verify, boolean remarks) {
    public static final Options DEFAULT = new Options(Dump.NOTHING, Stop.NEVER, false, true, false);

    /** After which passes the module is written. */
    public enum When {
        NEVER, NAMED, CHANGED, ALL
    }

    /**
     * What is written after a pass.
     *
     * @param passes the passes of {@link When#NAMED}
     * @param directory gets one file per dump; without it dumps go to the log
     * @param onlyFunction the one function to write
     * @param opFacts whether FLOPs and bytes stand behind each op
     */
    public record Dump(When when, ImmutableSet<String> passes, Optional<Path> directory, Optional<String> onlyFunction,
            boolean opFacts) {
        public static final Dump NOTHING = new Dump(When.NEVER, ImmutableSet.of(), Optional.empty(), Optional.empty(), false);

        /** From the value of {@code --dump-ir}: {@code all}, {@code changed}, or names of passes. */
        public Dump after(String words) {
            return switch (words) {
                case "all" -> new Dump(When.ALL, ImmutableSet.of(), directory, onlyFunction, opFacts);
                case "changed" -> new Dump(When.CHANGED, ImmutableSet.of(), directory, onlyFunction, opFacts);
                default -> new Dump(When.NAMED, ImmutableSet.copyOf(words.split(",")), directory, onlyFunction, opFacts);
            };
        }

        public Dump into(Path newDirectory) {
            return new Dump(when, passes, Optional.of(newDirectory), onlyFunction, opFacts);
        }

        boolean wants(Pass pass, boolean changed) {
            return switch (when) {
                case NEVER -> false;
                case NAMED -> passes.contains(pass.word());
                case CHANGED -> changed;
                case ALL -> true;
            };
        }
    }

    /**
     * Where the run ends early.
     *
     * @param after the last pass that is run
     * @param bisectLimit how many optional passes are run; those beyond are left out, the others still run
     */
    public record Stop(Optional<String> after, OptionalInt bisectLimit) {
        public static final Stop NEVER = new Stop(Optional.empty(), OptionalInt.empty());
    }

    public Options with(Dump other) {
        return new Options(other, stop, timePasses, verify, remarks);
    }

    public Options with(Stop other) {
        return new Options(dump, other, timePasses, verify, remarks);
    }

    public Options withRemarks() {
        return new Options(dump, stop, timePasses, verify, true);
    }
}

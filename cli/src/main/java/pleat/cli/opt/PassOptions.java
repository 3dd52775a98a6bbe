package pleat.cli.opt;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;
import pleat.passes.Options;

/** The options that every command with passes in it has. */
public final class PassOptions {
    @Option(names = "--dump-ir", paramLabel = "all|changed|PASS,...", description = "Write the module after these passes.")
    private String dumpIr;

    @Option(names = "--dump-dir", paramLabel = "DIR",
            description = "One file per dump, e.g. `07-fuse-maps.ir`; else they go to standard error.")
    private Path dumpDirectory;

    @Option(names = "--only-function", paramLabel = "NAME", description = "Dump only this function.")
    private String onlyFunction;

    @Option(names = "--stop-after", paramLabel = "PASS", description = "Stop after this pass.")
    private String stopAfter;

    @Option(names = "--bisect-limit", paramLabel = "N", description = "Run only the first N optional passes.")
    private Integer bisectLimit;

    @Option(names = "--time-passes", description = "Print the time of each pass.")
    private boolean timePasses;

    @Option(names = "--no-verify", description = "Do not check the module after each pass.")
    private boolean noVerify;

    @Option(names = "--remarks", description = "Print what passes did and what kept them from doing more.")
    private boolean remarks;

    @Option(names = "--print-op-facts", description = "Print FLOPs and bytes of each op in each dump.")
    private boolean printOpFacts;

    public Options options() {
        var nothing = new Options.Dump(Options.When.NEVER, ImmutableSet.of(), Optional.ofNullable(dumpDirectory),
                Optional.ofNullable(onlyFunction),
                printOpFacts);
        var dump = dumpIr == null ? nothing : nothing.after(dumpIr);
        var stop = new Options.Stop(Optional.ofNullable(stopAfter), bisectLimit == null ? OptionalInt.empty()
                : OptionalInt.of(bisectLimit));
        return new Options(dump, stop, timePasses, !noVerify, remarks);
    }
}

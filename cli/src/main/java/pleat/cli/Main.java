package pleat.cli;

import com.google.common.collect.ImmutableMap;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import pleat.cli.bench.BenchCommand;
import pleat.cli.calibrate.CalibrateCommand;
import pleat.cli.compile.CompileCommand;
import pleat.cli.devices.VerifyPlanCommand;
import pleat.cli.doctor.DoctorCommand;
import pleat.cli.estimate.EstimateCommand;
import pleat.cli.export.ExportCommand;
import pleat.cli.features.FeaturesCommand;
import pleat.cli.fit.FitCommand;
import pleat.cli.fmt.FmtCommand;
import pleat.cli.frontier.FrontierCommand;
import pleat.cli.golden.CheckGoldenCommand;
import pleat.cli.opt.OptCommand;
import pleat.cli.opt.ReduceCommand;
import pleat.cli.plan.CheckCertificateCommand;
import pleat.cli.plan.CompareCommand;
import pleat.cli.plan.PlanCommand;
import pleat.cli.profile.ProfileCommand;
import pleat.cli.run.RunCommand;
import pleat.cli.solve.SolveCommand;
import pleat.cli.train.TrainCommand;
import pleat.cli.tune.TuneCommand;

/** The `pleat` command: its list of sub-commands, and the one place where a failure becomes an exit code. */
@Command(
        name = "pleat",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Compiles models of the AlphaFold family, written as index formulas, to native code.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:something in the program, a file or an option has to be put right",
            "70:a bug of Pleat",
            "74:a device or a peer failed"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    private static ImmutableMap<String, Supplier<Object>> subcommands() {
        var all = ImmutableMap.<String, Supplier<Object>>builder();
        all.put("bench", BenchCommand::new);
        all.put("calibrate", CalibrateCommand::new);
        all.put("check-certificate", CheckCertificateCommand::new);
        all.put("check-golden", CheckGoldenCommand::new);
        all.put("compare", CompareCommand::new);
        all.put("compile", CompileCommand::new);
        all.put("doctor", DoctorCommand::new);
        all.put("estimate", EstimateCommand::new);
        all.put("export", ExportCommand::new);
        all.put("features", FeaturesCommand::new);
        all.put("fit", FitCommand::new);
        all.put("fmt", FmtCommand::new);
        all.put("frontier", FrontierCommand::new);
        all.put("opt", OptCommand::new);
        all.put("plan", PlanCommand::new);
        all.put("profile", ProfileCommand::new);
        all.put("reduce", ReduceCommand::new);
        all.put("run", RunCommand::new);
        all.put("solve", SolveCommand::new);
        all.put("train", TrainCommand::new);
        all.put("tune", TuneCommand::new);
        all.put("verify-plan", VerifyPlanCommand::new);
        return all.buildOrThrow();
    }

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(needed(arguments)).execute(arguments));
    }

    /** Reading the options of a sub-command takes 20 ms, so those that cannot be meant are left out. */
    static Set<String> needed(String[] arguments) {
        var all = subcommands().keySet();
        String first = arguments.length == 0 ? "" : arguments[0];
        return first.equals("--version") ? Set.of() : all.contains(first) ? Set.of(first) : all;
    }

    /** Without a sub-command there is nothing to do but to say which there are. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The whole command, ready to execute; tests run it in process. */
    public static CommandLine commandLine() {
        return commandLine(subcommands().keySet());
    }

    private static CommandLine commandLine(Set<String> names) {
        var line = new CommandLine(new Main());
        subcommands().forEach((name, command) -> {
            if (names.contains(name)) {
                line.addSubcommand(command.get());
            }
        });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler(Failures::wrongCommandLine);
        line.setExecutionExceptionHandler((exception, at, _) -> Failures.report(exception, at.getErr()));
        line.setExecutionStrategy(parsed -> {
            try {
                return new CommandLine.RunLast().execute(parsed);
            } catch (Error failure) { // picocli hands on exceptions only; a stack that overflowed ends here
                return Failures.report(failure, line.getErr());
            }
        });
        return line;
    }
}

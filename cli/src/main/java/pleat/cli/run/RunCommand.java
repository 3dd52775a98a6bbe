package pleat.cli.run;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.devices.DeviceReport;
import pleat.cli.execute.HardwareOptions;
import pleat.cli.features.FeatureOptions;
import pleat.cli.golden.GoldenRun;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.UserException;

/** Runs a model on the tensors of files, and says where time and memory went. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs a model on weights and inputs from files.",
        footer = {
            "%nWeights and inputs are npz, safetensors or PyTorch files; inputs can also be made of sequences and alignments, as `pleat features` does.",
            "%nExamples:",
            "  pleat run examples/6kwc_evoformer.npz",
            "  pleat run evoformer-stack --size s=128,r=256 --weights params.pt --inputs features.npz -o out.npz",
            "  pleat run dap.plan --devices 4 --repeat 5 --trace trace.json",
            "  pleat run evoformer-block --size s=128,r=256 --random-weights 1 --random-inputs 2 --on cuda --repeat 10",
            "  mpirun -np 4 pleat run dap.plan --inputs features.npz --weights params.npz -o out.npz",
            "  pleat run evoformer.plan --weights params.safetensors --inputs features.npz --trace trace.json"
        })
public final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL|BUNDLE|FILE",
            description = "A model as for `pleat compile`, a saved plan of several devices, a plan bundle, or a file of reference results, which has its own weights and inputs.")
    private String subject;

    @Option(names = "--devices", paramLabel = "N", description = "How many devices there are; has to be what the saved plan is for.")
    private Integer devices;

    @Option(names = "--no-overlap", description = "Let devices of a saved plan wait for each exchange as soon as they have started it.")
    private boolean withoutOverlap;

    @Mixin
    private RequestOptions options;

    @Mixin
    private HardwareOptions hardware;

    @Mixin
    private RunOptions files;

    @Mixin
    private FeatureOptions features;

    @Override
    public Integer call() {
        files.check();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        try (var progress = Progress.on(err)) {
            if (SavedPlanText.isSaved(Path.of(subject))) {
                var saved = SavedPlanText.read(Path.of(subject));
                var report = new PlanRun(options, files, hardware.hardware(), new Phases(progress), err::println).run(
                        withoutOverlap ? saved.withoutOverlap() : saved, devices == null ? OptionalInt.empty() : OptionalInt.of(devices));
                progress.erase();
                report.ifPresent(found -> print(found, out));
                return 0;
            }
            if (devices != null || withoutOverlap) {
                throw new UserException((devices != null ? "--devices" : "--no-overlap") + " is given, and `" + subject + "` is no saved plan, which alone is for several devices");
            }
            var phases = new Phases(progress);
            List<RunReport> reports;
            try (var subjects = new RunSubjects(options, hardware.hardware(), phases, err::println)) {
                reports = reports(new RunSession(new RunSession.Asked(options, files, features), subjects, phases, err::println), Path.of(subject));
            }
            progress.erase();
            if (files.json()) {
                Json.print(out, reports.size() == 1 ? reports.getFirst() : reports);
            } else {
                reports.forEach(report -> report.print(out));
            }
            return reports.stream().allMatch(RunReport::ok) ? 0 : 1;
        }
    }

    private void print(DeviceReport report, PrintWriter out) {
        if (files.json()) {
            Json.print(out, report);
        } else {
            report.print(out);
        }
    }

    private List<RunReport> reports(RunSession session, Path path) {
        if (Files.isDirectory(path)) {
            return List.of(session.bundle(path));
        }
        if (!Files.isRegularFile(path) || subject.endsWith(".pleat")) {
            return List.of(session.model(subject));
        }
        if (!GoldenRun.isGolden(path)) {
            throw new UserException("file `" + path + "` has tensors but names no model\n  = help: pleat run MODEL --weights FILE --inputs FILE");
        }
        return session.golden(path);
    }
}

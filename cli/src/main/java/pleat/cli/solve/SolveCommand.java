package pleat.cli.solve;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.ir.diagnostic.UserException;
import pleat.passes.assign.AssignmentChecker;
import pleat.passes.assign.AssignmentProblem;
import pleat.passes.assign.AssignmentSolver;
import pleat.passes.assign.AssignmentSolver.Answer;
import pleat.passes.assign.IopddlReader;

/** Solves a problem of choosing one strategy for each node that another tool has written. */
@Command(
        name = "solve",
        mixinStandardHelpOptions = true,
        description = "Chooses a strategy for each node of an assignment problem, at the least cost that fits the memory.",
        footer = {
            "%nExamples:",
            "  pleat solve G.json.gz --format iopddl --seconds 60",
            "  pleat solve G.json --seconds 300 --json     cost, lower bound and solution; the best so far if it is ended early"
        })
public final class SolveCommand implements Callable<Integer> {
    /** How long a request to end waits for the answer to be printed. */
    private static final long PRINT_SECONDS = 20;

    private final long start = System.nanoTime();

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The problem, as JSON, which may be compressed by gzip.")
    private Path file;

    @Option(names = "--format", description = "What FILE is written in: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).", defaultValue = "IOPDDL")
    private Format format;

    @Option(names = "--seconds", paramLabel = "S", description = "When to end with the best so far (default: ${DEFAULT-VALUE}).", defaultValue = "60")
    private double seconds;

    @Option(names = "--seed", paramLabel = "N", description = "Where random choices start (default: ${DEFAULT-VALUE}).", defaultValue = "1")
    private long seed;

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    /** Of github.com/google/iopddl. */
    private enum Format { IOPDDL }

    /** What {@code --json} prints; without a solution, {@code proven} says that there is none. */
    private record Report(Optional<Long> cost, Optional<Long> lowerBound, boolean proven, double seconds, List<Integer> solution) {}

    @Override
    public Integer call() throws InterruptedException {
        if (!(seconds > 0)) {
            throw new UserException("error: `--seconds` is " + seconds + ", and has to be more than 0");
        }
        var ended = new AtomicBoolean();
        var printed = new CountDownLatch(1);
        var atEnd = new Thread(() -> {
            ended.set(true);
            await(printed);
        });
        Runtime.getRuntime().addShutdownHook(atEnd);
        try {
            return solve(ended);
        } finally {
            printed.countDown();
            if (!ended.get()) {
                Runtime.getRuntime().removeShutdownHook(atEnd);
            }
        }
    }

    private static void await(CountDownLatch printed) {
        try {
            printed.await(PRINT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private int solve(AtomicBoolean ended) {
        var problem = switch (format) {
            case IOPDDL -> IopddlReader.read(file);
        };
        Answer answer;
        try (var progress = Progress.on(spec.commandLine().getErr())) {
            answer = AssignmentSolver.solve(problem, seed, () -> ended.get() || elapsed() > seconds,
                    (cost, bound) -> progress.accept("cost " + cost.map(String::valueOf).orElse("unknown") + ", at least " + bound));
        }
        answer.solution().ifPresent(solution -> check(problem, solution));
        print(answer);
        return answer.solution().isPresent() || answer.proven() ? 0 : 1;
    }

    private double elapsed() {
        return (System.nanoTime() - start) * 1e-9;
    }

    /** Nothing is printed that the checker does not accept. */
    private static void check(AssignmentProblem problem, int[] solution) {
        var findings = AssignmentChecker.findings(problem, Arrays.stream(solution).asLongStream().toArray());
        if (!findings.isEmpty()) {
            throw new IllegalStateException("the solution is wrong: " + findings.getFirst());
        }
    }

    private void print(Answer answer) {
        PrintWriter out = spec.commandLine().getOut();
        var solution = answer.solution().map(choices -> Arrays.stream(choices).boxed().toList()).orElse(List.of());
        if (json) {
            Json.print(out, new Report(answer.cost(), answer.lowerBound(), answer.proven(), elapsed(), solution));
            return;
        }
        if (answer.cost().isPresent()) {
            long gap = answer.cost().get() - answer.lowerBound().orElseThrow();
            out.println("cost         " + answer.cost().get() + (answer.proven() ? ", which is the least" : ""));
            out.println("lower bound  " + answer.lowerBound().orElseThrow() + " (%.3f %% below)".formatted(100.0 * gap / Math.max(1, Math.abs(answer.cost().get()))));
            out.println("solution     " + solution);
        } else {
            out.println(answer.proven() ? "no choice of strategies fits" : "no choice of strategies that fits was found");
        }
        out.println("seconds      %.1f".formatted(elapsed()));
        out.flush();
    }
}

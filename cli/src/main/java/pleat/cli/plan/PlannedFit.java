package pleat.cli.plan;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongPredicate;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.ModelReference;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.passes.planner.SearchOptions;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;

/** Answers of the planner to what fits: training steps, and inference on several devices. What fits is taken to fit with less of the model, and with more of everything else. */
public final class PlannedFit {
    /** Budgets are told apart down to this part of the smallest. */
    private static final int PARTS = 50;
    /** Where the search for a size begins. */
    private static final long FIRST = 64;

    private final String model;
    private final ModelReference reference;
    private final PlanOptions options;
    private final OptionalDouble withinMs;
    private Optional<Prepared> last = Optional.empty();
    private int tried;
    /** No smaller budget is enough, as far as that was proven. */
    private long leastBytes;

    /**
     * @param model as it was written
     * @param withinMs what a step may take
     */
    public PlannedFit(String model, ModelReference reference, PlanOptions options, OptionalDouble withinMs) {
        this.model = model;
        this.reference = reference;
        this.options = options;
        this.withinMs = withinMs;
    }

    /** What is asked for. */
    public sealed interface Question {
        /** Whether it fits as it is. */
        record Whether() implements Question {}

        /** The largest number for a size. */
        record Largest(String name, long most) implements Question {}

        record FewestDevices(int most) implements Question {}

        record SmallestMemory() implements Question {}
    }

    /**
     * The answer; as JSON, without the plan's text.
     *
     * @param largest the number of the size that was asked for; null if none was
     * @param leastBytes of a search for the smallest budget: no smaller one is enough, as far as that was proven; null if another was asked for
     * @param plan of the planner, per device
     * @param command that finds and saves the plan
     */
    public record Answer(String model, Long largest, int devices, long budgetBytes, Long leastBytes, PlanRow plan, double estimateMs, long peakBytes, String command, int tried,
            double searchSeconds) {}

    /** What depends on nothing but the model, its sizes and the batch. */
    private record Prepared(StepOptions step, TensorModule module, Planner planner) {}

    private record Found(PlanOptions options, Prepared prepared, Planner.Request request, Outcome outcome) {}

    /**
     * @param output where the plan goes, if anywhere
     * @throws UserException if nothing fits, with what would
     */
    public Answer answer(Question question, Optional<Path> output) {
        long start = System.nanoTime();
        var found = switch (question) {
            case Question.Whether _ -> at(options, "");
            case Question.Largest(String name, long most) -> {
                long largest = largest(name, most);
                yield at(options.with(name, largest), "\n  = note: that is with %s = %d".formatted(name, largest));
            }
            case Question.FewestDevices(int most) -> {
                int fewest = (int) smallest(most, devices -> fits(options.withDevices((int) devices)));
                yield at(options.withDevices(fewest), "\n  = note: that is with --devices %d, and no more are tried".formatted(fewest));
            }
            case Question.SmallestMemory _ -> at(options.withMemory(memory()), "");
        };
        var request = found.request();
        var row = PlanRow.of(found.outcome(), request.prices().machine(), request.budgetBytes());
        output.ifPresent(file -> SavedPlanText.write(file, new PlannedRun(model, found.options(), found.prepared().module()).of(found.outcome(), row)));
        Long largest = question instanceof Question.Largest asked ? Long.valueOf(found.options().bound().get(asked.name())) : null;
        Long least = question instanceof Question.SmallestMemory ? Long.valueOf(leastBytes) : null;
        return new Answer(model, largest, request.devices(), request.budgetBytes(), least, row, row.estimateMs(), row.peakBytes(),
                "pleat plan " + model + " " + found.options().words() + " --explain", tried, (System.nanoTime() - start) / 1e9);
    }

    private Prepared prepared(PlanOptions with) {
        if (last.isEmpty() || last.get().step() != with.step()) {
            var module = with.module(reference);
            last = Optional.of(new Prepared(with.step(), module, Planner.of(module, with.isTraining())));
        }
        return last.get();
    }

    private Found plan(PlanOptions with, SearchOptions effort) {
        tried++;
        var prepared = prepared(with);
        var request = with.request(prepared.module().name()).withEffort(effort);
        return new Found(with, prepared, request, prepared.planner().plan(NamedPlan.AUTO, request));
    }

    private boolean isEnough(Outcome outcome) {
        return outcome.isFeasible() && (withinMs.isEmpty() || outcome.timePicos() <= goalPicos());
    }

    private boolean fits(PlanOptions with) {
        if (withinMs.isPresent()) {
            return isEnough(withGoal(with));
        }
        tried++;
        var prepared = prepared(with);
        return prepared.planner().fits(with.request(prepared.module().name()));
    }

    /** Of a search that ends when it is known whether a plan is fast enough. */
    private Outcome withGoal(PlanOptions with) {
        return plan(with, PlanOptions.EFFORT.withGoal(goalPicos())).outcome();
    }

    private long goalPicos() {
        return Math.round(withinMs.orElseThrow() * 1e9);
    }

    /** @param note of a refusal: with what nothing fits */
    private Found at(PlanOptions with, String note) {
        var found = plan(with, PlanOptions.EFFORT);
        if (!found.outcome().isFeasible()) {
            throw new UserException(PlanReport.refusal(found.outcome()) + note);
        }
        if (!isEnough(found.outcome())) {
            throw new UserException("the fastest plan takes %.1f ms, and --within allows %.1f".formatted(found.outcome().timePicos() / 1e9, withinMs.getAsDouble()) + note);
        }
        return found;
    }

    /** The smallest number that is enough, found by doubling and halving; {@code most} if none is, which is then refused with a reason. */
    private static long smallest(long most, LongPredicate isEnough) {
        long failing = 0;
        long enough = most;
        long at = 1;
        while (failing + 1 < enough) {
            if (isEnough.test(at)) {
                enough = at;
            } else {
                failing = at;
            }
            at = enough == most && 2 * failing < most ? Math.max(1, 2 * failing) : failing + (enough - failing) / 2;
        }
        return enough;
    }

    /** The largest that fits; 1 if none does, which is then refused with a reason. */
    private long largest(String name, long most) {
        if (options.bound().containsKey(name)) {
            throw new UserException("size `" + name + "` is given, and --vary is to find it");
        }
        long fitting = 0;
        long failing = most + 1;
        long at = Math.min(FIRST, most);
        while (fitting + 1 < failing) {
            if (fits(options.with(name, at))) {
                fitting = at;
            } else {
                failing = at;
            }
            at = failing > most && fitting > 0 ? Math.min(most, 2 * fitting) : fitting + (failing - fitting) / 2;
        }
        return Math.max(1, fitting);
    }

    /** Of the smallest plan that there is, or with a time to keep, of the smallest budget in which it is kept. */
    private long memory() {
        var least = plan(options.withMemory(1), PlanOptions.EFFORT).outcome();
        if (!least.exists()) {
            throw new UserException(PlanReport.refusal(least));
        }
        long smallest = least.bytes();
        leastBytes = least.lowerBoundBytes();
        if (withinMs.isEmpty()) {
            return smallest;
        }
        long part = Math.max(1, smallest / PARTS);
        long most = Math.max(1, (options.budgetBytes() - smallest) / part);
        return smallest + part * (smallest(most, parts -> isFastEnough(smallest + part * (parts - 1))) - 1);
    }

    private boolean isFastEnough(long budgetBytes) {
        var outcome = withGoal(options.withMemory(budgetBytes));
        if (!isEnough(outcome) && outcome.isFeasible() && outcome.lowerBoundPicos() > goalPicos()) {
            leastBytes = Math.max(leastBytes, budgetBytes + 1);
        }
        return isEnough(outcome);
    }

    public static void print(PrintWriter out, Answer answer, Question question) {
        var row = answer.plan();
        String what = switch (question) {
            case Question.Whether _ -> "fits";
            case Question.Largest(String name, _) -> "fits with %s = %d at most".formatted(name, answer.largest());
            case Question.FewestDevices _ -> "needs %d device%s".formatted(answer.devices(), answer.devices() == 1 ? "" : "s");
            case Question.SmallestMemory _ -> answer.leastBytes() == answer.budgetBytes() ? "needs a budget of %d bytes".formatted(answer.budgetBytes())
                    : "has enough with a budget of %d bytes, and by proof needs one of at least %d".formatted(answer.budgetBytes(), answer.leastBytes());
        };
        out.printf("%s %s: %d device%s with %s each%n", answer.model(), what, answer.devices(), answer.devices() == 1 ? "" : "s", Bytes.text(answer.budgetBytes()));
        out.printf("  time     %.1f ms estimated, %.1f to %.1f; gap %.2f %%%n", row.estimateMs(), row.lowMs(), row.highMs(), 100 * row.gap());
        out.printf("  memory   %s of %s%n", Bytes.text(row.peakBytes()), Bytes.text(row.budgetBytes()));
        out.printf("  sent     %s a step; %.2f TFLOP computed again%n", Bytes.text(row.sentBytes()), row.recomputeFlops() / 1e12);
        out.printf("  search   %.1f s, %d plans%n  plan     %s%n", answer.searchSeconds(), answer.tried(), answer.command());
        out.flush();
    }
}

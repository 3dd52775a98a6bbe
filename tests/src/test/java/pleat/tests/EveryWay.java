package pleat.tests;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.cli.TemporaryFolder;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.execute.Arguments;
import pleat.cli.execute.InterpreterExecutor;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.StoreAs;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/**
 * Runs a module in every way there is, and compares what comes out with the interpreter at 64 bits: its plan interpreted, and native code on
 * one thread and on two, with equations fused and not.
 */
final class EveryWay {
    private static final int THREADS = 2;
    /** Warp instructions of a launch. */
    private static final long ENDLESS = 1L << 32;

    private final TensorModule module;
    private final Map<String, TensorData> arguments;
    private final HostTarget target = HostTarget.detect();
    private final Tolerances tolerances;
    private final double luck;
    private final List<String> disagreements = new ArrayList<>();

    /**
     * @param reference what the numbers have to be
     * @param module prepared for planning; computes the same and takes the same arguments
     * @param luck times the tolerance of 16 bits
     */
    private EveryWay(TensorModule reference, TensorModule module, Map<String, TensorData> arguments, double luck) {
        this.module = module;
        this.luck = luck;
        this.arguments = arguments;
        this.tolerances = new Tolerances(interpret(reference, Interpreter.Options.EXACT), interpret(reference, Interpreter.Options.ROUNDED));
    }

    /** Ways to run a module that are not the interpreter. */
    enum Way {
        PLAN, PLAN_UNFUSED, PLAN_CHUNKED, NATIVE, NATIVE_UNFUSED, NATIVE_CHUNKED, NATIVE_BF16, EMULATOR, EMULATOR_BF16, EMULATOR_F16,
        /** By warp groups where they do. */
        EMULATOR_90A, EMULATOR_BF16_90A, EMULATOR_F16_90A,
        /** Looking for races in global memory, which is slow. */
        WATCHED, WATCHED_BF16, WATCHED_F16, WATCHED_90A, WATCHED_BF16_90A, WATCHED_F16_90A
    }

    /** Nothing fits it: whatever makes a plan smaller is done. */
    private static final OptionalLong NO_MEMORY = OptionalLong.of(1);

    /** One line for each result that is off, with the way in which it was computed. */
    static List<String> disagreements(TensorModule reference, TensorModule module, Map<String, TensorData> arguments, List<Way> ways) {
        return disagreements(reference, module, arguments, ways, 1);
    }

    /**
     * As above.
     *
     * @param luck times the tolerance of 16 bits: of two ways to round, one may do well by chance where a result is few numbers
     */
    static List<String> disagreements(TensorModule reference, TensorModule module, Map<String, TensorData> arguments, List<Way> ways, double luck) {
        var all = new EveryWay(reference, module, arguments, luck);
        ways.forEach(all::tryOut);
        return all.disagreements;
    }

    private void tryOut(Way way) {
        try {
            go(way);
        } catch (RuntimeException failure) {
            var where = Arrays.stream(failure.getStackTrace()).limit(12).map(frame -> "\n    at " + frame).collect(Collectors.joining());
            disagreements.add(way + ": " + failure + where);
        }
    }

    private void go(Way way) {
        switch (way) {
            case PLAN -> compare(way, interpretPlan(new NativeOptions(1, DType.F32, true)), tolerances::reordered);
            case PLAN_UNFUSED -> compare(way, interpretPlan(new NativeOptions(1, DType.F32, false)), tolerances::reordered);
            case PLAN_CHUNKED -> compare(way, interpretPlan(NativeOptions.threads(1).withBudget(NO_MEMORY)), tolerances::reordered);
            case NATIVE -> compare(way, runNatively(new NativeOptions(THREADS, DType.F32, true)), tolerances::rounded);
            case NATIVE_UNFUSED -> compare(way, runNatively(new NativeOptions(THREADS, DType.F32, false)), tolerances::rounded);
            case NATIVE_CHUNKED -> compare(way, runNatively(NativeOptions.threads(THREADS).withBudget(NO_MEMORY)), tolerances::rounded);
            case NATIVE_BF16 -> {
                var stored = interpret(StoreAs.of(DType.BF16).apply(module), Interpreter.Options.ROUNDED);
                compare(way, runNatively(new NativeOptions(THREADS, DType.BF16, true)), name -> tolerances.bfloat16(name, stored.get(name)));
            }
            case EMULATOR, EMULATOR_90A, WATCHED, WATCHED_90A -> compare(way, emulate(way, DType.F32), tolerances::rounded);
            case EMULATOR_BF16, EMULATOR_BF16_90A, WATCHED_BF16, WATCHED_BF16_90A -> {
                var stored = interpret(StoreAs.of(DType.BF16).apply(module), Interpreter.Options.ROUNDED);
                compare(way, emulate(way, DType.BF16), name -> luck * tolerances.bfloat16(name, stored.get(name)));
            }
            case EMULATOR_F16, EMULATOR_F16_90A, WATCHED_F16, WATCHED_F16_90A -> {
                var stored = interpret(StoreAs.of(DType.F16).apply(module), Interpreter.Options.ROUNDED);
                compare(way, emulate(way, DType.F16), name -> luck * tolerances.float16(name, stored.get(name)));
            }
        }
    }

    private interface Rule {
        double tolerance(String result);
    }

    private void compare(Way way, Map<String, double[]> actual, Rule rule) {
        tolerances.exact().forEach((name, expected) -> {
            double error = tolerances.error(name, actual.get(name));
            double tolerance = rule.tolerance(name);
            if (!(error <= tolerance)) {
                disagreements.add("%s %s: error %.2e, tolerance %.2e".formatted(way, name, error, tolerance));
            }
        });
    }

    private Map<String, double[]> interpret(TensorModule reference, Interpreter.Options options) {
        return elements(new InterpreterExecutor(options).run(reference, arguments));
    }

    private Map<String, double[]> interpretPlan(NativeOptions options) {
        var plan = NativeCompiler.plan(module, options, target);
        var results = new LinkedHashMap<String, double[]>();
        PlanInterpreter.run(plan, buffer -> {
            var tensor = arguments.get(Arguments.key(buffer));
            return NdArray.of(tensor.toDoubles(), tensor.shape().toArray());
        }).forEach((name, array) -> results.put(name, array.toArray()));
        return results;
    }

    private Map<String, double[]> emulate(Way way, DType storage) {
        var target = way.name().endsWith("_90A") ? GpuTarget.SM_90A : GpuTarget.SM_80;
        var compiled = GpuCompiler.compile(module, new NativeOptions(THREADS, storage, true), target);
        try (var device = way.name().startsWith("WATCHED") ? EmulatedDevice.watchingGlobalMemory(ENDLESS) : new EmulatedDevice(ENDLESS, THREADS);
                var group = new GpuGroup(List.of(new GpuGroup.Program(compiled.plan(), compiled.code())), device)) {
            var runner = group.runners().getFirst();
            runner.wanted().forEach(buffer -> runner.fill(buffer, (b, memory) -> arguments.get(Arguments.key(buffer)).copyTo(memory, b.type().dtype())));
            group.run();
            return elements(runner.outputs());
        }
    }

    private Map<String, double[]> runNatively(NativeOptions options) {
        try (var folder = TemporaryFolder.create()) {
            var kernels = folder.path().resolve("kernels.so");
            var plan = NativeCompiler.compile(module, options, target, kernels);
            PlanVerifier.verified(plan, "placement");
            disagreements.addAll(PlanMemory.violations(plan));
            Map<String, double[]> first = null;
            for (int threads : List.of(1, THREADS, THREADS)) {
                try (var runner = new PlanRunner(plan, kernels, threads)) {
                    var results = run(plan, runner);
                    first = first == null ? results : first;
                    checkSame(first, results, threads);
                }
            }
            return first;
        }
    }

    private Map<String, double[]> run(Plan plan, PlanRunner runner) {
        if (runner.allocatedBytes() != plan.arena().bytes()) {
            disagreements.add("%d bytes were planned and %d allocated".formatted(plan.arena().bytes(), runner.allocatedBytes()));
        }
        for (var buffer : runner.wanted()) {
            var tensor = arguments.get(Arguments.key(buffer));
            runner.fill(buffer, (b, memory) -> tensor.copyTo(memory, b.type().dtype()));
        }
        runner.run();
        return elements(runner.outputs());
    }

    private void checkSame(Map<String, double[]> first, Map<String, double[]> again, int threads) {
        first.forEach((name, expected) -> {
            var actual = again.get(name);
            if (IntStream.range(0, expected.length).anyMatch(i -> Double.doubleToLongBits(expected[i]) != Double.doubleToLongBits(actual[i]))) {
                disagreements.add("%s has other bits in a run on %d threads".formatted(name, threads));
            }
        });
    }

    private static Map<String, double[]> elements(Map<String, TensorData> tensors) {
        var elements = new LinkedHashMap<String, double[]>();
        tensors.forEach((name, tensor) -> elements.put(name, tensor.toDoubles()));
        return elements;
    }
}

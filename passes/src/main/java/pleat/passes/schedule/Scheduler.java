package pleat.passes.schedule;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.CoverWrites;
import pleat.passes.tile.OpaqueProgram;
import pleat.passes.tile.TileChoice;
import pleat.passes.tile.TileProgram;
import pleat.passes.tile.TileTarget;

/**
 * Turns a module into a plan whose buffers have no place in the arena yet: groups equations, chooses layouts, writes the kernels, and lays
 * repetitions out as loops over slices. Needs bound sizes and no calls.
 */
public final class Scheduler {
    /** A place that is still to be found ({@link Placement}). */
    static final long UNPLACED = -1;

    private final GroupedModule grouped;
    private final TileTarget target;
    private final ImmutableMap<Value, Layout> layouts;
    private final Optional<TileChoice> tiles;
    private final Overwriting overwriting;
    private final List<Plan.Buffer> buffers = new ArrayList<>();
    private final Map<String, Kernel> kernels = new LinkedHashMap<>();
    private int flights;
    private final Map<Integer, Set<Value>> held = new LinkedHashMap<>();

    private Scheduler(GroupedModule grouped, TileTarget target, Options options) {
        this.layouts = Layouts.choose(grouped, target, options.plainExchanges());
        this.grouped = grouped;
        this.overwriting = new Overwriting(grouped, options.overwrite(), StatesInPlace.byNext(grouped.module().entryFunction()));
        this.target = target;
        this.tiles = options.tiles();
    }

    /**
     * @param fuse false: every equation is a kernel of its own
     * @param overlap false: a device waits for each exchange as soon as it has started it
     * @param overwrite a value may take the place of one that is not needed any more, inputs included
     * @param plainExchanges what is sent keeps the order of its dims; otherwise it lies as its readers want it, on which devices have to agree
     * @param tiles how programs are cut; empty: as the tile builder does
     * @param copyBytes most bytes of a stack of chunks that is copied because it would be read in smaller pieces than {@linkplain TileTarget#sectorBytes memory gives}
     */
    public record Options(boolean fuse, boolean overlap, boolean overwrite, boolean plainExchanges, Optional<TileChoice> tiles, long copyBytes) {
        public Options(boolean fuse, boolean overlap, boolean overwrite, boolean plainExchanges) {
            this(fuse, overlap, overwrite, plainExchanges, Optional.empty(), 0);
        }

        public Options(boolean fuse, boolean overlap, boolean overwrite) {
            this(fuse, overlap, overwrite, false);
        }

        public Options(boolean fuse, boolean overlap) {
            this(fuse, overlap, false);
        }

        public Options cut(TileChoice choice) {
            return new Options(fuse, overlap, overwrite, plainExchanges, Optional.of(choice), copyBytes);
        }

        public Options copying(long mostBytes) {
            return new Options(fuse, overlap, overwrite, plainExchanges, tiles, mostBytes);
        }
    }

    /** With collectives, if there are any, beside the kernels. */
    public static Plan schedule(TensorModule module, TileTarget target, boolean fuse) {
        return schedule(module, target, new Options(fuse, true, false));
    }

    public static Plan schedule(TensorModule module, TileTarget target, Options options) {
        return scheduled(module, target, options).plan();
    }

    /**
     * A plan and what lies where in it.
     *
     * @param buffers the values that each buffer holds, one after the other
     */
    public record Scheduled(Plan plan, ImmutableMap<Integer, ImmutableSet<Value>> buffers) {}

    public static Scheduled scheduled(TensorModule module, TileTarget target, Options options) {
        var scheduler = new Scheduler(GroupedModule.of(module, target, options), target, options);
        var plan = scheduler.run();
        var held = new LinkedHashMap<Integer, ImmutableSet<Value>>();
        scheduler.held.forEach((buffer, values) -> held.put(buffer, ImmutableSet.copyOf(values)));
        return new Scheduled(plan, ImmutableMap.copyOf(held));
    }

    private Plan run() {
        var module = grouped.module();
        var entry = module.entryFunction();
        var places = new LinkedHashMap<Value, Argument>();
        for (var parameter : entry.parameters()) {
            places.put(parameter.value(), Argument.whole(buffer(parameter.value(), kind(parameter.role()), parameter.external())));
        }
        var free = new LinkedHashSet<Value>();
        entry.parameters().stream().filter(p -> kind(p.role()) == Kind.CONSUMED).forEach(p -> free.add(p.value()));
        var targets = new LinkedHashMap<Value, Argument>();
        var copies = new ArrayList<Step>();
        var states = new StatesInPlace(entry, places);
        for (var result : entry.returns()) {
            if (states.takes(result)) {
                continue;
            }
            var output = Argument.whole(buffer(result.value(), Kind.OUTPUT, result.external()));
            if (places.containsKey(result.value()) || targets.containsKey(result.value())) {
                copies.add(new Step.Copy(places.getOrDefault(result.value(), targets.get(result.value())), output));
            } else {
                targets.put(result.value(), output);
            }
        }
        var steps = ImmutableList.<Step>builder().addAll(states.within(steps(entry, new Frame(places, targets, free, 0)), kernels));
        targets.forEach((value, output) -> {
            if (!places.get(value).equals(output)) {
                steps.add(new Step.Copy(places.get(value), output));
            }
        });
        return new Plan(module.name(), ImmutableMap.copyOf(kernels), ImmutableList.copyOf(buffers), steps.addAll(copies).build(), new Plan.Arena(0, 0, 0));
    }

    private Kind kind(Function.Role role) {
        return switch (role) {
            case INPUT -> overwriting.isWanted() ? Kind.CONSUMED : Kind.INPUT;
            case WEIGHT -> Kind.WEIGHT;
            case COTANGENT -> Kind.COTANGENT;
            case STATE -> Kind.STATE;
            case PLAIN -> throw new IllegalStateException("a parameter of the entry has no role");
        };
    }

    /**
     * Where values are while a function is laid out.
     *
     * @param places of values that exist
     * @param targets where values that are still to be made have to go
     * @param free values whose memory this function may write to once it does not read them any more
     * @param depth number of loops around the function
     */
    record Frame(Map<Value, Argument> places, Map<Value, Argument> targets, Set<Value> free, int depth) {}

    private int buffer(Value value, Kind kind, String external) {
        var layout = layouts.getOrDefault(value, Layout.rowMajor(value.type().rank())).withoutRoom();
        long bytes = Math.multiplyExact(layout.storage(value.type().shape()), (long) value.type().dtype().bytes());
        buffers.add(new Plan.Buffer(value.name(), value.type(), layout, new Plan.Place(kind, external, UNPLACED, bytes)));
        held.put(buffers.size() - 1, new LinkedHashSet<>(Set.of(value)));
        return buffers.size() - 1;
    }

    /** How a value lies where it is: a window has room for what lies beside it. */
    private Layout layout(Value value, Frame frame) {
        var layout = layouts.get(value);
        var place = frame.places().get(value);
        return place != null && place.window().isPresent() ? layout : layout.withoutRoom();
    }

    private ImmutableList<Step> steps(Function function, Frame frame) {
        var steps = ImmutableList.<Step>builder();
        var numbers = new LinkedHashMap<Op.Collective, Integer>();
        var grouping = grouped.functions().get(function.name());
        for (int s = 0; s < grouping.size(); s++) {
            switch (grouping.get(s)) {
                case GroupedModule.Step.Program(var found) -> {
                    found.escapingOps().forEach(Scheduler::checkWritesAll);
                    var name = name(function, found.ops().getLast().result());
                    var program = tiles.map(choice -> found.cut(name, choice, layouts::get)).orElse(found);
                    var shape = program.write(name, layouts::get);
                    overwriting.ofProgram(function, s, shape, frame).forEach((made, read) -> put(made, frame.places().get(read), frame));
                    program.escaping().forEach(value -> place(value, frame));
                    launch(name, program, frame, steps);
                }
                case GroupedModule.Step.Alone(var op) -> {
                    op.results().forEach(value -> place(value, frame));
                    var written = OpaqueProgram.write(name(function, op.results().getFirst()), op, target, value -> layout(value, frame));
                    steps.add(launch(written, op.location().isKnown() ? op.location().toString() : "", frame));
                }
                case GroupedModule.Step.Loop(var repeat) -> {
                    overwriting.ofLoop(function, s, frame).forEach((made, read) -> put(made, frame.places().get(read), frame));
                    steps.addAll(loop(function, repeat, frame));
                }
                case GroupedModule.Step.Start(var collective) -> {
                    numbers.put(collective, flights++);
                    steps.add(start(collective, numbers.get(collective), frame));
                }
                case GroupedModule.Step.Await(var collective) -> steps.add(new Step.Await(numbers.get(collective)));
                case GroupedModule.Step.View _ -> {
                }
            }
        }
        return steps.build();
    }

    private void put(Value value, Argument place, Frame frame) {
        frame.places().put(value, place);
        frame.free().add(value);
        held.get(place.buffer()).add(value);
    }

    /** Adds the launch of a program. What it cannot write where that has to go, because it reads there, it writes aside. */
    private void launch(String name, TileProgram program, Frame frame, ImmutableList.Builder<Step> steps) {
        var source = Sources.of(program.ops());
        var written = program.write(name, value -> layout(value, frame));
        var aside = new LinkedHashMap<Value, Argument>();
        overwriting.inTheWay(written, frame).forEach(value -> {
            aside.put(value, frame.places().get(value));
            frame.places().put(value, Argument.whole(buffer(value, Kind.TEMPORARY, "")));
        });
        if (!aside.isEmpty()) {
            written = program.write(name, value -> layout(value, frame));
        }
        steps.add(launch(overwriting.taking(written, frame), source, frame));
        aside.forEach((value, wanted) -> {
            steps.add(new Step.Copy(frame.places().get(value), wanted));
            frame.places().put(value, wanted);
        });
    }

    private Argument place(Value value, Frame frame) {
        return frame.places().computeIfAbsent(value, v -> {
            var target = frame.targets().get(v);
            if (target != null) {
                return target;
            }
            frame.free().add(v);
            return Argument.whole(buffer(v, Kind.TEMPORARY, ""));
        });
    }

    // Memory is not empty: a place that no point writes would keep what was there before.
    private static void checkWritesAll(Op.Compute op) {
        checkState(CoverWrites.covers(op.equation()),
                "`%s` writes some places never or twice; `cover-writes` runs before scheduling", op.result().name());
    }

    private String name(Function function, Value result) {
        return "%s.%02d.%s".formatted(function.name(), kernels.size(), result.name());
    }

    private Step launch(TileProgram.Written written, String source, Frame frame) {
        kernels.put(written.kernel().name(), written.kernel());
        var arguments = written.arguments().stream().map(value -> place(value, frame)).collect(ImmutableList.toImmutableList());
        return new Step.Launch(written.kernel().name(), arguments, source);
    }

    private Step start(Op.Collective collective, int flight, Frame frame) {
        var device = grouped.module().device().orElseThrow(() -> new IllegalStateException("`" + collective + "` on no device"));
        var location = collective.location();
        return new Step.Start(flight, Exchanges.of(collective.transfer(), device), place(collective.operand(), frame), place(collective.result(), frame),
                location.isKnown() ? location.toString() : "");
    }

    private List<Step> loop(Function caller, Repeat repeat, Frame frame) {
        var body = grouped.module().functions().get(repeat.body().callee());
        var steps = new ArrayList<Step>();
        var formal = body.arguments();
        var inner = new Frame(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashSet<>(), frame.depth() + 1);
        int carriedCount = repeat.carried().size();
        for (int c = 0; c < carriedCount; c++) {
            inner.places().put(formal.get(c), carriedPlace(caller, repeat, c, frame, steps));
            inner.free().add(formal.get(c));
        }
        for (int i = 0; i < repeat.invariant().size(); i++) {
            inner.places().put(formal.get(carriedCount + i), frame.places().get(repeat.invariant().get(i)));
        }
        for (int s = 0; s < repeat.sliced().size(); s++) {
            int position = carriedCount + repeat.invariant().size() + s;
            inner.places().put(formal.get(position), slice(repeat.sliced().get(s), frame));
        }
        var tail = new LoopResults(repeat, body).place(frame, inner);
        overwriting.freeWindows(body, inner);
        var iteration = ImmutableList.<Step>builder().addAll(steps(body, inner)).addAll(tail).build();
        steps.add(new Step.Loop(repeat.body().count(), repeat.body().reversed(), iteration));
        return steps;
    }

    /** The memory in which a carried value lives from before the loop until after it. */
    private Argument carriedPlace(Function caller, Repeat repeat, int c, Frame frame, List<Step> steps) {
        var init = repeat.carried().get(c);
        var from = frame.places().get(init);
        boolean isTemporary = buffers.get(from.buffer()).place().kind() == Kind.TEMPORARY && from.loopStrides().isEmpty();
        // A parameter's memory is not this function's to give away: an invariant one is read again in the next iteration of the loop around
        // it, and where a carried one lies, the result that is carried on will be.
        boolean isOwn = !caller.arguments().contains(init);
        if (isTemporary && isOwn && !frame.targets().containsKey(repeat.results().get(c)) && Lifetimes.endAt(caller, init, repeat)) {
            frame.places().put(repeat.results().get(c), from);
            return from;
        }
        var to = place(repeat.results().get(c), frame);
        steps.add(new Step.Copy(from, to));
        return to;
    }

    /** The slice of a stack that the loop inside {@code frame} selects: a part of its buffer, or a window of the value that it is cut from. */
    private Argument slice(Value stack, Frame frame) {
        var cut = grouped.cuts().get(stack);
        return cut == null ? slice(place(stack, frame), frame.depth()) : window(place(cut.root(), frame), cut, frame.depth());
    }

    private Argument window(Argument root, Views.Cut cut, int depth) {
        var buffer = buffers.get(root.buffer());
        int dim = Slice.slicedDims(root) + cut.dim();
        var strides = new ArrayList<>(root.loopStrides());
        while (strides.size() < depth) {
            strides.add(0L);
        }
        strides.add(cut.width() * Slice.positionBytes(buffer, dim));
        return new Argument(root.buffer(), ImmutableList.copyOf(strides), Optional.of(new Plan.Window(dim, cut.start(), cut.width(), depth)));
    }

    /** The slice of a stacked buffer that the loop at {@code depth} selects. */
    private Argument slice(Argument stacked, int depth) {
        var buffer = buffers.get(stacked.buffer());
        var shape = buffer.type().shape();
        var strides = new ArrayList<>(stacked.loopStrides());
        while (strides.size() < depth) {
            strides.add(0L);
        }
        long sliced = strides.stream().filter(s -> s != 0).count();
        strides.add(buffer.layout().pieceStrides(shape)[(int) sliced] * buffer.type().dtype().bytes());
        return new Argument(stacked.buffer(), ImmutableList.copyOf(strides));
    }

    /** Decides where the results of a body go: straight to where they are wanted if nothing there is still needed, otherwise by a copy. */
    private final class LoopResults {
        private final Repeat repeat;
        private final Function body;
        private final List<Step> intoPlace = new ArrayList<>();
        private final List<Step> aside = new ArrayList<>();

        LoopResults(Repeat repeat, Function body) {
            this.repeat = repeat;
            this.body = body;
        }

        /** Registers the targets in {@code inner}; returns the copies that end an iteration. */
        List<Step> place(Frame outer, Frame inner) {
            for (int r = 0; r < body.results().size(); r++) {
                var value = body.results().get(r);
                boolean isCarried = r < repeat.carried().size();
                var wanted = isCarried ? inner.places().get(body.arguments().get(r))
                        : slice(repeat.results().get(r), outer);
                boolean isParameter = inner.places().containsKey(value);
                if (isParameter) {
                    if (!inner.places().get(value).equals(wanted)) {
                        copyParameter(value, isCarried, wanted, inner);
                    }
                } else if (!inner.targets().containsKey(value) && (isCarried ? Lifetimes.endBefore(grouped, body, body.arguments().get(r), value)
                        : overwriting.isReadInTime(body, value, wanted, inner))) {
                    inner.targets().put(value, wanted);
                } else {
                    intoPlace.add(new Step.Copy(inner.targets().computeIfAbsent(value, v -> Argument.whole(buffer(v, Kind.TEMPORARY, ""))), wanted));
                }
            }
            aside.addAll(intoPlace);
            return aside;
        }

        // A carried place may be overwritten before another result reads it, so its old value is set aside first.
        private void copyParameter(Value value, boolean isCarried, Argument wanted, Frame inner) {
            if (isCarried) {
                var old = Argument.whole(buffer(value, Kind.TEMPORARY, ""));
                aside.add(new Step.Copy(inner.places().get(value), old));
                intoPlace.add(new Step.Copy(old, wanted));
            } else {
                aside.addFirst(new Step.Copy(inner.places().get(value), wanted));
            }
        }
    }
}

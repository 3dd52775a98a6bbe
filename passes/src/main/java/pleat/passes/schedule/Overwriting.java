package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.plan.InPlace;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.Value;
import pleat.passes.schedule.GroupedModule.Step;
import pleat.passes.schedule.Scheduler.Frame;
import pleat.passes.tile.TileProgram;

/**
 * Which values are made where one lies that is not needed any more. A program may do so that reads of the old value what it stores of the new one
 * ({@link InPlace}); a loop over chunks, if each turn reads the chunk alone that it makes. The next value of a state is made where the state lies
 * whenever a program may do so, anything else only where that is wanted.
 */
final class Overwriting {
    private final GroupedModule grouped;
    private final boolean wanted;
    private final Map<Value, Value> states;

    /** @param states the states of the entry, by their next values */
    Overwriting(GroupedModule grouped, boolean wanted, Map<Value, Value> states) {
        this.grouped = grouped;
        this.wanted = wanted;
        this.states = states;
    }

    boolean isWanted() {
        return wanted;
    }

    /** For values that step {@code s} of a function makes: what they take the place of. */
    Map<Value, Value> ofProgram(Function function, int s, TileProgram.Written written, Frame frame) {
        var taken = new LinkedHashMap<Value, Value>();
        var arguments = written.arguments();
        for (int out = 0; out < arguments.size(); out++) {
            var made = arguments.get(out);
            if (written.kernel().parameters().get(out).mode() != Mode.OUT || !isFreeToMove(made, frame)) {
                continue;
            }
            for (int in = 0; in < arguments.size(); in++) {
                var read = arguments.get(in);
                boolean isOwn = states.get(made) == read;
                boolean isLegal = (isOwn || wanted && !states.containsKey(made) && isWritable(read, frame)) && InPlace.isLegal(written.kernel(), in, out)
                        && !taken.containsValue(read) && endsAt(function, read, s) && isGoneInTime(function, made, frame.places().get(read), frame);
                if (isLegal && !taken.containsKey(made)) {
                    taken.put(made, read);
                }
            }
        }
        return taken;
    }

    /** The same for a loop over chunks, when it is the first that makes some of its value. */
    Map<Value, Value> ofLoop(Function function, int s, Frame frame) {
        var taken = new LinkedHashMap<Value, Value>();
        if (!wanted || !(grouped.functions().get(function.name()).get(s) instanceof Step.Loop(var repeat))) {
            return taken;
        }
        for (var result : repeat.results()) {
            var cut = grouped.cuts().get(result);
            if (cut == null || !isFreeToMove(cut.root(), frame)) {
                continue;
            }
            repeat.sliced().stream().map(grouped.cuts()::get).filter(read -> read != null && isSamePart(read, cut)).map(Views.Cut::root)
                    .filter(read -> isCutAlike(function, read, cut) && isWritable(read, frame)
                            && isGoneInTime(function, cut.root(), frame.places().get(read), frame))
                    .findFirst().filter(read -> !taken.containsValue(read)).ifPresent(read -> taken.put(cut.root(), read));
        }
        return taken;
    }

    private static boolean isSamePart(Views.Cut read, Views.Cut made) {
        return read.dim() == made.dim() && read.start() == made.start() && read.width() == made.width()
                && read.root().type().equals(made.root().type());
    }

    /** Whether, from the first loop on that makes some of a value, {@code read} is read by those loops alone, and in the same chunks. */
    private boolean isCutAlike(Function function, Value read, Views.Cut made) {
        var steps = grouped.functions().get(function.name());
        boolean isMade = false;
        int last = IntStream.range(0, steps.size()).filter(s -> grouped.makes(steps.get(s)).contains(made.root())).max().orElse(-1);
        for (int s = 0; s < steps.size(); s++) {
            boolean makes = grouped.makes(steps.get(s)).contains(made.root());
            isMade |= makes;
            boolean reads = grouped.reads(steps.get(s)).contains(read);
            if (isMade && reads && (s > last || !makes || !(steps.get(s) instanceof Step.Loop(var repeat)) || !readsWhatItMakes(repeat, read, made.root()))) {
                return false;
            }
        }
        return !function.results().contains(read);
    }

    private boolean readsWhatItMakes(Repeat repeat, Value read, Value made) {
        boolean isWhole = repeat.carried().contains(read) || repeat.invariant().contains(read) || repeat.sliced().contains(read);
        var reads = repeat.sliced().stream().map(grouped.cuts()::get).filter(cut -> cut != null && cut.root() == read).toList();
        var makes = repeat.results().stream().map(grouped.cuts()::get).filter(cut -> cut != null && cut.root() == made).toList();
        return !isWhole && reads.size() == 1 && makes.size() == 1 && isSamePart(reads.getFirst(), makes.getFirst());
    }

    /** Whether nothing but the order of outputs says where the value goes. */
    private static boolean isFreeToMove(Value made, Frame frame) {
        boolean isOutput = frame.depth() == 0 && frame.targets().containsKey(made);
        return !frame.places().containsKey(made) && (isOutput || !frame.targets().containsKey(made));
    }

    private boolean endsAt(Function function, Value value, int s) {
        return Lifetimes.lastRead(grouped, function, value) == s && !function.results().contains(value);
    }

    private static boolean isWritable(Value value, Frame frame) {
        return frame.free().contains(value) && !frame.targets().containsKey(value);
    }

    /** Whether {@code made} is not needed any more when something else goes for good to the place that it would take. */
    private boolean isGoneInTime(Function function, Value made, Argument place, Frame frame) {
        return frame.targets().entrySet().stream().filter(entry -> entry.getValue().equals(place) && entry.getKey() != made)
                .allMatch(entry -> Lifetimes.lastRead(grouped, function, made) <= Lifetimes.firstMade(grouped, function, entry.getKey())
                        && !function.results().contains(made));
    }

    /** Whether a result of a body may go straight to {@code wanted}: a chunk that lies there is not read later. */
    boolean isReadInTime(Function body, Value made, Argument wanted, Frame inner) {
        return inner.places().entrySet().stream().filter(entry -> entry.getValue().equals(wanted))
                .allMatch(entry -> Lifetimes.lastRead(grouped, body, entry.getKey()) <= Lifetimes.firstMade(grouped, body, made)
                        && !body.results().contains(entry.getKey()));
    }

    /** Lets a body write to the windows that its results replace. */
    void freeWindows(Function body, Frame inner) {
        body.arguments().stream().filter(value -> inner.targets().containsValue(inner.places().get(value))).forEach(inner.free()::add);
    }

    /** Values that a program would write where it reads something else, in a way that it cannot. */
    Set<Value> inTheWay(TileProgram.Written written, Frame frame) {
        var values = new LinkedHashSet<Value>();
        eachOverlap(written, frame, (in, out) -> {
            var read = frame.places().get(written.arguments().get(in));
            if (!InPlace.isLegal(written.kernel(), in, out) || !read.equals(frame.places().get(written.arguments().get(out)))) {
                values.add(written.arguments().get(out));
            }
        });
        return values;
    }

    /** The kernel with marks on the inputs whose places it writes to. */
    TileProgram.Written taking(TileProgram.Written written, Frame frame) {
        var kernel = written.kernel();
        var parameters = new ArrayList<>(kernel.parameters());
        eachOverlap(written, frame, (in, _) -> {
            var old = parameters.get(in);
            parameters.set(in, new Kernel.Parameter(old.name(), old.type(), old.layout(), Mode.TAKEN));
        });
        return new TileProgram.Written(new Kernel(kernel.name(), ImmutableList.copyOf(parameters), kernel.axes(), kernel.body()), written.arguments());
    }

    private interface Overlap {
        void at(int in, int out);
    }

    // Two windows of one buffer are the same or apart, except where a value is cut along two dims, which no loop does that writes one.
    private void eachOverlap(TileProgram.Written written, Frame frame, Overlap overlap) {
        var parameters = written.kernel().parameters();
        for (int out = 0; (wanted || !states.isEmpty()) && out < parameters.size(); out++) {
            for (int in = 0; in < parameters.size(); in++) {
                var read = Optional.ofNullable(frame.places().get(written.arguments().get(in)));
                int target = frame.places().get(written.arguments().get(out)).buffer();
                if (parameters.get(out).mode() == Mode.OUT && parameters.get(in).mode().isRead() && read.filter(place -> place.buffer() == target).isPresent()) {
                    overlap.at(in, out);
                }
            }
        }
    }
}

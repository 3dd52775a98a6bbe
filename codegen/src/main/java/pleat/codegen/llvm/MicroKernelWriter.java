package pleat.codegen.llvm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.codegen.llvm.MicroKernel.State;

/** Writes the function of one {@link MicroKernel}. See Note [Opaque pointers]. */
final class MicroKernelWriter {
    /** Steps of k in one turn of the loop: enough to hide the loop's own instructions. */
    private static final int UNROLL = 4;
    /**
     * Rows of A reached from one pointer: an address scales the row stride by 0, 1, 2 or 4, and a second register holds
     * three strides.
     */
    private static final int ROWS_PER_POINTER = 5;

    private final MicroKernel kernel;
    private final String vector;
    private final FunctionText f;
    private final List<String> rowOffsets = new ArrayList<>(); // bytes from a pointer to its rows
    private final String aColumnBytes;
    private final String bRowBytes;

    MicroKernelWriter(MicroKernel kernel, FunctionText f) {
        this.kernel = kernel;
        this.vector = "<%d x float>".formatted(kernel.lanes());
        this.f = f;
        this.aColumnBytes = bytes(kernel.a().column(), "%aColumn", kernel.a().storage());
        this.bRowBytes = bytes(kernel.b().row(), "%bRow", kernel.b().storage());
    }

    void write() {
        List<String> groups = rowGroups();
        f.line("br i1 %%accumulate, label %%resume, label %%start");
        f.label("resume");
        List<String> old = loadTile();
        f.line("br label %%start");
        f.label("start");
        var sums = new ArrayList<String>();
        for (String value : old) {
            sums.add(f.let("phi %s [ zeroinitializer, %%entry ], [ %s, %%resume ]", vector, value));
        }
        State state = new State(groups, "%b", sums);
        state = loop("turns", "start", UNROLL, f.let("lshr i64 %%k, %d", Integer.numberOfTrailingZeros(UNROLL)), state);
        state = loop("rest", "turns.done", 1, f.let("and i64 %%k, %d", UNROLL - 1), state);
        storeTile(state.sums());
    }

    private List<String> rowGroups() {
        String rowBytes = bytes(kernel.a().row(), "%aRow", kernel.a().storage());
        for (int i = 0; i < ROWS_PER_POINTER; i++) {
            String offset = f.times(rowBytes, i);
            rowOffsets.add(i == 3 && kernel.a().row() instanceof Amount.Runtime ? opaque("i64",
                    List.of(offset)).getFirst() : offset);
        }
        var groups = new ArrayList<String>();
        for (int first = 0; first < kernel.rows(); first += ROWS_PER_POINTER) {
            groups.add(f.past("%a", f.times(rowBytes, first)));
        }
        return groups;
    }

    /** Runs {@code turns} turns, perhaps none, of {@code unroll} steps of k. */
    private State loop(String name, String before, int unroll, String turns, State start) {
        f.line("br i1 %s, label %%%s.done, label %%%s", f.let("icmp eq i64 %s, 0", turns), name, name);
        f.label(name);
        String left = f.fresh();
        String count = f.let("phi i64 [ %s, %%%s ], [ %s, %%%s ]", turns, before, left, name);
        State back = renamed(start, (_, _) -> f.fresh());
        Merge phi = (type, value, next) -> f.let("phi %s [ %s, %%%s ], [ %s, %%%s ]", type, value, before, next, name);
        State now = renamed(start, back, phi);
        for (int u = 0; u < unroll; u++) {
            now = step(now.withPointers(opaque("ptr", now.pointers())), u);
        }
        now = advance(now, unroll);
        renamed(back, now, (type, named, value) -> {
            f.line("%s = bitcast %s %s to %s", named, type, value, type);
            return named;
        });
        f.line("%s = sub i64 %s, 1", left, count);
        f.line("br i1 %s, label %%%s.done, label %%%s", f.let("icmp eq i64 %s, 0", left), name, name);
        f.label(name + ".done");
        return renamed(start, back, phi);
    }

    /** One step of k: a row of B in registers, and each element of a column of A broadcast and multiplied with it. */
    private State step(State at, int u) {
        String bOffset = kernel.b().row() instanceof Amount.Runtime ? "0" : f.times(bRowBytes, u);
        var b = new ArrayList<String>();
        for (int v = 0; v < kernel.vectors(); v++) {
            String offset = f.plus(bOffset, v * kernel.lanes() * kernel.b().storage().bytes());
            b.add(kernel.b().storage().loadVector(f, f.past(at.b(), offset), kernel.lanes()));
        }
        String aOffset = kernel.a().column() instanceof Amount.Runtime ? "0" : f.times(aColumnBytes, u);
        var sums = new ArrayList<String>();
        for (int i = 0; i < kernel.rows(); i++) {
            String group = at.a().get(i / ROWS_PER_POINTER);
            String row = f.past(group, rowOffsets.get(i % ROWS_PER_POINTER));
            String a = kernel.a().storage().loadSplat(f, f.past(row, aOffset), kernel.lanes());
            for (int v = 0; v < kernel.vectors(); v++) {
                sums.add(f.let("call %1$s @llvm.fmuladd.v%2$df32(%1$s %3$s, %1$s %4$s, %1$s %5$s)", vector, kernel.lanes(), a,
                        b.get(v),
                        at.sums().get(i * kernel.vectors() + v)));
            }
        }
        return advanceRuntime(new State(at.a(), at.b(), sums));
    }

    /**
     * A stride that is only known at run time cannot be a displacement of the next step's loads, so its pointers move at
     * each step.
     */
    private State advanceRuntime(State at) {
        return moved(at, kernel.a().column() instanceof Amount.Runtime ? aColumnBytes : "0",
                kernel.b().row() instanceof Amount.Runtime ? bRowBytes : "0");
    }

    private State advance(State at, int steps) {
        return moved(at, kernel.a().column() instanceof Amount.Runtime ? "0" : f.times(aColumnBytes, steps),
                kernel.b().row() instanceof Amount.Runtime ? "0" : f.times(bRowBytes, steps));
    }

    private State moved(State at, String aBytes, String bBytes) {
        return new State(at.a().stream().map(pointer -> f.past(pointer, aBytes)).toList(),
                f.past(at.b(), bBytes), at.sums());
    }

    private String bytes(Amount stride, String argument, Storage storage) {
        return f.times(stride.operand(argument), storage.bytes());
    }

    /** The same values, with their origin and the order of memory accesses hidden from LLVM. */
    private List<String> opaque(String type, List<String> values) {
        int n = values.size();
        String struct = "{ %s }".formatted(String.join(", ", Collections.nCopies(n, type)));
        String outputs = String.join(",", Collections.nCopies(n, "=r"));
        String inputs = IntStream.range(0, n).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String arguments = values.stream().map(value -> type + " " + value).collect(Collectors.joining(", "));
        String all = f.let("call %s asm sideeffect \"\", \"%s,%s,~{memory}\"(%s)", n == 1 ? type : struct, outputs, inputs,
                arguments);
        return n == 1 ? List.of(all) : IntStream.range(0, n).mapToObj(i -> f.let("extractvalue %s %s, %d", struct, all,
                i)).toList();
    }

    private List<String> loadTile() {
        return IntStream.range(0, kernel.rows() * kernel.vectors())
                .mapToObj(i -> f.let("load %s, ptr %s, align 4", vector, tileAddress(i))).toList();
    }

    private void storeTile(List<String> sums) {
        for (int i = 0; i < sums.size(); i++) {
            f.line("store %s %s, ptr %s, align 4", vector, sums.get(i), tileAddress(i));
        }
    }

    private String tileAddress(int i) {
        String row = f.times("%cRow", i / kernel.vectors());
        return f.past("%c", f.times(f.plus(row, i % kernel.vectors() * kernel.lanes()), Storage.F32.bytes()));
    }

    private interface Rename {
        String apply(String type, String value);
    }

    private interface Merge {
        String apply(String type, String left, String right);
    }

    private State renamed(State state, Rename rename) {
        return renamed(state, state, (type, value, _) -> rename.apply(type, value));
    }

    private State renamed(State left, State right, Merge merge) {
        var a = new ArrayList<String>();
        for (int i = 0; i < left.a().size(); i++) {
            a.add(merge.apply("ptr", left.a().get(i), right.a().get(i)));
        }
        String b = merge.apply("ptr", left.b(), right.b());
        var sums = new ArrayList<String>();
        for (int i = 0; i < left.sums().size(); i++) {
            sums.add(merge.apply(vector, left.sums().get(i), right.sums().get(i)));
        }
        return new State(a, b, sums);
    }
}

/*
 * Note [Opaque pointers]
 * Left alone, loop strength reduction gives every row of A a pointer of its own (14 rows: more than the 16 scalar registers),
 * and the scheduler hoists the loads of later steps over the sums of earlier ones, so both register files spill: 44 spills of
 * 512-bit registers in a 14x2 tile. An empty asm statement before each step, through which all pointers pass and which
 * clobbers memory, makes each step stand alone. Then a step is the shortest code there is: 2 loads, 14 broadcasts, 28 FMAs.
 */

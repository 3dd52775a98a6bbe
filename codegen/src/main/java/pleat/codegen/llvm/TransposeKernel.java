package pleat.codegen.llvm;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code target[c, r] = source[r, c]} for a block in memory, by squares of registers. Its function is
 * {@code void (ptr source, i64 sourceRow, ptr target, i64 targetRow, i64 rows, i64 columns)}: strides are in elements, the
 * target is f32 and does not overlap the source. Nothing outside of the block is read.
 *
 * @param lanes f32 elements of one vector register: 4, 8 or 16
 */
public record TransposeKernel(int lanes, Storage source, Writing writing) {
    /** How the target is written. */
    public enum Writing {
        /** Nothing outside of the block is touched. */
        EXACT(""),
        /** Rows of the target are filled with zeros up to a whole vector. */
        PADDED(".padded"),
        /** As {@link #EXACT}, past the caches where whole vectors are aligned: for a target that is not read before it has left them. */
        STREAMED(".streamed");

        private final String mark;

        Writing(String mark) {
            this.mark = mark;
        }
    }

    private static final String SHUFFLE = "shufflevector <%1$d x float> %2$s, <%1$d x float> %3$s, <%1$d x i32> <%4$s>";
    private static final String PARAMETERS =
            "ptr noalias readonly %source, i64 %sourceRow, ptr noalias %target, i64 %targetRow, i64 %rows, i64 %columns";

    public TransposeKernel {
        if (lanes != 4 && lanes != 8 && lanes != 16) {
            throw new IllegalArgumentException("a transpose of %d x %d registers".formatted(lanes, lanes));
        }
    }

    /** Name of the function, which is added to the module on first demand. */
    public String in(ModuleText module) {
        String name = "@pleat.transpose.%d.%s%s".formatted(lanes, source.mark(), writing.mark);
        return module.share(name, PARAMETERS, (home, f) -> {
            String whole = square(home, false, writing == Writing.STREAMED);
            String unaligned = square(home, false, false);
            String ragged = square(home, true, false);
            var down = new CountedLoop(f, "down", f.let("udiv i64 %s, %d", f.let("add i64 %%rows, %d", lanes - 1), lanes));
            String row = f.let("mul i64 %s, %d", down.index(), lanes);
            var across = new CountedLoop(f, "across", f.let("udiv i64 %s, %d", f.let("add i64 %%columns, %d", lanes - 1), lanes));
            String column = f.let("mul i64 %s, %d", across.index(), lanes);
            String from = f.let("add i64 %s, %s", f.let("mul i64 %s, %%sourceRow", row), column);
            from = f.let("getelementptr i8, ptr %%source, i64 %s", f.let("mul i64 %s, %d", from, source.bytes()));
            String to = f.let("add i64 %s, %s", f.let("mul i64 %s, %%targetRow", column), row);
            to = f.let("getelementptr float, ptr %%target, i64 %s", to);
            String rows = f.let("sub i64 %%rows, %s", row);
            String columns = f.let("sub i64 %%columns, %s", column);
            String isWhole = f.let("and i1 %s, %s", f.let("icmp uge i64 %s, %d", rows, lanes), f.let("icmp uge i64 %s, %d",
                    columns, lanes));
            String arguments = "ptr %s, i64 %%sourceRow, ptr %s, i64 %%targetRow, i64 %s, i64 %s".formatted(from, to, rows,
                    columns);
            f.line("br i1 %s, label %%whole, label %%ragged", isWhole);
            f.label("whole");
            if (writing == Writing.STREAMED) {
                f.line("br i1 %s, label %%aligned, label %%unaligned", isAligned(f, to));
                f.label("unaligned");
                f.line("call void %s(%s)", unaligned, arguments);
                f.line("br label %%both");
                f.label("aligned");
            }
            f.line("call void %s(%s)", whole, arguments);
            f.line("br label %%both");
            f.label("ragged");
            f.line("call void %s(%s)", ragged, arguments);
            f.line("br label %%both");
            f.label("both");
            across.close();
            down.close();
        });
    }

    /** One square of registers, of which {@code rows} and {@code columns} exist if it is ragged. */
    private String square(ModuleText module, boolean isRagged, boolean isStreamed) {
        boolean isPadded = writing == Writing.PADDED;
        String name = "@pleat.square.%s.%d.%s%s".formatted(isRagged ? "ragged" : isStreamed ? "streamed" : "whole", lanes, source.mark(),
                isPadded ? Writing.PADDED.mark : "");
        return module.define(name, () -> {
            var f = new FunctionText("define internal void %s(%s) %s nounwind".formatted(name, PARAMETERS,
                    isRagged ? "noinline" : "alwaysinline"));
            f.label("entry");
            var vectors = new ArrayList<String>();
            for (int r = 0; r < lanes; r++) {
                String offset = f.let("mul i64 %s, %d", f.let("mul i64 %%sourceRow, %d", r), source.bytes());
                String at = f.let("getelementptr i8, ptr %%source, i64 %s", offset);
                vectors.add(isRagged ? source.loadFirst(f, module, at, lanes, present(f, r, "%rows", "%columns"))
                        : source.loadVector(f, at, lanes));
            }
            List<String> transposed = transpose(f, vectors);
            for (int i = 0; i < lanes; i++) {
                int column = i & -4 | (i & 1) << 1 | i >> 1 & 1; // the two lowest bits come out swapped
                String at = f.let("getelementptr float, ptr %%target, i64 %s", f.let("mul i64 %%targetRow, %d", column));
                if (isRagged) {
                    String rows = isPadded ? Integer.toString(lanes) : "%rows";
                    Storage.F32.storeFirst(f, module, transposed.get(i), at, lanes, present(f, column, "%columns", rows));
                } else if (isStreamed) {
                    f.line("store <%d x float> %s, ptr %s, align %d, !nontemporal !{i32 1}", lanes, transposed.get(i), at, vectorBytes());
                } else {
                    Storage.F32.storeVector(f, transposed.get(i), at, lanes);
                }
            }
            f.line("ret void");
            return f.close();
        });
    }

    private int vectorBytes() {
        return lanes * Storage.F32.bytes();
    }

    private String isAligned(FunctionText f, String target) {
        String row = f.let("mul i64 %%targetRow, %d", Storage.F32.bytes());
        String bits = f.let("or i64 %s, %s", f.let("ptrtoint ptr %s to i64", target), row);
        return f.let("icmp eq i64 0, %s", f.let("and i64 %s, %d", bits, vectorBytes() - 1));
    }

    /** How many elements of line number {@code line} exist: {@code length} of them, or none past the last line. */
    private static String present(FunctionText f, int line, String lines, String length) {
        return f.let("select i1 %s, i64 %s, i64 0", f.let("icmp ugt i64 %s, %d", lines, line), length);
    }

    /** See Note [Bits of a transpose]. */
    private List<String> transpose(FunctionText f, List<String> vectors) {
        List<String> now = vectors;
        for (int distance = 1; distance < lanes; distance *= 2) {
            String[] next = new String[lanes];
            for (int i = 0; i < lanes; i++) {
                if ((i & distance) == 0) {
                    for (int half = 0; half < 2; half++) {
                        next[i + half * distance] = f.let(SHUFFLE, lanes,
                                now.get(i), now.get(i + distance), pattern(distance, half));
                    }
                }
            }
            now = List.of(next);
        }
        return now;
    }

    private String pattern(int distance, int half) {
        IntStream lane = switch (distance) {
            // Within each quad: elements 0 1 (or 2 3) of both, alternating.
            case 1 -> IntStream.range(0, lanes).map(l -> (l & 1) * lanes + (l & -4) + 2 * half + (l >> 1 & 1));
            // Within each quad: the lower (or upper) pair of both.
            case 2 -> IntStream.range(0, lanes).map(l -> (l >> 1 & 1) * lanes + (l & -4) + 2 * half + (l & 1));
            // The even (or odd) quads of one, then of the other.
            default -> IntStream.range(0, lanes)
                    .map(l -> l / 4 * 2 % (lanes / 4) * 4 + 4 * half + (l & 3) + (l < lanes / 2 ? 0 : lanes));
        };
        return lane.mapToObj(l -> "i32 " + l).collect(Collectors.joining(", "));
    }
}

/*
 * Note [Bits of a transpose]
 * Write an element's place as bits: v3 v2 v1 v0 of its vector and l3 l2 l1 l0 of its lane. A transpose exchanges row bits, which
 * start in v, with column bits, which start in l. Each shuffle of two vectors that differ in one bit v can rotate that bit with
 * bits of the lane. The patterns are those that x86 does within quads or by whole quads in one instruction:
 *   distance 1: v l1 l0 becomes l1 l0 v;   distance 2: v l1 becomes l1 v;   distance 4 and 8: v l3 l2 becomes l2 v l3.
 * Column bits then stand in v as 3 2 0 1, so that the stores go to columns with the two lowest bits swapped.
 */

package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Primitive;
import pleat.passes.space.Layout.Part;

/**
 * What brings a value from the layout in which it lies to another, and its adjoint back.
 *
 * @param steps along one mesh axis each: what is cut first, since it makes the others smaller, then what changes its dim, then what is gathered, then what neighbours
 *     have
 */
record Resharding(ImmutableList<Step> steps) {

    /**
     * @param forward empty if nothing is sent
     * @param backward for the adjoint, empty if nothing is sent
     * @param elements of the tensor that the ranks along the mesh axis have together
     */
    record Step(int meshAxis, Optional<Primitive> forward, Optional<Primitive> backward, long elements) {}

    /** Empty if dims are in each other's way. */
    static Optional<Resharding> of(Value value, Layout from, Layout to, Ranks ranks) {
        var steps = ImmutableList.<Step>builder();
        var at = from;
        for (int kind = 0; kind < 3; kind++) {
            for (int a = 0; a < ranks.axes(); a++) {
                var wanted = block(to.along(a));
                if (kind(at.along(a), wanted, ranks.along(a)) == kind) {
                    var next = at.with(a, wanted);
                    if (!next.isPossible()) {
                        return Optional.empty();
                    }
                    steps.add(step(value, at, next, a, ranks));
                    at = next;
                }
            }
        }
        for (int a = 0; a < ranks.axes(); a++) {
            if (to.along(a) instanceof Part.Wide wide) {
                steps.add(halo(value, at, a, wide, ranks));
            }
        }
        return Optional.of(new Resharding(steps.build()));
    }

    private static Part block(Part part) {
        return part instanceof Part.Wide wide ? wide.block() : part;
    }

    private static Step halo(Value value, Layout at, int meshAxis, Part.Wide wide, Ranks ranks) {
        long elements = at.with(meshAxis, Part.EQUAL).elements(value.type(), ranks) / wide.block().extent() * Primitive.haloPositions(ranks.along(meshAxis), wide.before(), wide.after());
        return new Step(meshAxis, Optional.of(Primitive.MOVE), Optional.of(Primitive.MOVE), elements);
    }

    /** Whether a value that lies so serves a reader that wants it otherwise, with nothing done. */
    static boolean serves(Layout from, Layout to, Ranks ranks) {
        for (int a = 0; a < ranks.axes(); a++) {
            if (to.along(a) instanceof Part.Wide || kind(from.along(a), to.along(a), ranks.along(a)) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** 0: only cut or used for parts of the work; 1: from dim to dim; 2: gathered; -1: as it is. */
    private static int kind(Part from, Part to, int ranks) {
        return switch (from) {
            case Part.Equal _ -> to instanceof Part.Equal || ranks == 1 ? -1 : 0;
            case Part.Own _ -> to instanceof Part.Equal ? 2 : -1;
            case Part.Wide _ -> throw new IllegalStateException("no value is made as " + from);
            case Part.Cut cut -> switch (to) {
                case Part.Cut other -> cut.isLike(other, ranks) ? -1 : cut.dim() == other.dim() ? 2 : 1;
                case Part.Equal _, Part.Own _ -> 2;
                case Part.Wide _ -> throw new IllegalStateException("what neighbours have comes last");
            };
        };
    }

    private static Step step(Value value, Layout at, Layout next, int meshAxis, Ranks ranks) {
        long elements = next.with(meshAxis, Part.EQUAL).elements(value.type(), ranks);
        return switch (at.along(meshAxis)) {
            case Part.Equal _ -> new Step(meshAxis, Optional.empty(),
                    Optional.of(next.along(meshAxis) instanceof Part.Cut ? Primitive.ALL_GATHER : Primitive.ALL_REDUCE), elements);
            case Part.Own _, Part.Wide _ -> throw new IllegalStateException("no value is made as " + at.along(meshAxis));
            case Part.Cut cut -> switch (next.along(meshAxis)) {
                case Part.Cut other when other.dim() != cut.dim() ->
                        new Step(meshAxis, Optional.of(Primitive.ALL_TO_ALL), Optional.of(Primitive.ALL_TO_ALL), elements);
                // Gathered, and cut again in other units.
                case Part.Cut _, Part.Own _ -> new Step(meshAxis, Optional.of(Primitive.ALL_GATHER), Optional.of(Primitive.REDUCE_SCATTER), elements);
                case Part.Equal _ -> new Step(meshAxis, Optional.of(Primitive.ALL_GATHER), Optional.empty(), elements);
                case Part.Wide _ -> throw new IllegalStateException("what neighbours have comes last");
            };
        };
    }

    /** Whether nothing is sent forward: the value in the other layout can be had again at no price. */
    boolean isFreeForward() {
        return steps.stream().allMatch(step -> step.forward().isEmpty());
    }
}

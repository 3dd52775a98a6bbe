package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.diagnostic.Span;

/** One line of a body, or a line with blocks. */
public sealed interface Statement {
    Span span();

    /** {@code use linear_q, linear_k: Linear(c -> d)}: one instance for each name. */
    record Use(ImmutableList<Name> names, InstanceSyntax instance, Span span) implements Statement {}

    /** {@code include features: AtomEncoder}: an instance whose parameters are named as if they were declared here. */
    record Include(Name name, InstanceSyntax instance, Span span) implements Statement {}

    /** {@code repeat 48 blocks: Block}. */
    record Repeat(Expression count, Name name, InstanceSyntax instance, Span span) implements Statement {}

    record Param(Name name, TypeSyntax type, Span span) implements Statement {}

    record Let(Name name, Expression value, Span span) implements Statement {}

    /** A choice at compile time; without {@code else} the other block is empty. */
    record Choose(Expression condition, Block then, Optional<Block> otherwise, Span span) implements Statement {}

    /** @param header how the turns are counted and what goes through them */
    record Loop(LoopHeader header, Block body, Span span) implements Statement {}

    record Return(ImmutableList<Expression> values, Span span) implements Statement {}

    /** @param adds whether it is {@code +=}; then there is one target */
    record Assign(ImmutableList<Target> targets, boolean adds, Expression value, Span span) implements Statement {}

    /**
     * @param over of which each turn sees one slice
     * @param results what is known after the loop besides what it carries
     */
    record LoopHeader(Name counter, Expression count, ImmutableList<Name> carried, ImmutableList<Name> over, LoopResults results) {
        public ImmutableList<Name> kept() {
            return results.kept();
        }

        public ImmutableList<Name> collected() {
            return results.collected();
        }
    }

    /**
     * @param kept of which the value of the last turn remains
     * @param collected of which the value of each turn remains
     */
    record LoopResults(ImmutableList<Name> kept, ImmutableList<Name> collected) {}

    /** @param axes empty where there are no brackets: the whole tensor */
    record Target(Name name, Optional<ImmutableList<TargetAxis>> axes, Span span) {}

    /** One subscript of the left side. */
    sealed interface TargetAxis {
        Span span();
    }

    record RestAxes(String name, Span span) implements TargetAxis {}

    /** @param extent where it is stated: {@code h: heads} */
    record IndexedAxis(Expression index, Optional<Expression> extent) implements TargetAxis {
        @Override
        public Span span() {
            return index.span();
        }
    }

    /** {@code Linear(c -> d, biased = false)}. */
    record InstanceSyntax(Name module, ImmutableList<InstanceArgument> arguments, Span span) {}

    sealed interface InstanceArgument {
        Span span();
    }

    /**
     * {@code ..}: settings of the same name are passed on.
     *
     * @param prefix behind which, and a dot, their names stand here
     */
    record PassOn(Optional<Name> prefix, Span span) implements InstanceArgument {}

    record Given(Name name, Expression value) implements InstanceArgument {
        @Override
        public Span span() {
            return name.span();
        }
    }

    /** The last size of the first input and, after an arrow, of the first result. */
    record Width(Expression from, Optional<Expression> to) implements InstanceArgument {
        @Override
        public Span span() {
            return from.span();
        }
    }
}

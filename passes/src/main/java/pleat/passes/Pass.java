package pleat.passes;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import pleat.ir.tensor.TensorModule;

/**
 * One rewrite of a module: a pure function with a name. A module in which nothing is to be done comes back as the same instance.
 *
 * @param name word in {@code --passes}; options follow in braces: {@code bind-sizes{N=64}}
 * @param needs what must be true of the module it is given
 * @param gives what is true of the module it returns; a pass that gives nothing is an optimisation and may be left out
 * @param remarks what it does in a module and why not more, for people who ask
 */
public record Pass(String name, String summary, ImmutableSet<Invariant> needs, ImmutableSet<Invariant> gives,
        UnaryOperator<TensorModule> rewrite, Function<TensorModule, ImmutableList<Remark>> remarks) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*(\\{[^{}]*})?");

    public Pass {
        checkArgument(NAME.matcher(name).matches(), "pass name `%s`", name);
        checkArgument(summary.endsWith("."), "the summary of pass `%s` is a sentence", name);
    }

    /** A pass that has nothing to explain. */
    public Pass(String name, String summary, ImmutableSet<Invariant> needs, ImmutableSet<Invariant> gives, UnaryOperator<TensorModule> rewrite) {
        this(name, summary, needs, gives, rewrite, _ -> ImmutableList.of());
    }

    public static ImmutableSet<Invariant> needs(Invariant... invariants) {
        return Sets.immutableEnumSet(Arrays.asList(invariants));
    }

    public static ImmutableSet<Invariant> gives(Invariant... invariants) {
        return Sets.immutableEnumSet(Arrays.asList(invariants));
    }

    public TensorModule apply(TensorModule module) {
        return rewrite.apply(module);
    }

    /** The name without its options. */
    public String word() {
        int brace = name.indexOf('{');
        return brace < 0 ? name : name.substring(0, brace);
    }

    /** Whether later passes can do without it. */
    public boolean isOptional() {
        return gives.isEmpty();
    }
}

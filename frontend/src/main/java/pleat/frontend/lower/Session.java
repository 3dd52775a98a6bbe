package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.frontend.check.Bindings;
import pleat.frontend.check.CheckCode;
import pleat.frontend.check.Program;
import pleat.frontend.syntax.Item;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/** One compilation: the functions written so far, each module once for the same settings and argument types. */
final class Session {
    /** Modules that apply modules this deep are taken to go on for ever. */
    private static final int MAX_DEPTH = 40;
    private static final int MAX_INSTANCES = 2_000;

    private final Program program;
    private final Diagnostics diagnostics;
    private final Map<Key, Optional<Instance>> instances = new LinkedHashMap<>();
    private final Map<String, Function> functions = new LinkedHashMap<>();
    private final Map<String, Key> firstFailing = new LinkedHashMap<>();
    private final Set<String> badSizes = new LinkedHashSet<>();
    private final Map<String, Integer> copies = new LinkedHashMap<>();
    private final Deque<Frame> stack = new ArrayDeque<>();
    /** No further instance is made once one limit was met: what would be reported next follows from the first report. */
    private boolean exhausted;

    private record Key(String file, String module, Bindings bindings, ImmutableList<TensorType> arguments) {
        String place() {
            return file + ":" + module;
        }
    }

    private record Frame(Key key, Span site) {}

    Session(Program program, Diagnostics diagnostics) {
        this.program = program;
        this.diagnostics = diagnostics;
    }

    Program program() {
        return program;
    }

    ImmutableMap<String, Function> functions() {
        return ImmutableMap.copyOf(functions);
    }

    /** Reports, and says by which calls the place was reached. */
    void report(Diagnostic diagnostic) {
        if (!stack.isEmpty() && isRepetition(stack.peek().key(), diagnostic)) {
            return;
        }
        var extended = diagnostic;
        for (Frame frame : stack.stream().limit(3).toList()) {
            extended = extended.note("in `%s`, applied at %s", frame.key().module(), frame.site());
        }
        diagnostics.report(extended);
    }

    /**
     * A mistake in a module, or in what is given to it, would be said once for each of its instances, and a bad size once for each place that
     * has it.
     */
    private boolean isRepetition(Key instance, Diagnostic diagnostic) {
        var first = firstFailing.putIfAbsent(instance.place(), instance);
        return first != null && !first.equals(instance) || diagnostic.code() == CheckCode.BAD_SIZE && !badSizes.add(instance.place());
    }

    /** The instance for certain arguments; empty if its body is wrong, which was reported. */
    Optional<Instance> instance(Item.Module module, Bindings bindings, List<TensorType> arguments, Span site) {
        var key = new Key(module.name().span().source().name(), module.name().text(), bindings, ImmutableList.copyOf(arguments));
        var known = instances.get(key);
        if (known != null) {
            return known;
        }
        if (exhausted || !mayEnter(key, module, site)) {
            exhausted = true;
            return Optional.empty();
        }
        stack.push(new Frame(key, site));
        var instance = new ModuleElaborator(this, module, bindings).instance(arguments);
        stack.pop();
        instances.put(key, instance);
        return instance;
    }

    private boolean mayEnter(Key key, Item.Module module, Span site) {
        if (stack.size() >= MAX_DEPTH || stack.stream().anyMatch(frame -> frame.key().equals(key))) {
            var cycle = new ArrayList<String>();
            stack.forEach(frame -> cycle.addFirst("`" + frame.key().module() + "`"));
            cycle.add("`" + module.name() + "`");
            diagnostics.report(Diagnostic.of(CheckCode.ENDLESS_RECURSION, site, "`%s` contains itself without end", module.name())
                    .label(module.name().span(), "defined here")
                    .note("the way there is %s", String.join(" > ", cycle.subList(Math.max(0, cycle.size() - 6), cycle.size())))
                    .help("end it with a compile-time `if`"));
            return false;
        }
        if (instances.size() >= MAX_INSTANCES) {
            diagnostics.report(Diagnostic.of(CheckCode.TOO_MANY_INSTANCES, site,
                    "the model has more than %d distinct instances of modules",
                    MAX_INSTANCES));
            return false;
        }
        return true;
    }

    /** Adds a function under a name of its own. */
    String add(String name, List<Parameter> parameters, List<Op> body, List<Function.Return> returns) {
        var unique = name;
        while (functions.containsKey(unique)) {
            unique = name + "." + copies.merge(name, 1, Integer::sum);
        }
        functions.put(unique, new Function(unique, ImmutableList.copyOf(parameters), ImmutableList.copyOf(body),
                ImmutableList.copyOf(returns)));
        return unique;
    }

    static List<Parameter> plain(List<Value> values) {
        return values.stream().map(Parameter::plain).toList();
    }
}

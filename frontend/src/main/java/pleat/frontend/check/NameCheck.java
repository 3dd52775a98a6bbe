package pleat.frontend.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.frontend.syntax.Block;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.Statement;
import pleat.frontend.syntax.TypeSyntax;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Span;

/**
 * Checks the names of one module without regard to sizes and settings, so that each mistake is found once and in modules nobody
 * applies.
 */
final class NameCheck {
    private final Item.Module module;
    private final Visible visible;
    private final Diagnostics diagnostics;

    /** Compile-time names, then tensors and instances: a tensor may have the name of a size. */
    private final Set<String> constants = new LinkedHashSet<>();
    private final Map<String, Span> tensors = new LinkedHashMap<>();
    private final Map<String, Span> instances = new LinkedHashMap<>();
    /** Axes of the equation at hand. */
    private final Set<String> axes = new LinkedHashSet<>();
    private final Map<String, Definition> unused = new LinkedHashMap<>();

    private record Definition(Span span, String what) {}

    NameCheck(Item.Module module, Visible visible, Diagnostics diagnostics) {
        this.module = module;
        this.visible = visible;
        this.diagnostics = diagnostics;
    }

    void run() {
        signature();
        block(module.body(), true);
        if (!endsInReturn(module.body())) {
            report(Diagnostic.of(CheckCode.RETURN, module.name().span(), "`%s` does not end in a return", module.name())
                    .help("write `return ...` as its last statement"));
        }
        unused.forEach((name, definition) -> report(Diagnostic.of(CheckCode.UNUSED, definition.span(), "%s `%s` is never used",
                definition.what(), name)));
    }

    private void report(Diagnostic diagnostic) {
        diagnostics.report(diagnostic);
    }

    private void signature() {
        constants.addAll(SignatureNames.all(module).keySet());
        var inputs = new LinkedHashMap<String, Span>();
        for (var input : module.signature().inputs()) {
            once(inputs, input.name(), "two inputs");
            tensors.put(input.name().text(), input.name().span());
            rests(input.type());
        }
        var outputs = new LinkedHashMap<String, Span>();
        for (var output : module.signature().outputs()) {
            output.name().ifPresent(name -> once(outputs, name, "two results"));
            rests(output.type());
        }
        var settings = new LinkedHashMap<String, Span>();
        module.signature().settings().forEach(setting -> once(settings, setting.name(), "two settings"));
        module.signature().settings().forEach(setting -> setting.value().ifPresent(this::constant));
        conditions();
    }

    /** What an input's shape gives cannot decide whether there is such an input. */
    private void conditions() {
        var sizes = SignatureNames.ofInputs(module).keySet();
        for (var condition : Presence.conditions(module)) {
            constant(condition);
            SignatureNames.of(condition).stream().filter(name -> sizes.contains(name.text())).forEach(name -> report(Diagnostic.of(
                    CheckCode.NOT_CONSTANT, name.span(), "`%s` is a size of an input, and only settings decide whether there is one", name)));
        }
    }

    private void once(Map<String, Span> seen, Name name, String what) {
        var before = seen.putIfAbsent(name.text(), name.span());
        if (before != null) {
            report(Diagnostic.of(CheckCode.DUPLICATE_NAME, name.span(), "there are %s `%s`", what, name).label(before,
                    "the other one"));
        }
    }

    private void rests(TypeSyntax type) {
        var rests = type.sizes().stream().filter(TypeSyntax.Rest.class::isInstance).toList();
        if (rests.size() > 1) {
            report(Diagnostic.of(CheckCode.DUPLICATE_NAME, rests.get(1).span(),
                    "a type has two `..`, so that nothing says which dim is whose")
                    .label(rests.getFirst().span(), "the other one"));
        }
    }

    private void block(Block block, boolean mayReturn) {
        var statements = block.statements();
        for (int i = 0; i < statements.size(); i++) {
            if (statements.get(i) instanceof Statement.Return && i + 1 < statements.size()) {
                report(Diagnostic.of(CheckCode.RETURN, statements.get(i).span(),
                        "statements follow this return and are never reached")
                        .label(statements.get(i + 1).span(), "the first of them"));
            }
            statement(statements.get(i), mayReturn);
        }
    }

    private static boolean endsInReturn(Block block) {
        return !block.statements().isEmpty() && switch (block.statements().getLast()) {
            case Statement.Return _ -> true;
            case Statement.Choose choose -> endsInReturn(choose.then()) && choose.otherwise().isPresent()
                    && endsInReturn(choose.otherwise().get());
            case Statement.Use _, Statement.Include _, Statement.Repeat _, Statement.Param _, Statement.Let _, Statement.Loop _,
                    Statement.Assign _ -> false;
        };
    }

    private void statement(Statement statement, boolean mayReturn) {
        switch (statement) {
            case Statement.Use use -> {
                instance(use.instance());
                use.names().forEach(name -> define(instances, name, "instance"));
            }
            case Statement.Include include -> {
                instance(include.instance());
                define(instances, include.name(), "instance");
            }
            case Statement.Repeat repeat -> {
                constant(repeat.count());
                instance(repeat.instance());
                define(instances, repeat.name(), "instance");
            }
            case Statement.Param param -> {
                notInFunction(param.span(), "parameters");
                rests(param.type());
                for (var size : param.type().sizes()) {
                    if (size instanceof TypeSyntax.Extent(Expression value)) {
                        constant(value);
                    }
                }
                define(tensors, param.name(), "parameter");
            }
            case Statement.Let let -> {
                constant(let.value());
                constants.add(let.name().text());
            }
            case Statement.Choose choose -> choose(choose, mayReturn);
            case Statement.Loop loop -> loop(loop);
            case Statement.Return back -> {
                back.values().forEach(this::value);
                if (!mayReturn) {
                    report(Diagnostic.of(CheckCode.RETURN, back.span(), "a loop cannot return")
                            .help("carry the value through the loop and return it after"));
                }
            }
            case Statement.Assign assign -> assign(assign);
        }
    }

    private void notInFunction(Span span, String what) {
        if (module.kind() == Item.Kind.FUNCTION) {
            report(Diagnostic.of(CheckCode.NOT_A_VALUE, span, "`%s` is a `fn` and has no %s", module.name(), what)
                    .label(module.name().span(), "defined here").help("make it a `module`, and `use` it"));
        }
    }

    /** Params and instances are defined once; the branches of a choice may each define one. */
    private void define(Map<String, Span> names, Name name, String what) {
        var before = tensors.containsKey(name.text()) ? tensors.get(name.text()) : instances.get(name.text());
        if (before != null) {
            report(Diagnostic.of(CheckCode.DUPLICATE_NAME, name.span(), "`%s` is defined twice", name).label(before,
                    "the other definition"));
        }
        names.put(name.text(), name.span());
        unused.put(name.text(), new Definition(name.span(), what));
    }

    private void choose(Statement.Choose choose, boolean mayReturn) {
        constant(choose.condition());
        var tensorsBefore = new LinkedHashMap<>(tensors);
        var instancesBefore = new LinkedHashMap<>(instances);
        block(choose.then(), mayReturn);
        if (choose.otherwise().isPresent()) {
            var tensorsThen = new LinkedHashMap<>(tensors);
            var instancesThen = new LinkedHashMap<>(instances);
            tensors.keySet().retainAll(tensorsBefore.keySet());
            instances.keySet().retainAll(instancesBefore.keySet());
            block(choose.otherwise().get(), mayReturn);
            tensorsThen.forEach(tensors::putIfAbsent);
            instancesThen.forEach(instances::putIfAbsent);
        }
    }

    private void loop(Statement.Loop loop) {
        constant(loop.header().count());
        loop.header().carried().forEach(this::read);
        loop.header().over().forEach(this::read);
        var tensorsBefore = new LinkedHashMap<>(tensors);
        var instancesBefore = new LinkedHashMap<>(instances);
        tensors.put(loop.header().counter().text(), loop.header().counter().span());
        block(loop.body(), false);
        loop.header().carried().forEach(this::read);
        loop.header().kept().forEach(this::read);
        loop.header().collected().forEach(this::read);
        tensors.keySet().retainAll(tensorsBefore.keySet());
        instances.keySet().retainAll(instancesBefore.keySet());
        loop.header().kept().forEach(name -> tensors.put(name.text(), name.span()));
        loop.header().collected().forEach(name -> tensors.put(name.text(), name.span()));
    }

    private void assign(Statement.Assign assign) {
        axes.clear();
        assign.targets().forEach(target -> target.axes().ifPresent(list -> list.forEach(axis -> {
            if (axis instanceof Statement.IndexedAxis(Expression index, _)) {
                SignatureNames.of(index).forEach(name -> axes.add(name.text()));
            }
        })));
        value(assign.value());
        axes.clear();
        for (var target : assign.targets()) {
            target.axes().ifPresent(list -> list.forEach(axis -> {
                if (axis instanceof Statement.IndexedAxis(_, var extent)) {
                    extent.ifPresent(this::constant);
                }
            }));
            if (assign.adds()) {
                read(target.name());
            }
            assignTo(target.name(), assign.targets().size() == 1);
        }
    }

    /** Of several results some may be left alone. */
    private void assignTo(Name name, boolean alone) {
        if (instances.containsKey(name.text())) {
            report(Diagnostic.of(CheckCode.DUPLICATE_NAME, name.span(), "`%s` is an instance and cannot be assigned", name)
                    .label(instances.get(name.text()), "defined here"));
        }
        tensors.put(name.text(), name.span());
        if (alone) {
            unused.putIfAbsent(name.text(), new Definition(name.span(), "value"));
        }
    }

    /** Something has to be passed on from behind a prefix. */
    private void prefix(Name prefix) {
        if (constants.stream().noneMatch(name -> name.startsWith(prefix.text() + "."))) {
            report(Diagnostic.of(CheckCode.UNKNOWN_SETTING, prefix.span(), "no setting's name here begins with `%s.`", prefix)
                    .note("`%s..` passes on what stands behind that", prefix));
        }
    }

    private void instance(Statement.InstanceSyntax syntax) {
        notInFunction(syntax.span(), "instances");
        for (var argument : syntax.arguments()) {
            switch (argument) {
                case Statement.PassOn(var prefix, _) -> prefix.ifPresent(this::prefix);
                case Statement.Given(_, Expression value) -> constant(value);
                case Statement.Width(Expression from, var to) -> {
                    constant(from);
                    to.ifPresent(this::constant);
                }
            }
        }
        var callee = visible.modules().get(syntax.module().text());
        if (visible.ambiguous().containsKey(syntax.module().text())) {
            report(visible.ambiguity(syntax.module()));
        } else if (callee == null) {
            report(Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_MODULE, syntax.module().span(),
                    "nothing defines a module `%s`", syntax.module()),
                    syntax.module().text(), visible.modules().keySet()));
        } else if (callee.kind() == Item.Kind.FUNCTION) {
            report(Diagnostic.of(CheckCode.NOT_A_VALUE, syntax.module().span(), "`%s` is a function and has no instances",
                    callee.name())
                    .label(callee.name().span(), "defined here").help("call it by its name"));
        }
    }

    /** A compile-time expression. */
    private void constant(Expression expression) {
        for (Name name : SignatureNames.of(expression)) {
            if (constants.contains(name.text())) {
                continue;
            }
            report(tensors.containsKey(name.text()) || instances.containsKey(name.text())
                    ? Diagnostic.of(CheckCode.NOT_CONSTANT, name.span(), "`%s` is not known at compile time", name)
                    .note("sizes and settings are")
                    : Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_NAME, name.span(),
                    "nothing defines a size or setting `%s`", name),
                            name.text(), constants));
        }
    }

    private void read(Name name) {
        unused.remove(name.text());
        if (!tensors.containsKey(name.text()) && !instances.containsKey(name.text()) && !constants.contains(name.text())) {
            if (axes.contains(name.text())) {
                report(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(), "`%s` is an axis and no value", name)
                        .help("the position along it is `pos(%s)`", name));
                return;
            }
            var known = new ArrayList<>(tensors.keySet());
            known.addAll(constants);
            report(Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_NAME, name.span(), "nothing defines `%s`", name),
                    name.text(), known));
        }
    }

    /** An expression of a formula; names in subscripts may be axes, which only the equation's check knows. */
    private void value(Expression expression) {
        new ExpressionNames(this::read, this::called, unused::remove, axes::add).visit(expression);
    }

    private void called(Name name) {
        unused.remove(name.text());
        var modules = visible.modules();
        boolean function = modules.containsKey(name.text()) && modules.get(name.text()).kind() == Item.Kind.FUNCTION;
        if (instances.containsKey(name.text()) || function || visible.scalars().containsKey(name.text())
                || Builtins.isKnown(name.text())) {
            return;
        }
        if (visible.ambiguous().containsKey(name.text())) {
            report(visible.ambiguity(name));
        } else if (modules.containsKey(name.text())) {
            report(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(),
                    "`%s` is a module: it has parameters and so needs an instance", name)
                    .help("write `use name: %s(...)` above, and call `name(...)`", name));
        } else if (!tensors.containsKey(name.text())) {
            var known = new ArrayList<>(instances.keySet());
            known.addAll(visible.scalars().keySet());
            known.addAll(Builtins.names());
            modules.values().stream().filter(m -> m.kind() == Item.Kind.FUNCTION).forEach(m -> known.add(m.name().text()));
            report(Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_MODULE, name.span(), "nothing defines `%s(...)`", name),
                    name.text(), known));
        } else {
            report(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(), "`%s` is a tensor and cannot be called", name)
                    .help("subscripts are written in brackets: `%s[...]`", name));
        }
    }

    /** The body of a scalar function knows its parameters and other scalar functions. */
    static void scalar(Item.ScalarFunction scalar, Visible visible, Diagnostics diagnostics) {
        var parameters = new LinkedHashMap<String, Span>();
        for (Name parameter : scalar.parameters()) {
            var before = parameters.putIfAbsent(parameter.text(), parameter.span());
            if (before != null) {
                diagnostics.report(Diagnostic.of(CheckCode.DUPLICATE_NAME, parameter.span(), "there are two parameters `%s`",
                        parameter)
                        .label(before, "the other one"));
            }
        }
        new ExpressionNames(name -> {
            if (!parameters.containsKey(name.text())) {
                diagnostics.report(Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_NAME, name.span(), "nothing defines `%s`",
                        name)
                        .note("a scalar function sees its parameters only"), name.text(), List.copyOf(parameters.keySet())));
            }
        }, name -> {
            if (visible.ambiguous().containsKey(name.text())) {
                diagnostics.report(visible.ambiguity(name));
            } else if (!visible.scalars().containsKey(name.text()) && !Builtins.isKnown(name.text())) {
                diagnostics.report(Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_MODULE, name.span(),
                        "nothing defines a scalar function `%s`", name),
                        name.text(), List.copyOf(visible.scalars().keySet())));
            }
        }, _ -> { }, _ -> { }).visit(scalar.body());
    }
}

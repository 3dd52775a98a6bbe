package pleat.ir.text;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/**
 * Writes a tensor module as text that {@link Parser} reads back. Canonical: modules that differ in nothing but the spelling of
 * clashing names give the same bytes.
 */
public final class Printer {
    /** The text of a module and where its ops stand in it. */
    public record Printed(String text, Spans spans) {}

    /** Offsets in the text, before there is a source to make a span of. */
    private record Place(int start, int end) {}

    private final StringBuilder out = new StringBuilder();
    private final TypePrinter types = new TypePrinter();
    private final Map<Object, Place> places = new IdentityHashMap<>();

    private Printer() {}

    public static String print(TensorModule module) {
        var printer = new Printer();
        printer.module(module);
        return printer.out.toString();
    }

    /** As {@link #print}, with spans in a source that is called by the module's name. */
    public static Printed printWithSpans(TensorModule module) {
        var printer = new Printer();
        printer.module(module);
        var source = new Source("@" + module.name(), printer.out.toString());
        var spans = new Spans(source);
        printer.places.forEach((object, place) -> spans.put(object, new Span(source, place.start(), place.end())));
        return new Printed(source.text(), spans);
    }

    private void module(TensorModule module) {
        out.append("module tensor ").append(Strings.global(module.name()));
        module.device().ifPresent(device -> out.append(' ').append(device.mesh()).append(' ').append(device));
        out.append(" entry ").append(Strings.global(module.entry()));
        out.append(" {\n");
        var separator = "";
        for (Function function : module.functions().values()) {
            out.append(separator);
            function(function);
            separator = "\n";
        }
        out.append("}\n");
    }

    private void function(Function function) {
        var names = Names.byIdentity();
        var ops = new OpPrinter(names, types);
        int start = out.length() + 2;
        var parameters = function.parameters().stream().map(p -> parameter(p, names)).collect(Collectors.joining(", ", "(", ")"));
        // The body first: the head bounds the symbols of both.
        var lines = function.body().stream().map(ops::print).toList();
        out.append("  func ").append(Strings.global(function.name())).append(parameters).append(types.where());
        places.put(function, new Place(start, out.length()));
        out.append(" {\n");
        for (int i = 0; i < lines.size(); i++) {
            out.append("    ").append(lines.get(i)).append('\n');
            places.put(function.body().get(i), new Place(out.length() - 1 - lines.get(i).length(), out.length() - 1));
        }
        var returns = function.returns().stream().map(r -> " " + ops.use(r.value()) + " " + Strings.quoted(r.external())
                + MeshPrinter.after(r.sharding()))
                .collect(Collectors.joining(","));
        out.append("    return").append(returns).append("\n  }\n");
    }

    private String parameter(Parameter parameter, Names names) {
        var name = names.define(parameter.value(), parameter.value().name());
        var role = parameter.role() == Role.PLAIN ? "" : FunctionParser.text(parameter.role()) + " ";
        boolean isNamedAsItself = parameter.role() == Role.PLAIN && parameter.external().equals(name);
        return role + "%" + name + ": " + types.print(parameter.value().type())
                + (isNamedAsItself ? "" : " " + Strings.quoted(parameter.external())) + MeshPrinter.after(parameter.sharding());
    }
}

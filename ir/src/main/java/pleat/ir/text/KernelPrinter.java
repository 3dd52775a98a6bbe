package pleat.ir.text;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;

/** Writes a kernel as text that {@link KernelParser} reads back. Canonical, as {@link Printer} is. */
public final class KernelPrinter {
    private KernelPrinter() {}

    public static String print(Kernel kernel) {
        var out = new PlacedText();
        print(kernel, kernel.name(), out);
        return out.toString();
    }

    /** As {@link #print}, with spans in a source that is called by the kernel's name. */
    public static Printer.Printed printWithSpans(Kernel kernel) {
        var out = new PlacedText();
        print(kernel, kernel.name(), out);
        return out.printed("@" + kernel.name());
    }

    static void print(Kernel kernel, String name, PlacedText out) {
        var buffers = Names.byEquality();
        var axes = Names.byEquality();
        var types = new TypePrinter();
        var parameters = IntStream.range(0, kernel.parameters().size()).mapToObj(p -> parameter(kernel.parameters().get(p), p, buffers, types))
                .collect(Collectors.joining(", ", "(", ")"));
        var axisTexts = IntStream.range(0, kernel.axes().size()).mapToObj(a -> axis(kernel.axes().get(a), a, axes))
                .collect(Collectors.joining(", ", "\n    axes(", ")"));
        int start = out.length();
        out.append("kernel ").append(Strings.global(name)).append(parameters).append(axisTexts);
        out.place(kernel, start);
        out.append(" {\n");
        new TileOpPrinter(out, buffers, axes, kernel.axes().size()).print(kernel.body(), "  ");
        out.append("}\n");
    }

    private static String parameter(Kernel.Parameter parameter, int position, Names names, TypePrinter types) {
        var mode = switch (parameter.mode()) {
            case IN -> "";
            case TAKEN -> "taken ";
            case OUT -> "out ";
        };
        return mode + "%" + names.define(position, parameter.name()) + ": " + types.print(parameter.type()) + " " + parameter.layout();
    }

    private static String axis(KernelAxis axis, int position, Names names) {
        var name = names.define(position, Names.legalWord(axis.name()));
        var block = axis.role() == Role.WHOLE ? "" : " by " + axis.block();
        return text(axis.role()) + " " + name + ": " + axis.extent() + block;
    }

    static String text(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}

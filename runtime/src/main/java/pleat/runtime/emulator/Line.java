package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An instruction as it is written, and what its names mean. */
final class Line {
    private final Scope scope;
    private final Registers registers;
    private final Map<String, Long> symbols;
    private final List<String> parts;
    private final List<String> operands;
    /** Registers that it names, as far as they were asked for. */
    private final List<Row> named = new ArrayList<>();

    /** @param text without its guard */
    Line(String text, Scope scope, Registers registers, Map<String, Long> symbols) {
        int space = text.indexOf(' ');
        this.scope = scope;
        this.registers = registers;
        this.symbols = symbols;
        this.parts = List.of((space < 0 ? text : text.substring(0, space)).replace("::", "__").split("\\."));
        this.operands = space < 0 ? List.of() : split(text.substring(space + 1));
    }

    /** The first word of the instruction, such as `ld`. */
    String name() {
        return parts.getFirst();
    }

    String part(int i) {
        return i < parts.size() ? parts.get(i) : "";
    }

    boolean has(String part) {
        return parts.contains(part);
    }

    /** The type that stands {@code fromEnd} types before the last. */
    Type type(int fromEnd) {
        List<String> types = parts.stream().skip(1).filter(Type::isName).toList();
        if (types.size() <= fromEnd) {
            throw new PtxSyntax("the instruction names no type");
        }
        return Type.named(types.get(types.size() - 1 - fromEnd));
    }

    Type type() {
        return type(0);
    }

    int operandCount() {
        return operands.size();
    }

    String operand(int i) {
        if (i >= operands.size()) {
            throw new PtxSyntax("the instruction has " + operands.size() + " operands and needs more");
        }
        return operands.get(i);
    }

    /** The row of an operand; a constant gets one of the width asked for. */
    Row row(int i, boolean wide) {
        return row(operand(i), wide);
    }

    Row row(String text, boolean wide) {
        if (scope.hasRow(text)) {
            named.add(scope.row(text));
            return named.getLast();
        }
        if (text.equals("_")) {
            return registers.fresh(wide);
        }
        for (Special special : Special.values()) {
            if (special.spelling().equals(text)) {
                return registers.special(special);
            }
        }
        return registers.constant(wide, constant(text));
    }

    /** Those of some registers that it names, by where narrow ones are. */
    int[] namedOf(Set<Integer> registers) {
        return named.stream().filter(row -> !row.isWide() && registers.contains(row.base())).mapToInt(Row::base).distinct().toArray();
    }

    int narrow(int i) {
        return row(i, false).narrowBase();
    }

    int wide(int i) {
        return row(i, true).wideBase();
    }

    /** The rows of an operand in braces, or of one that stands alone. */
    List<Row> rows(int i, boolean wide) {
        String text = operand(i);
        List<String> all = text.startsWith("{") ? split(text.substring(1, text.length() - 1)) : List.of(text);
        return all.stream().map(t -> row(t, wide)).toList();
    }

    long constant(String text) {
        if (symbols.containsKey(text)) {
            return symbols.get(text);
        }
        try {
            return number(text);
        } catch (NumberFormatException e) {
            throw new PtxSyntax("`" + text + "` is not a register, a constant or a name that the emulator knows");
        }
    }

    private static long number(String text) {
        if (text.startsWith("0f") || text.startsWith("0F")) {
            return Integer.parseUnsignedInt(text.substring(2), 16);
        }
        if (text.startsWith("0d") || text.startsWith("0D")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        String digits = text.endsWith("U") ? text.substring(0, text.length() - 1) : text;
        if (digits.startsWith("0x")) {
            return Long.parseUnsignedLong(digits.substring(2), 16);
        }
        return digits.startsWith("-") ? Long.parseLong(digits) : Long.parseUnsignedLong(digits);
    }

    /** An operand in brackets. */
    Address address(int i) {
        String text = operand(i).substring(1, operand(i).length() - 1).strip();
        int plus = text.indexOf('+');
        String base = plus < 0 ? text : text.substring(0, plus).strip();
        long offset = plus < 0 ? 0 : number(text.substring(plus + 1).strip());
        return new Address(row(base, true), offset);
    }

    /** An address for each lane. */
    record Address(Row base, long offset) {
        long get(Warp warp, int lane) {
            return base.get(warp, lane) + offset;
        }

        /** Puts those of lanes into {@link Warp#addresses} side by side, less the base of their window. */
        void gather(Warp warp, int lanes, long window) {
            long[] all = warp.addresses;
            int first = base.base();
            int i = 0;
            if (base.isWide()) {
                for (int rest = lanes; rest != 0; rest &= rest - 1) {
                    all[i++] = warp.wide[first + Lanes.first(rest)] + offset - window;
                }
            } else {
                for (int rest = lanes; rest != 0; rest &= rest - 1) {
                    all[i++] = (warp.narrow[first + Lanes.first(rest)] & 0xffffffffL) + offset - window;
                }
            }
        }
    }

    int target(int i) {
        return scope.target(operand(i));
    }

    static List<String> split(String text) {
        var all = new ArrayList<String>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (c == ',' && depth == 0 || c == '|' && depth == 0) {
                all.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        all.add(text.substring(from).strip());
        return List.copyOf(all);
    }
}

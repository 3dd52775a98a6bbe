package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pleat.runtime.emulator.Finding.Origin;

/** Reads a PTX text. Variables of global memory are allocated as they are read. */
final class PtxParser {
    private static final Pattern VARIABLE = Pattern.compile(
            "(?:\\.(?:visible|extern|weak) )*\\.(shared|global|local|const)(?: \\.align (\\d+))? \\.(\\w+) ([\\w$]+)(?:\\[(\\d*)\\])?(?: = (.*))?");
    private static final Pattern ENTRY = Pattern.compile(".*\\.entry ([\\w$]+) ?(?:\\((.*?)\\))?.*");
    private static final Pattern PARAMETER = Pattern.compile(
            "\\.param (?:\\.align (\\d+) )?\\.(\\w+) (?:\\.ptr .*?)?([\\w$]+)(?:\\[(\\d+)\\])?");
    private static final Pattern REGISTERS = Pattern.compile("([%\\w$]+?)(?:<(\\d+)>)?");
    private static final Pattern GUARD = Pattern.compile("@(!?)([%\\w$]+) (.*)");

    private final List<Statement> statements;
    private final DeviceMemory memory;
    private final Map<String, Long> symbols = new LinkedHashMap<>();
    /** Shared memory whose size a launch gives, with its alignment. */
    private final Map<String, Integer> dynamic = new LinkedHashMap<>();
    private final List<Program> programs = new ArrayList<>();
    private int at;
    private int sharedBytes;
    private int localBytes;
    private int parameterBytes;

    private PtxParser(List<Statement> statements, DeviceMemory memory) {
        this.statements = statements;
        this.memory = memory;
    }

    static List<Program> parse(String ptx, DeviceMemory memory) {
        var parser = new PtxParser(StatementReader.read(ptx), memory);
        while (parser.at < parser.statements.size()) {
            Statement statement = parser.statements.get(parser.at++);
            try {
                parser.top(statement);
            } catch (PtxSyntax e) {
                throw e.getMessage().startsWith("PTX line") ? e : e.at(statement);
            }
        }
        return List.copyOf(parser.programs);
    }

    private void top(Statement statement) {
        Matcher entry = ENTRY.matcher(statement.text());
        if (entry.matches()) {
            kernel(entry.group(1), entry.group(2) == null ? "" : entry.group(2));
        } else {
            variable(statement.text());
        }
    }

    private void variable(String text) {
        Matcher m = VARIABLE.matcher(text);
        if (!m.matches()) {
            throw new PtxSyntax("the emulator does not know this statement");
        }
        int unit = Type.named(m.group(3)).bytes();
        int alignment = m.group(2) == null ? unit : Integer.parseInt(m.group(2));
        int count = m.group(5) == null ? 1 : m.group(5).isEmpty() ? 0 : Integer.parseInt(m.group(5));
        switch (m.group(1)) {
            case "shared" -> {
                if (count == 0) {
                    dynamic.put(m.group(4), alignment);
                    return;
                }
                sharedBytes = align(sharedBytes, alignment);
                symbols.put(m.group(4), Space.FIRST + sharedBytes);
                sharedBytes += unit * count;
            }
            case "local" -> {
                localBytes = align(localBytes, alignment);
                symbols.put(m.group(4), Space.FIRST + localBytes);
                localBytes += unit * count;
            }
            default -> symbols.put(m.group(4), global(unit, count, m.group(6)));
        }
    }

    private long global(int unit, int count, String values) {
        long address = memory.allocate((long) unit * count);
        if (values != null) {
            List<String> all = Line.split(values.replaceAll("[{}]", ""));
            for (int i = 0; i < all.size(); i++) {
                new GlobalView(memory).store(address + (long) i * unit, unit, Long.decode(all.get(i)));
            }
        }
        return address;
    }

    private static int align(int offset, int alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    private void kernel(String name, String parameters) {
        parameterBytes = 0;
        localBytes = 0;
        if (!parameters.isBlank()) {
            Line.split(parameters).forEach(this::parameter);
        }
        if (at == statements.size() || !statements.get(at).text().equals("{")) {
            throw new PtxSyntax("a kernel without a body");
        }
        var body = new Body();
        int first = at;
        body.walk(true);
        int end = at;
        placeDynamic();
        at = first;
        body.walk(false);
        at = end;
        programs.add(new Program(name, Meetings.found(SumRegisters.watched(body.code, body.lines)), body.registers,
                new Program.Memory(sharedBytes, body.grain, localBytes, parameterBytes)));
    }

    /** What a launch adds comes after all that is declared, also where that is declared later. */
    private void placeDynamic() {
        dynamic.values().forEach(alignment -> sharedBytes = align(sharedBytes, alignment));
        dynamic.keySet().forEach(name -> symbols.put(name, Space.FIRST + sharedBytes));
    }

    private void parameter(String text) {
        Matcher m = PARAMETER.matcher(text);
        if (!m.matches()) {
            throw new PtxSyntax("`" + text + "` is not a parameter");
        }
        int unit = Type.named(m.group(2)).bytes();
        parameterBytes = align(parameterBytes, m.group(1) == null ? unit : Integer.parseInt(m.group(1)));
        symbols.put(m.group(3), Space.FIRST + parameterBytes);
        parameterBytes += m.group(4) == null ? unit : unit * Integer.parseInt(m.group(4));
    }

    /** Reads a body twice: once for names, as branches go forward and shared memory may be declared late, and once for instructions. */
    private final class Body {
        private final Registers registers = new Registers();
        private final List<Instruction> code = new ArrayList<>();
        /** Those of the instructions. */
        private final List<Line> lines = new ArrayList<>();
        private final List<Scope> scopes = new ArrayList<>();
        private Scope scope = new Scope();
        private int grain = Program.MOST_GRAIN;
        private int counted;
        private int entered;

        void walk(boolean declaring) {
            int depth = 0;
            entered = 0;
            do {
                Statement statement = statements.get(at++);
                if (statement.text().equals("{")) {
                    depth++;
                    enter(declaring);
                } else if (statement.text().equals("}")) {
                    depth--;
                    scope = scope.outer();
                } else {
                    statement(statement, declaring);
                }
            } while (depth > 0);
        }

        private void enter(boolean declaring) {
            if (declaring) {
                scopes.add(new Scope(scope));
            }
            scope = scopes.get(entered++);
        }

        private void statement(Statement statement, boolean declaring) {
            try {
                if (statement.isLabel() || statement.text().startsWith(".")) {
                    if (declaring) {
                        declare(statement);
                    }
                } else if (declaring) {
                    counted++;
                } else {
                    code.add(decode(statement));
                }
            } catch (PtxSyntax e) {
                throw e.at(statement);
            }
        }

        private void declare(Statement statement) {
            String text = statement.text();
            if (statement.isLabel()) {
                scope.label(statement.label(), counted);
            } else if (text.startsWith(".reg ")) {
                int space = text.indexOf(' ', 5);
                boolean wide = Type.named(text.substring(6, space)).isWide();
                Line.split(text.substring(space + 1)).forEach(names -> registers(names, wide));
            } else if (!text.startsWith(".pragma")) {
                variable(text);
            }
        }

        private void registers(String names, boolean wide) {
            Matcher m = REGISTERS.matcher(names);
            if (!m.matches()) {
                throw new PtxSyntax("`" + names + "` is not the name of registers");
            }
            if (m.group(2) == null) {
                scope.declare(m.group(1), registers.fresh(wide));
                return;
            }
            for (int i = 0; i < Integer.parseInt(m.group(2)); i++) {
                scope.declare(m.group(1) + i, registers.fresh(wide));
            }
        }

        private Instruction decode(Statement statement) {
            Matcher guard = GUARD.matcher(statement.text());
            boolean guarded = guard.matches();
            var line = new Line(guarded ? guard.group(3) : statement.text(), scope, registers, symbols);
            grain = Math.min(grain, MemorySteps.grain(line));
            lines.add(line);
            int row = guarded ? scope.row(guard.group(2)).narrowBase() : -1;
            return new Instruction(new Origin(statement.line(), statement.source(), statement.text()), row,
                    guarded && !guard.group(1).isEmpty(), Decoder.decode(line));
        }
    }
}

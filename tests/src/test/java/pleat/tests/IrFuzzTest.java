package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelParser;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.text.Parser;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;
import pleat.ir.text.Printer;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.ir.verify.KernelVerifier;
import pleat.ir.verify.LaneVerifier;
import pleat.ir.verify.PlanVerifier;
import pleat.ir.verify.Verifier;

/**
 * Texts that nobody would write: they are read or refused with diagnostics, and nothing else happens. What is read is printed so
 * that it reads back, and what also verifies runs. {@code -Dpleat.fuzz=N} sets how many texts are tried.
 */
final class IrFuzzTest {
    /** More work than this is no test of the parser. */
    private static final double MOST_POINTS = 1e5;

    private static final List<String> PIECES = List.of("%", "@", "(", ")", "[", "]", "{", "}", ",", ":", "=", "+", "-", "*", "/",
            "?", "->", "..", "%x", "@main", "i", "sum", "max(", "call", "repeat 3", "over(", "where", "f32", "i64", "0", "1", "-1",
            "7", "1e9", "\"", "\\", ";", "\n", "\t", "\u0000", "\ud83d\ude00", "99999999999999999999", "1099511627776", "select(",
            "pos(i)", "reversed", "@ a:1:2");

    private final Random random = new Random(20240607);
    private int refused;
    private int read;
    private int verified;
    private int run;

    /** Texts that are read, and texts that are refused for what they mean. */
    private static List<String> seeds() throws IOException {
        var seeds = new ArrayList<String>();
        for (var file : Stream.of("tests/golden", "tests/text",
                "tests/verify").flatMap(folder -> Goldens.files(folder).stream()).toList()) {
            seeds.addAll(List.of(Files.readString(file).split("; ---- expect\n")));
        }
        return seeds;
    }

    @Test
    void whateverIsWrittenIsReadOrRefused() throws IOException {
        List<String> seeds = seeds();
        int count = Integer.getInteger("pleat.fuzz", 4000);
        for (int i = 0; i < count; i++) {
            String text = seeds.get(random.nextInt(seeds.size()));
            Level level = Level.of(text);
            int mutations = 1 + random.nextInt(1 + random.nextInt(4));
            for (int m = 0; m < mutations; m++) {
                text = mutated(text, seeds);
            }
            tryText(level, text);
        }
        System.out.printf("IR texts: %d tried, %d refused by the parser, %d read, of these %d verified and %d run%n", count,
                refused, read,
                verified, run);
        assertTrue(refused > 0 && read > 0 && verified > 0 && run > 0);
    }

    private String mutated(String text, List<String> seeds) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + 1 + random.nextInt(random.nextInt(10) == 0 ? 200 : 6));
        String other = seeds.get(random.nextInt(seeds.size()));
        int from = random.nextInt(other.length());
        return switch (random.nextInt(7)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> text.substring(0, at) + PIECES.get(random.nextInt(PIECES.size())) + text.substring(at);
            case 2 -> text.substring(0, at) + PIECES.get(random.nextInt(PIECES.size())) + text.substring(end);
            case 3 -> text.substring(0, at) + other.substring(from, Math.min(other.length(), from + 1 + random.nextInt(60)))
                    + text.substring(at);
            case 4 -> withLine(text, other);
            case 5 -> withDigit(text);
            default -> text.substring(0, at) + text.substring(at, end) + text.substring(at);
        };
    }

    private String withLine(String text, String other) {
        var lines = new ArrayList<>(text.lines().toList());
        List<String> others = other.lines().toList();
        if (!lines.isEmpty() && !others.isEmpty()) {
            lines.add(random.nextInt(lines.size()), others.get(random.nextInt(others.size())));
        }
        return String.join("\n", lines);
    }

    private String withDigit(String text) {
        var digits = new ArrayList<Integer>();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isDigit(text.charAt(i))) {
                digits.add(i);
            }
        }
        if (digits.isEmpty()) {
            return text;
        }
        int at = digits.get(random.nextInt(digits.size()));
        return text.substring(0, at) + random.nextInt(12) + text.substring(at + 1);
    }

    private void tryText(Level level, String text) {
        try {
            boolean isRight = switch (level) {
                case TENSOR -> tryTensor(new Source("fuzz.ir", text));
                case KERNEL -> {
                    var parsed = KernelParser.parse(new Source("fuzz.ir", text));
                    assertReadsBack(KernelPrinter.print(parsed.kernel()),
                            printed -> KernelPrinter.print(KernelParser.parse(printed).kernel()));
                    yield KernelVerifier.check(parsed).isEmpty();
                }
                case PLAN -> {
                    var parsed = PlanParser.parse(new Source("fuzz.ir", text));
                    assertReadsBack(PlanPrinter.print(parsed.plan()),
                            printed -> PlanPrinter.print(PlanParser.parse(printed).plan()));
                    yield PlanVerifier.check(parsed).isEmpty();
                }
                case LANE -> {
                    var parsed = LaneParser.parse(new Source("fuzz.ir", text));
                    assertReadsBack(LanePrinter.print(parsed.kernel()), printed -> LanePrinter.print(LaneParser.parse(printed).kernel()));
                    yield LaneVerifier.check(parsed).isEmpty();
                }
            };
            verified += isRight ? 1 : 0;
        } catch (DiagnosticsException refusal) {
            refused++;
            assertTrue(refusal.getMessage().startsWith("error[I"), refusal.getMessage());
        } catch (RuntimeException | StackOverflowError | AssertionError failure) {
            throw new AssertionError("on the text\n" + text, failure);
        }
    }

    private boolean tryTensor(Source source) {
        var parsed = Parser.parse(source);
        assertReadsBack(Printer.print(parsed.module()), printed -> Printer.print(Parser.parse(printed).module()));
        boolean isRight = Verifier.check(parsed).isEmpty();
        if (isRight && isSmall(parsed.module())) {
            Interpreter.run(parsed.module(), arguments(parsed.module()), Interpreter.Options.ROUNDED);
            run++;
        }
        return isRight;
    }

    private void assertReadsBack(String printed, Function<Source, String> readAndPrint) {
        read++;
        assertEquals(printed, readAndPrint.apply(new Source("printed.ir", printed)));
    }

    private static boolean isSmall(TensorModule module) {
        double points = 0;
        for (var function : module.functions().values()) {
            for (Op op : function.body()) {
                points += switch (op) {
                    case Op.Compute compute -> product(compute.equation().axes().stream().map(axis -> axis.extent()));
                    case Op.Repeat repeat -> repeat.body().count();
                    case Op.Call _, Op.Gather _, Op.ScatterAdd _, Op.Random _ -> 1;
                    // The other devices are not there.
                    case Op.Collective _ -> Double.POSITIVE_INFINITY;
                };
                points += op.results().stream().mapToDouble(result -> product(result.type().dims().stream())).sum();
            }
            points += function.arguments().stream().mapToDouble(value -> product(value.type().dims().stream())).sum();
        }
        return points < MOST_POINTS;
    }

    /** Infinite if a size is not bound. */
    private static double product(Stream<Dim> dims) {
        return dims.mapToDouble(dim -> dim.isKnown() ? dim.known() : Double.POSITIVE_INFINITY)
                .reduce(1, (a, b) -> a == 0 || b == 0 ? 0 : a * b);
    }

    private List<NdArray> arguments(TensorModule module) {
        return module.entryFunction().arguments().stream().map(value -> {
            TensorType type = value.type();
            return NdArray.of(random.doubles(type.elements(), -2, 5).toArray(), type.shape());
        }).toList();
    }
}

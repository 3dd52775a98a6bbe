package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.diagnostic.Code;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.TextCode;
import pleat.ir.verify.KernelCode;
import pleat.ir.verify.LaneCode;
import pleat.ir.verify.PlanCode;
import pleat.ir.verify.VerifyCode;

/**
 * Every file of tests/verify is refused with the messages that its lines announce by {@code ; error: ...}, and with no others.
 */
final class VerifyTest {
    private static final String ANNOUNCED = "; error: ";

    /** What no text can say: the parser refuses it first. VerifierTest provokes them. */
    private static final EnumSet<VerifyCode> NOT_IN_TEXT = EnumSet.of(VerifyCode.USED_TOO_EARLY, VerifyCode.DEFINED_AGAIN);

    /** In a text a kernel has one name. PlanVerifierTest provokes it. */
    private static final EnumSet<PlanCode> NOT_IN_PLAN_TEXT = EnumSet.of(PlanCode.KERNEL);

    static List<Path> files() {
        return Goldens.files("tests/verify");
    }

    private static List<Diagnostic> found(Path file) throws IOException {
        String text = Files.readString(file);
        return Level.of(text).check(new Source(file.getFileName().toString(), text));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void refusedOnTheLinesThatSayIt(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        var expected = new ArrayList<String>();
        for (int i = 0; i < lines.size(); i++) {
            int at = lines.get(i).indexOf(ANNOUNCED);
            if (at >= 0) {
                expected.add((i + 1) + ": " + lines.get(i).substring(at + ANNOUNCED.length()));
            }
        }
        List<Diagnostic> found = found(file);
        assertEquals(String.join("\n", expected),
                found.stream().map(d -> d.span().line() + ": " + d.message()).collect(Collectors.joining("\n")));
        String name = file.getFileName().toString();
        assertTrue(found.stream().anyMatch(d -> name.startsWith(d.code().id() + "-")), name + " is not about its code");
    }

    @Test
    void everyCodeHasAFile() {
        var names = files().stream().map(file -> file.getFileName().toString()).toList();
        Stream.of(TextCode.values(), EnumSet.complementOf(NOT_IN_TEXT).toArray(Code[]::new), KernelCode.values(), LaneCode.values(),
                EnumSet.complementOf(NOT_IN_PLAN_TEXT).toArray(Code[]::new))
                .flatMap(Stream::of).map(Code::id).forEach(id ->
                assertTrue(names.stream().anyMatch(name -> name.startsWith(id + "-")), "no file for " + id));
    }
}

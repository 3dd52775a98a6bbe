package pleat.cli.calibrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.cli.machine.MachineFile;
import pleat.cli.machine.Machines;

final class MachineTextTest {
    /** Figures are rounded to four digits once, and never again. */
    @Test
    void whatIsWrittenIsReadAgain() {
        for (String name : Machines.names()) {
            String text = MachineText.of(Machines.named(name));
            assertEquals(text, MachineText.of(MachineFile.parse(name, name, text)));
        }
    }
}

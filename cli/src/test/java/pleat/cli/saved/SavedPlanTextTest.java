package pleat.cli.saved;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;

class SavedPlanTextTest {
    private static final String PLAN = """
            pleat plan 1
            model EvoformerStack
            set no_blocks = 4
            set r = 16
            batch 3
            gradients grad/in/* grad/param/*
            keep EvoformerBlock/x EvoformerBlock/y
            end EvoformerBlock_adjoint/z
            code dtype=bf16 fuse=true windows=false hoist=true overlap=false
            fact machine = host
            fact estimate_ms = 12.5
            runs EvoformerBlock = 1 3
            once 0 1
            shards mesh(data = 2, model = 3) {
              func @main {
                %m: split(model 0: 8 by 1)
                %z: whole cut(data axis 0 by 1)
              }
            }
            """;

    @TempDir
    Path folder;

    private static String refusal(String text) {
        return assertThrows(PleatException.class, () -> SavedPlanText.parse("a.plan", text)).getMessage();
    }

    @Test
    void whatIsWrittenIsReadBack() {
        var plan = SavedPlanText.parse("a.plan", PLAN);
        assertEquals(PLAN, SavedPlanText.print(plan));
        assertEquals(6, plan.devices());
        assertEquals(DType.BF16, plan.code().storage());
        var file = folder.resolve("a.plan");
        SavedPlanText.write(file, plan);
        assertTrue(SavedPlanText.isSaved(file));
        assertEquals(plan, SavedPlanText.read(file));
    }

    @Test
    void factsDoNotChangeWhatAPlanIs() {
        var plan = SavedPlanText.parse("a.plan", PLAN);
        assertEquals(plan.name(), plan.with("measured_ms", 13.25).name());
        assertTrue(SavedPlanText.print(plan.with("measured_ms", 13.25)).contains("\nfact measured_ms = 13.25\nruns"));
        assertNotEquals(plan.name(), SavedPlanText.parse("a.plan", PLAN.replace("r = 16", "r = 17")).name());
    }

    @Test
    void whatIsNoPlanIsRefusedWithItsLine() {
        assertEquals("a.plan:3: `seet` is no word of a plan", refusal(PLAN.replace("set no_blocks", "seet no_blocks")));
        assertEquals("a.plan:4: `r: 16` is not of the form `NAME = VALUE`", refusal(PLAN.replace("r = 16", "r: 16")));
        assertEquals("a.plan:5: `no_blocks` is said twice", refusal(PLAN.replace("set r", "set no_blocks = 5\nset r").replaceFirst("set no_blocks = 4\n",
                "set no_blocks = 4\nset c = 1\n")));
        assertEquals("a.plan:12: `EvoformerBlock 1 3` is not of the form `FUNCTION = COPIES COPIES`", refusal(PLAN.replace("Block = 1", "Block 1")));
        assertEquals("plan `a.plan` says `0` where a number of at least 1 is expected", refusal(PLAN.replace("= 1 3", "= 1 0")));
        assertEquals("plan `a.plan` lacks the line `code`", refusal(PLAN.replaceFirst("code .*\n", "")));
        assertEquals("`a.plan` is no plan of format `pleat plan 1`: it starts with `pleat plan 2`", refusal(PLAN.replace("plan 1", "plan 2")));
        assertEquals("plan `a.plan` says of its code `fuse=yes`, and it is true or false", refusal(PLAN.replace("fuse=true", "fuse=yes")));
        assertEquals("plan `a.plan` stores `f8`, and code is made for f32, bf16 and f16", refusal(PLAN.replace("bf16", "f8")));
        assertTrue(refusal(PLAN.replace("%z: whole", "%z whole")).contains("a.plan:17:"), refusal(PLAN.replace("%z: whole", "%z whole")));
    }

    @Test
    void aPlanThatIsCutOffIsRefused() {
        assertEquals("plan `a.plan` is cut off: it does not say how the work is spread over devices (`shards`)", refusal(PLAN.substring(0, PLAN.indexOf("shards"))));
        assertThrows(PleatException.class, () -> SavedPlanText.parse("a.plan", PLAN.substring(0, PLAN.length() - 3)));
    }

    @Test
    void otherFilesAreNoPlans() throws IOException {
        assertFalse(SavedPlanText.isSaved(folder));
        assertFalse(SavedPlanText.isSaved(folder.resolve("none")));
        assertFalse(SavedPlanText.isSaved(Files.write(folder.resolve("b"), new byte[] {1, 2, -3})));
        assertThrows(UserException.class, () -> SavedPlanText.read(folder.resolve("none")));
    }
}

package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class StorageTest {
    private static final int LANES = 8;

    @Test
    void bf16IsRoundedToNearestEvenAndKeepsWhatIsNotANumber() throws Throwable {
        var module = new ModuleText();
        module.define("@round", () -> {
            var f = new FunctionText("define void @round(ptr %from, ptr %to, i64 %count)");
            f.label("entry");
            Storage.BF16.storeFirst(f, module, Storage.F32.loadFirst(f, module, "%from", LANES, "%count"), "%to", LANES, "%count");
            f.line("ret void");
            return f.close();
        });
        try (Arena arena = Arena.ofConfined()) {
            var round = NativeCode.of(module.text(), arena).procedure("round", ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG);
            int[] bits = {0x3f80_8000, 0x3f81_8000, 0x3f80_8001, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x8000_7fff};
            int[] want = {0x3f80, 0x3f82, 0x3f81, 0x7f80, 0x7f80, 0x7fc0, 0x8000};
            MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_INT, bits);
            MemorySegment to = arena.allocate(ValueLayout.JAVA_SHORT, LANES);
            to.fill((byte) 0x55);
            round.invokeExact(from, to, (long) bits.length);
            for (int i = 0; i < bits.length; i++) {
                assertEquals(want[i], Short.toUnsignedInt(to.getAtIndex(ValueLayout.JAVA_SHORT, i)), Integer.toHexString(bits[i]));
            }
            assertEquals(0x5555, to.getAtIndex(ValueLayout.JAVA_SHORT, bits.length), "past the last element");
            round.invokeExact(MemorySegment.NULL, MemorySegment.NULL, 0L);
        }
    }
}

package pleat.runtime.emulator;

import static pleat.runtime.emulator.Numbers.bits;
import static pleat.runtime.emulator.Numbers.f32;
import static pleat.runtime.emulator.Row.LANES;

import java.util.Optional;
import pleat.runtime.emulator.Steps.Full;

/** As {@link FullLoops}, with one operand. */
final class UnaryLoops {
    private UnaryLoops() {}

    /** Of 32-bit whole numbers. */
    static Optional<Full> narrow(String name, int d, int a) {
        return Optional.ofNullable(switch (name) {
            case "neg" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = -r[a + l];
                }
            };
            case "not" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = ~r[a + l];
                }
            };
            default -> null;
        });
    }

    /** Of 32-bit floats, nothing flushed to zero. */
    static Optional<Full> floats(String name, int d, int a) {
        return Optional.ofNullable(switch (name) {
            case "neg" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] ^ Integer.MIN_VALUE;
                }
            };
            case "abs" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] & Integer.MAX_VALUE;
                }
            };
            case "sqrt" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = bits((float) Math.sqrt(f32(r[a + l])));
                }
            };
            case "rcp" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = bits(1 / f32(r[a + l]));
                }
            };
            default -> null;
        });
    }

    /** A 32-bit float as one that tensor cores take. */
    static Full toTf32(int d, int a) {
        return (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = Numbers.toTf32(r[a + l]);
            }
        };
    }

    /** The lower half of a wide operand. */
    static Full lower(int d, int a) {
        return (r, w) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = (int) w[a + l];
            }
        };
    }

    /** The lower half of a narrow operand. */
    static Full lowerHalf(int d, int a) {
        return (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = r[a + l] & 0xffff;
            }
        };
    }

    static Full toFloat(boolean signed, int d, int a) {
        return signed ? (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = bits((float) r[a + l]);
            }
        } : (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = bits((float) (r[a + l] & 0xffffffffL));
            }
        };
    }
}

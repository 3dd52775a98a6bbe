package pleat.runtime.emulator;

import static pleat.runtime.emulator.Numbers.bits;
import static pleat.runtime.emulator.Numbers.f32;
import static pleat.runtime.emulator.Row.LANES;

import java.util.Optional;
import pleat.runtime.emulator.Steps.Full;

/** Loops over all lanes, for the instructions that kernels are full of. */
final class FullLoops {
    private FullLoops() {}

    /** Of two narrow operands, with a result as wide as they are. */
    static Optional<Full> narrow(String name, Type type, int d, int a, int b) {
        return Optional.ofNullable(switch (name) {
            case "add" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] + r[b + l];
                }
            };
            case "sub" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] - r[b + l];
                }
            };
            case "and" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] & r[b + l];
                }
            };
            case "or" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] | r[b + l];
                }
            };
            case "xor" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] ^ r[b + l];
                }
            };
            case "shl" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    int by = r[b + l];
                    r[d + l] = (by & ~31) == 0 ? r[a + l] << by : 0;
                }
            };
            case "shr" -> type.isSigned() ? null : (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    int by = r[b + l];
                    r[d + l] = (by & ~31) == 0 ? r[a + l] >>> by : 0;
                }
            };
            case "mul" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] * r[b + l];
                }
            };
            default -> null;
        });
    }

    static Optional<Full> wide(String name, int d, int a, int b) {
        return Optional.ofNullable(switch (name) {
            case "add" -> (_, r) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] + r[b + l];
                }
            };
            case "sub" -> (_, r) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] - r[b + l];
                }
            };
            case "mul" -> (_, r) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] * r[b + l];
                }
            };
            case "and" -> (_, r) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] & r[b + l];
                }
            };
            case "or" -> (_, r) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] | r[b + l];
                }
            };
            default -> null;
        });
    }

    /** Of 32-bit floats, nothing flushed to zero. */
    static Optional<Full> floats(String name, int d, int a, int b) {
        return Optional.ofNullable(switch (name) {
            case "add" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = bits(f32(r[a + l]) + f32(r[b + l]));
                }
            };
            case "sub" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = bits(f32(r[a + l]) - f32(r[b + l]));
                }
            };
            case "mul" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = bits(f32(r[a + l]) * f32(r[b + l]));
                }
            };
            case "max" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    float x = f32(r[a + l]);
                    float y = f32(r[b + l]);
                    r[d + l] = bits(x != x ? y : y != y ? x : Math.max(x, y));
                }
            };
            case "min" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    float x = f32(r[a + l]);
                    float y = f32(r[b + l]);
                    r[d + l] = bits(x != x ? y : y != y ? x : Math.min(x, y));
                }
            };
            default -> null;
        });
    }

    static Full fused(int d, int a, int b, int c) {
        return (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = bits(Math.fma(f32(r[a + l]), f32(r[b + l]), f32(r[c + l])));
            }
        };
    }

    /** {@code a * b + c} of whole numbers. */
    static Full multiplyAdd(int d, int a, int b, int c) {
        return (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = r[a + l] * r[b + l] + r[c + l];
            }
        };
    }

    /** The whole product of two narrow operands, and a wide one added to it. */
    static Full widening(boolean signed, int d, int a, int b) {
        return signed ? (r, w) -> {
            for (int l = 0; l < LANES; l++) {
                w[d + l] = (long) r[a + l] * r[b + l];
            }
        } : (r, w) -> {
            for (int l = 0; l < LANES; l++) {
                w[d + l] = (r[a + l] & 0xffffffffL) * (r[b + l] & 0xffffffffL);
            }
        };
    }

    static Full copy(boolean wide, int d, int a) {
        return wide ? (_, w) -> System.arraycopy(w, a, w, d, LANES) : (r, _) -> System.arraycopy(r, a, r, d, LANES);
    }

    /** A narrow operand in a wide register. */
    static Full extend(boolean signed, int d, int a) {
        return signed ? (r, w) -> {
            for (int l = 0; l < LANES; l++) {
                w[d + l] = r[a + l];
            }
        } : (r, w) -> {
            for (int l = 0; l < LANES; l++) {
                w[d + l] = r[a + l] & 0xffffffffL;
            }
        };
    }

    static Full select(int d, int a, int b, int p) {
        return (r, _) -> {
            for (int l = 0; l < LANES; l++) {
                r[d + l] = (r[p + l] & 1) != 0 ? r[a + l] : r[b + l];
            }
        };
    }

    static Full selectWide(int d, int a, int b, int p) {
        return (r, w) -> {
            for (int l = 0; l < LANES; l++) {
                w[d + l] = (r[p + l] & 1) != 0 ? w[a + l] : w[b + l];
            }
        };
    }

    /** Comparisons of 32-bit whole numbers. */
    static Optional<Full> compare(String comparison, boolean signed, int d, int a, int b) {
        // Unsigned numbers are in the order of signed ones once their highest bits are turned around.
        int turn = signed ? 0 : Integer.MIN_VALUE;
        return Optional.ofNullable(switch (comparison) {
            case "eq" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] == r[b + l] ? 1 : 0;
                }
            };
            case "ne" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = r[a + l] != r[b + l] ? 1 : 0;
                }
            };
            case "lt", "lo" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = (r[a + l] ^ turn) < (r[b + l] ^ turn) ? 1 : 0;
                }
            };
            case "le", "ls" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = (r[a + l] ^ turn) <= (r[b + l] ^ turn) ? 1 : 0;
                }
            };
            case "gt", "hi" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = (r[a + l] ^ turn) > (r[b + l] ^ turn) ? 1 : 0;
                }
            };
            case "ge", "hs" -> (r, _) -> {
                for (int l = 0; l < LANES; l++) {
                    r[d + l] = (r[a + l] ^ turn) >= (r[b + l] ^ turn) ? 1 : 0;
                }
            };
            default -> null;
        });
    }
}

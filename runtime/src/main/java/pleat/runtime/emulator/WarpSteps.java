package pleat.runtime.emulator;

import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import pleat.runtime.emulator.Action.Step;
import pleat.runtime.emulator.Finding.Kind;

/** What lanes of a warp do together with plain registers. */
final class WarpSteps {
    private WarpSteps() {}

    static Action decode(Line line) {
        return switch (line.name()) {
            case "activemask" -> new Action.Single(spread(line.row(0, false), lanes -> lanes));
            case "shfl" -> shuffle(line);
            case "vote" -> new Action.Masked(vote(line), line.narrow(2));
            case "redux" -> new Action.Masked(reduce(line), line.narrow(2));
            default -> throw Decoder.unknown(line);
        };
    }

    private static Step spread(Row d, IntUnaryOperator f) {
        return (warp, lanes) -> {
            int value = f.applyAsInt(lanes);
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                d.set(warp, Lanes.first(rest), value);
            }
        };
    }

    private static Action shuffle(Line line) {
        int shift = line.operandCount() == 6 ? 1 : 0;
        int d = line.narrow(0);
        int valid = shift == 1 ? line.narrow(1) : -1;
        int a = line.narrow(1 + shift);
        int b = line.narrow(2 + shift);
        int c = line.narrow(3 + shift);
        Shuffle mode = Shuffle.named(line.part(2));
        return new Action.Masked((warp, lanes) -> {
            int[] r = warp.narrow;
            int[] before = warp.before;
            System.arraycopy(r, a, before, 0, Row.LANES);
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                int from = source(mode, lane, r[b + lane] & 31, r[c + lane]);
                if (from >= 0 && !Lanes.has(lanes, from)) {
                    throw warp.fault(Kind.MEMBER_MASK, lane, "it takes the value of lane " + from + ", which is not there");
                }
                r[d + lane] = before[from < 0 ? lane : from];
                if (valid >= 0) {
                    r[valid + lane] = from < 0 ? 0 : 1;
                }
            }
        }, line.narrow(4 + shift));
    }

    private enum Shuffle {
        UP, DOWN, BFLY, IDX;

        static Shuffle named(String name) {
            return switch (name) {
                case "up" -> UP;
                case "down" -> DOWN;
                case "bfly" -> BFLY;
                case "idx" -> IDX;
                default -> throw new PtxSyntax("no way to shuffle is called ." + name);
            };
        }
    }

    /** The lane whose value a lane takes, or -1 if it keeps its own. */
    private static int source(Shuffle mode, int lane, int b, int c) {
        int segment = c >> 8 & 31;
        int limit = lane & segment | c & 31 & ~segment;
        int from = switch (mode) {
            case UP -> lane - b;
            case DOWN -> lane + b;
            case BFLY -> lane ^ b;
            case IDX -> lane & segment | b & ~segment;
        };
        return (mode == Shuffle.UP ? from >= limit : from <= limit) ? from : -1;
    }

    private static Step vote(Line line) {
        boolean inverted = line.operand(1).startsWith("!");
        int p = line.row(inverted ? line.operand(1).substring(1) : line.operand(1), false).narrowBase();
        Row d = line.row(0, false);
        String mode = line.part(2);
        return (warp, lanes) -> {
            int holding = 0;
            for (int lane = 0; lane < Row.LANES; lane++) {
                holding |= (warp.narrow[p + lane] & 1) << lane;
            }
            int yes = (inverted ? ~holding : holding) & lanes;
            int result = switch (mode) {
                case "ballot" -> yes;
                case "all" -> yes == lanes ? 1 : 0;
                case "any" -> yes != 0 ? 1 : 0;
                case "uni" -> yes == 0 || yes == lanes ? 1 : 0;
                default -> throw new PtxSyntax("no vote is called ." + mode);
            };
            spread(d, all -> result).run(warp, lanes);
        };
    }

    private static Step reduce(Line line) {
        Type type = line.type();
        LongBinaryOperator f = switch (line.part(2)) {
            case "add" -> Long::sum;
            case "min" -> Math::min;
            case "max" -> Math::max;
            case "and" -> (a, b) -> a & b;
            case "or" -> (a, b) -> a | b;
            case "xor" -> (a, b) -> a ^ b;
            default -> throw Decoder.unknown(line);
        };
        Row d = line.row(0, false);
        Row a = line.row(1, false);
        return (warp, lanes) -> {
            long value = type.extend(a.get(warp, Lanes.first(lanes)));
            for (int rest = lanes & lanes - 1; rest != 0; rest &= rest - 1) {
                value = f.applyAsLong(value, type.extend(a.get(warp, Lanes.first(rest))));
            }
            int result = (int) value;
            spread(d, all -> result).run(warp, lanes);
        };
    }
}

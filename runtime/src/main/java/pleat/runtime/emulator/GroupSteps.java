package pleat.runtime.emulator;

import java.util.function.ObjIntConsumer;
import pleat.runtime.emulator.Action.Step;
import pleat.runtime.emulator.Finding.Kind;

/** Products of matrices by the units of four warps, which go on by themselves until they are waited for. */
final class GroupSteps {
    private static final int ALL = -1;
    /** The operand that says whether the left factor is turned; the next is that of the right one. */
    private static final int LEFT_TURNED = 6;

    private GroupSteps() {}

    static Action decode(Line line) {
        if (!line.has("sync") || !line.has("aligned")) {
            throw Decoder.unknown(line);
        }
        return new Action.Aligned(switch (line.part(1)) {
            case "fence" -> act((warp, _) -> warp.products.fence());
            case "commit_group" -> act((warp, _) -> warp.products.commit());
            case "wait_group" -> {
                int open = (int) line.constant(line.operand(0));
                yield act((warp, _) -> warp.products.await(open));
            }
            case "mma_async" -> multiply(line);
            default -> throw Decoder.unknown(line);
        });
    }

    /** Lets units see what lanes wrote. */
    static Action fence(Line line) {
        boolean isOfShared = line.part(3).isEmpty() || line.part(3).equals("shared__cta");
        if (!line.part(2).equals("async") || !isOfShared) {
            throw Decoder.unknown(line);
        }
        return new Action.Single((warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                warp.fences[Lanes.first(rest)]++;
                warp.barrierFences[Lanes.first(rest)]++;
            }
        });
    }

    /** Lets units see barriers that lanes made. */
    static Action barrierFence(Line line) {
        if (!line.part(1).equals("mbarrier_init") || !line.part(2).equals("release") || !line.part(3).equals("cluster")) {
            throw Decoder.unknown(line);
        }
        return new Action.Single((warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                warp.barrierFences[Lanes.first(rest)]++;
            }
        });
    }

    private static Step act(ObjIntConsumer<Warp> what) {
        return (warp, lanes) -> {
            wantGroup(warp, lanes);
            warp.block.group(warp).act(warp, 0, 0);
            what.accept(warp, lanes);
        };
    }

    private static void wantGroup(Warp warp, int lanes) {
        if (lanes != ALL) {
            throw warp.fault(Kind.DIVERGENCE, Lanes.first(lanes), "it wants all lanes of the warp, and there are " + Lanes.list(lanes));
        }
    }

    private static Step multiply(Line line) {
        var product = product(line);
        boolean isLeftTurned = isTurned(line, LEFT_TURNED);
        boolean isRightTurned = isTurned(line, LEFT_TURNED + 1);
        int left = line.wide(1);
        int right = line.wide(2);
        int added = line.narrow(3);
        return (warp, lanes) -> {
            wantGroup(warp, lanes);
            for (int row : new int[] {left, right}) {
                for (int lane = 1; lane < Row.LANES; lane++) {
                    if (warp.wide[row + lane] != warp.wide[row]) {
                        throw warp.fault(Kind.DESCRIPTOR, lane, "it names another matrix than lane 0");
                    }
                }
            }
            warp.block.group(warp).act(warp, warp.wide[left], warp.wide[right]);
            try {
                warp.products.begin(product, new GroupFactor(Descriptor.of(warp.wide[left]), isLeftTurned),
                        new GroupFactor(Descriptor.of(warp.wide[right]), isRightTurned), (warp.narrow[added] & 1) != 0);
            } catch (Descriptor.Wrong wrong) {
                throw warp.fault(Kind.DESCRIPTOR, ALL, wrong.getMessage());
            }
        };
    }

    /** Numbers of 16 bits may lie turned. */
    private static boolean isTurned(Line line, int operand) {
        return operand < line.operandCount() && line.constant(line.operand(operand)) == 1;
    }

    /** Both factors in shared memory, with their own signs. */
    private static GroupProduct product(Line line) {
        String shape = line.part(4);
        int k = shape.indexOf('k');
        Type type = line.type();
        boolean isKnown = shape.startsWith("m64n") && line.part(5).equals("f32") && line.type(1) == type && line.operand(0).startsWith("{")
                && !line.operand(1).startsWith("{") && (type == Type.TF32 ? shape.endsWith("k8") : (type == Type.BF16 || type == Type.F16) && shape.endsWith("k16"));
        for (int i = 4; i < line.operandCount(); i++) {
            long flag = line.constant(line.operand(i));
            isKnown &= flag == 1 || flag == 0 && i >= LEFT_TURNED;
        }
        if (!isKnown || line.operandCount() != (type == Type.TF32 ? LEFT_TURNED : LEFT_TURNED + 2)) {
            throw Decoder.unknown(line);
        }
        int columns = Integer.parseInt(shape.substring("m64n".length(), k));
        int[] sums = line.rows(0, false).stream().mapToInt(Row::narrowBase).toArray();
        if (columns % 8 != 0 || columns < 8 || columns > 256 || sums.length != columns / 2) {
            throw new PtxSyntax("64 rows by " + columns + " columns are " + columns / 2 + " registers of a thread, not " + sums.length);
        }
        return new GroupProduct(type, columns, sums);
    }
}

package pleat.runtime.emulator;

import java.util.List;
import pleat.runtime.emulator.Action.Step;
import pleat.runtime.emulator.Finding.Kind;

/** Products of small matrices that lie in registers of a whole warp, and the loads that bring them there. */
final class MatrixSteps {
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;
    private static final int MATRIX_ROWS = 8;
    private static final int ROW_BYTES = 16;

    private MatrixSteps() {}

    static Step decode(Line line) {
        return line.name().equals("mma") ? multiply(line) : load(line);
    }

    private static Step multiply(Line line) {
        Type from = line.type(2);
        Type to = line.type(3);
        String shape = line.part(3);
        boolean halves = from == Type.BF16 || from == Type.F16;
        boolean known = line.part(4).equals("row") && line.part(5).equals("col") && line.type(1) == from && line.type(0) == to
                && (to == Type.F32 || to == Type.F16 && from == Type.F16)
                && (halves ? shape.equals("m16n8k16") || shape.equals("m16n8k8")
                        : from == Type.TF32 && (shape.equals("m16n8k8") || shape.equals("m16n8k4")));
        if (!known) {
            throw Decoder.unknown(line);
        }
        int depth = Integer.parseInt(shape.substring("m16n8k".length()));
        int[] d = bases(line.rows(0, false));
        int[] a = bases(line.rows(1, false));
        int[] b = bases(line.rows(2, false));
        int[] c = bases(line.rows(3, false));
        return (warp, lanes) -> {
            wantAll(warp, lanes);
            gather(warp.narrow, a, from, true, depth, warp.left);
            gather(warp.narrow, b, from, false, depth, warp.right);
            if (to == Type.F32) {
                for (int row = 0; row < ROWS; row++) {
                    multiplyRow(warp, c, d, row, depth);
                }
            } else {
                multiplyHalves(warp, c, d, depth);
            }
        };
    }

    /**
     * A row of eight sums. Products of two numbers that tensor cores take are exact in 32 bits, so that adding them in one step changes nothing.
     */
    private static void multiplyRow(Warp warp, int[] c, int[] d, int row, int depth) {
        int[] r = warp.narrow;
        float[] right = warp.right;
        int half = row >> 3 << 1;
        int even = 4 * (row & 7);
        int from = c[half] + even;
        int other = c[half + 1] + even;
        float s0 = Numbers.f32(r[from]);
        float s1 = Numbers.f32(r[other]);
        float s2 = Numbers.f32(r[from + 1]);
        float s3 = Numbers.f32(r[other + 1]);
        float s4 = Numbers.f32(r[from + 2]);
        float s5 = Numbers.f32(r[other + 2]);
        float s6 = Numbers.f32(r[from + 3]);
        float s7 = Numbers.f32(r[other + 3]);
        for (int k = 0; k < depth; k++) {
            float x = warp.left[row * depth + k];
            int at = k * COLUMNS;
            s0 = Math.fma(x, right[at], s0);
            s1 = Math.fma(x, right[at + 1], s1);
            s2 = Math.fma(x, right[at + 2], s2);
            s3 = Math.fma(x, right[at + 3], s3);
            s4 = Math.fma(x, right[at + 4], s4);
            s5 = Math.fma(x, right[at + 5], s5);
            s6 = Math.fma(x, right[at + 6], s6);
            s7 = Math.fma(x, right[at + 7], s7);
        }
        int to = d[half] + even;
        int toOther = d[half + 1] + even;
        r[to] = Numbers.bits(s0);
        r[toOther] = Numbers.bits(s1);
        r[to + 1] = Numbers.bits(s2);
        r[toOther + 1] = Numbers.bits(s3);
        r[to + 2] = Numbers.bits(s4);
        r[toOther + 2] = Numbers.bits(s5);
        r[to + 3] = Numbers.bits(s6);
        r[toOther + 3] = Numbers.bits(s7);
    }

    private static void multiplyHalves(Warp warp, int[] c, int[] d, int depth) {
        int[] r = warp.narrow;
        for (int row = 0; row < ROWS; row++) {
            for (int pair = 0; pair < COLUMNS / 2; pair++) {
                int lane = 4 * (row & 7) + pair;
                int old = r[c[row >> 3] + lane];
                float low = Numbers.f16(old & 0xffff);
                float high = Numbers.f16(old >>> 16);
                for (int k = 0; k < depth; k++) {
                    low += warp.left[row * depth + k] * warp.right[k * COLUMNS + 2 * pair];
                    high += warp.left[row * depth + k] * warp.right[k * COLUMNS + 2 * pair + 1];
                }
                r[d[row >> 3] + lane] = Numbers.toF16(low) | Numbers.toF16(high) << 16;
            }
        }
    }

    private static int[] bases(List<Row> rows) {
        return rows.stream().mapToInt(Row::narrowBase).toArray();
    }

    private static void wantAll(Warp warp, int lanes) {
        if (lanes != -1) {
            throw warp.fault(Kind.DIVERGENCE, Lanes.first(lanes), "it wants all lanes of the warp, and there are " + Lanes.list(lanes));
        }
    }

    /** A as rows of {@code depth}, or B as {@code depth} rows of eight. */
    private static void gather(int[] r, int[] bases, Type type, boolean left, int depth, float[] matrix) {
        int packed = type == Type.TF32 ? 1 : 2;
        int down = left ? depth : 1;
        int along = left ? 1 : COLUMNS;
        for (int register = 0; register < bases.length; register++) {
            int first = (left ? (register & 1) * 8 * depth : 0) + (left ? register >> 1 : register) * 4 * packed * along;
            int base = bases[register];
            for (int lane = 0; lane < Row.LANES; lane++) {
                int bits = r[base + lane];
                int at = first + (lane >> 2) * down + (lane & 3) * packed * along;
                if (type == Type.TF32) {
                    matrix[at] = Numbers.tf32(bits);
                } else {
                    matrix[at] = type == Type.BF16 ? Numbers.bf16(bits & 0xffff) : Numbers.f16(bits & 0xffff);
                    matrix[at + along] = type == Type.BF16 ? Numbers.bf16(bits >>> 16) : Numbers.f16(bits >>> 16);
                }
            }
        }
    }

    private static Step load(Line line) {
        int[] d = bases(line.rows(0, false));
        if (!line.has("m8n8") || MemorySteps.space(line) != Space.SHARED || !line.has("b16")) {
            throw Decoder.unknown(line);
        }
        Line.Address address = line.address(1);
        boolean transposed = line.has("trans");
        int rows = d.length * MATRIX_ROWS;
        int giving = rows == Row.LANES ? -1 : (1 << rows) - 1;
        return (warp, lanes) -> {
            wantAll(warp, lanes);
            address.gather(warp, giving, 0);
            Access.check(warp, giving, Space.SHARED, ROW_BYTES, Access.Use.READ);
            byte[] bytes = warp.block.shared().bytes();
            for (int matrix = 0; matrix < d.length; matrix++) {
                for (int lane = 0; lane < Row.LANES; lane++) {
                    warp.narrow[d[matrix] + lane] = transposed ? pair(warp, bytes, matrix * MATRIX_ROWS, lane)
                            : Bytes.loadInt(bytes, place(warp, matrix * MATRIX_ROWS + (lane >> 2)) + 4 * (lane & 3));
                }
            }
        };
    }

    private static int place(Warp warp, int row) {
        return (int) (warp.addresses[row] - Space.FIRST);
    }

    private static int pair(Warp warp, byte[] bytes, int first, int lane) {
        int row = first + 2 * (lane & 3);
        long low = Bytes.load(bytes, place(warp, row) + 2 * (lane >> 2), 2);
        long high = Bytes.load(bytes, place(warp, row + 1) + 2 * (lane >> 2), 2);
        return (int) (low | high << 16);
    }
}

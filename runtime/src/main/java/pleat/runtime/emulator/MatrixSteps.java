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
            float[] left = gather(warp.narrow, a, from, true, depth);
            float[] right = gather(warp.narrow, b, from, false, depth);
            float[] sums = sums(warp.narrow, c, to);
            for (int row = 0; row < ROWS; row++) {
                for (int k = 0; k < depth; k++) {
                    float x = left[row * depth + k];
                    for (int column = 0; column < COLUMNS; column++) {
                        sums[row * COLUMNS + column] += x * right[k * COLUMNS + column];
                    }
                }
            }
            scatter(warp.narrow, d, to, sums);
        };
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
    private static float[] gather(int[] r, int[] bases, Type type, boolean left, int depth) {
        float[] matrix = new float[(left ? ROWS : COLUMNS) * depth];
        int packed = type == Type.TF32 ? 1 : 2;
        for (int register = 0; register < bases.length; register++) {
            int down = left ? (register & 1) * 8 : 0;
            int deep = (left ? register >> 1 : register) * 4 * packed;
            for (int lane = 0; lane < Row.LANES; lane++) {
                int line = (lane >> 2) + down;
                for (int half = 0; half < packed; half++) {
                    int k = (lane & 3) * packed + half + deep;
                    float value = element(r[bases[register] + lane], type, half);
                    matrix[left ? line * depth + k : k * COLUMNS + line] = value;
                }
            }
        }
        return matrix;
    }

    private static float element(int bits, Type type, int half) {
        int part = half == 0 ? bits & 0xffff : bits >>> 16;
        return type == Type.TF32 ? Numbers.tf32(bits) : type == Type.BF16 ? Numbers.bf16(part) : Numbers.f16(part);
    }

    private static float[] sums(int[] r, int[] bases, Type type) {
        float[] sums = new float[ROWS * COLUMNS];
        for (int i = 0; i < 4; i++) {
            for (int lane = 0; lane < Row.LANES; lane++) {
                sums[place(lane, i)] = type == Type.F32 ? Numbers.f32(r[bases[i] + lane]) : element(r[bases[i >> 1] + lane], type, i & 1);
            }
        }
        return sums;
    }

    private static void scatter(int[] r, int[] bases, Type type, float[] sums) {
        for (int lane = 0; lane < Row.LANES; lane++) {
            for (int i = 0; i < bases.length; i++) {
                r[bases[i] + lane] = type == Type.F32 ? Numbers.bits(sums[place(lane, i)])
                        : Numbers.toF16(sums[place(lane, 2 * i)]) | Numbers.toF16(sums[place(lane, 2 * i + 1)]) << 16;
            }
        }
    }

    /** Where the {@code i}-th of a lane's four sums stands. */
    private static int place(int lane, int i) {
        return ((lane >> 2) + (i >> 1) * 8) * COLUMNS + 2 * (lane & 3) + (i & 1);
    }

    private static Step load(Line line) {
        int[] d = bases(line.rows(0, false));
        if (!line.has("m8n8") || !line.has("b16")) {
            throw Decoder.unknown(line);
        }
        Space space = MemorySteps.space(line);
        Line.Address address = line.address(1);
        boolean transposed = line.has("trans");
        int rows = d.length * MATRIX_ROWS;
        int giving = rows == Row.LANES ? -1 : (1 << rows) - 1;
        return (warp, lanes) -> {
            wantAll(warp, lanes);
            Access.count(warp, giving, space, address, ROW_BYTES);
            for (int lane = 0; lane < rows; lane++) {
                Access.check(warp, lane, space, address.get(warp, lane), ROW_BYTES, false);
            }
            for (int matrix = 0; matrix < d.length; matrix++) {
                for (int lane = 0; lane < Row.LANES; lane++) {
                    warp.narrow[d[matrix] + lane] = transposed ? pair(warp, space, address, matrix * MATRIX_ROWS, lane)
                            : (int) Access.load(warp, lane, space, address.get(warp, matrix * MATRIX_ROWS + (lane >> 2)) + 4 * (lane & 3), 4);
                }
            }
        };
    }

    private static int pair(Warp warp, Space space, Line.Address address, int first, int lane) {
        int row = first + 2 * (lane & 3);
        long low = Access.load(warp, lane, space, address.get(warp, row) + 2 * (lane >> 2), 2);
        long high = Access.load(warp, lane, space, address.get(warp, row + 1) + 2 * (lane >> 2), 2);
        return (int) (low | high << 16);
    }
}

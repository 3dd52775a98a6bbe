package pleat.runtime.emulator;

import java.util.Arrays;
import pleat.ir.plan.TensorMap;
import pleat.ir.type.DType;

/** A tensor map as the emulated device has it: 128 bytes that mean something to it alone. */
record BoxMap(byte[] bits) {
    static final int LINE = TensorMap.LINE_BYTES;
    private static final long MARK = 0x70_616d_7865_6c70L;
    private static final int ADDRESS = 8;
    private static final int SIZES = 16;
    private static final int STRIDES = 56;
    private static final int BOXES = 96;
    private static final int DIMS = 116;
    private static final int ELEMENT = 120;
    private static final int SUM = 124;

    /** The map of a buffer whose element 0 is at an address. */
    static BoxMap of(TensorMap map, long address) {
        if (address % TensorMap.ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException("element 0 of a tensor map is at 0x" + Long.toHexString(address));
        }
        byte[] bits = new byte[TensorMap.BYTES];
        Bytes.store(bits, 0, 8, MARK);
        Bytes.store(bits, ADDRESS, 8, address);
        for (int d = 0; d < map.dims().size(); d++) {
            var dim = map.dims().get(d);
            Bytes.store(bits, SIZES + 8 * d, 8, dim.size());
            Bytes.store(bits, STRIDES + 8 * d, 8, dim.strideBytes());
            Bytes.storeInt(bits, BOXES + 4 * d, dim.box());
        }
        Bytes.storeInt(bits, DIMS, map.dims().size());
        Bytes.storeInt(bits, ELEMENT, map.type() == DType.F32 ? 4 : 2);
        Bytes.storeInt(bits, SUM, sum(bits));
        return new BoxMap(bits);
    }

    /** Whether these are the bytes of a map. */
    boolean isOne() {
        return Bytes.loadLong(bits, 0) == MARK && Bytes.loadInt(bits, SUM) == sum(bits);
    }

    private static int sum(byte[] bits) {
        return Arrays.hashCode(Arrays.copyOf(bits, SUM));
    }

    long address() {
        return Bytes.loadLong(bits, ADDRESS);
    }

    int dims() {
        return Bytes.loadInt(bits, DIMS);
    }

    int elementBytes() {
        return Bytes.loadInt(bits, ELEMENT);
    }

    long size(int dim) {
        return Bytes.loadLong(bits, SIZES + 8 * dim);
    }

    long stride(int dim) {
        return Bytes.loadLong(bits, STRIDES + 8 * dim);
    }

    int box(int dim) {
        return Bytes.loadInt(bits, BOXES + 4 * dim);
    }

    int boxBytes() {
        int bytes = elementBytes();
        for (int dim = 0; dim < dims(); dim++) {
            bytes *= box(dim);
        }
        return bytes;
    }
}

package pleat.codegen.gpu;

import pleat.ir.lane.Opcode;
import pleat.ir.type.DType;

/** The rows that move four numbers or two of a buffer at once. */
final class VectorRows {
    private VectorRows() {}

    /** Whether numbers of a type are moved so. */
    static boolean have(DType dtype) {
        return dtype == DType.F32 || dtype == DType.BF16 || dtype == DType.F16;
    }

    static Opcode loadFour(DType dtype, boolean isConst) {
        return switch (dtype) {
            case F32 -> isConst ? Opcode.LD_CONST_4F32 : Opcode.LD_GLOBAL_4F32;
            case BF16 -> isConst ? Opcode.LD_CONST_4BF16 : Opcode.LD_GLOBAL_4BF16;
            case F16 -> isConst ? Opcode.LD_CONST_4F16 : Opcode.LD_GLOBAL_4F16;
            case F64, I64, I32, I16, I8, U8, BOOL -> throw none(dtype);
        };
    }

    static Opcode loadConstTwo(DType dtype) {
        return switch (dtype) {
            case F32 -> Opcode.LD_CONST_2F32;
            case BF16 -> Opcode.LD_CONST_2BF16;
            case F16 -> Opcode.LD_CONST_2F16;
            case F64, I64, I32, I16, I8, U8, BOOL -> throw none(dtype);
        };
    }

    static Opcode storeFour(DType dtype) {
        return switch (dtype) {
            case F32 -> Opcode.ST_GLOBAL_4F32;
            case BF16 -> Opcode.ST_GLOBAL_4BF16;
            case F16 -> Opcode.ST_GLOBAL_4F16;
            case F64, I64, I32, I16, I8, U8, BOOL -> throw none(dtype);
        };
    }

    static Opcode storeTwo(DType dtype) {
        return switch (dtype) {
            case F32 -> Opcode.ST_GLOBAL_2F32;
            case BF16 -> Opcode.ST_GLOBAL_2BF16;
            case F16 -> Opcode.ST_GLOBAL_2F16;
            case F64, I64, I32, I16, I8, U8, BOOL -> throw none(dtype);
        };
    }

    private static IllegalStateException none(DType dtype) {
        return new IllegalStateException("numbers of " + dtype.text() + " are moved one by one");
    }
}

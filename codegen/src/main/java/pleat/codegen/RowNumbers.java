package pleat.codegen;

import pleat.ir.diagnostic.UserException;
import pleat.ir.kernel.Kernel;

/** Numbers of rows that a program computes are f32, as all its numbers are. */
public final class RowNumbers {
    /** f32 has all whole numbers up to this one. */
    public static final long EXACT = 1 << 24;

    private RowNumbers() {}

    /** Refuses a table some of whose rows could not be found. */
    public static void check(Kernel kernel, int table) {
        var parameter = kernel.parameters().get(table);
        long rows = parameter.type().shape()[0];
        if (rows > EXACT) {
            throw new UserException("`%s` has %d rows, and numbers of rows that are computed are exact up to %d\n  = help: give the numbers as an input of type i64 or i32"
                    .formatted(parameter.name(), rows, EXACT));
        }
    }
}

package pleat.runtime.cuda;

/** PTX of kernels that have a thread for each element. */
final class GridIndex {
    private static final String TEXT = """
                mov.u32 %r0, %ctaid.x;
                mov.u32 %r1, %ntid.x;
                mov.u32 %r2, %tid.x;
                mul.wide.u32 %rd0, %r0, %r1;
                cvt.u64.u32 %rd1, %r2;
                add.s64 %rd0, %rd0, %rd1;
                ld.param.u64 %rd2, [LIMIT];
                setp.ge.u64 %p0, %rd0, %rd2;
                @%p0 bra $end;
            """;

    private GridIndex() {}

    /**
     * The number of the element in {@code %rd0} and how many there are in {@code %rd2}; threads beyond go to {@code $end}. Also takes {@code %r0} to {@code %r2},
     * {@code %rd1} and {@code %p0}.
     *
     * @param limit the parameter that says how many there are
     */
    static String of(String limit) {
        return TEXT.replace("LIMIT", limit);
    }
}

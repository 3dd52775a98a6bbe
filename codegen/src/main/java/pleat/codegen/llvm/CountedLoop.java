package pleat.codegen.llvm;

/**
 * A loop that runs its body for the indices from 0 below a count, perhaps never. The body is what is written between the
 * constructor and {@link #close}; it may hold blocks and loops of its own.
 */
public final class CountedLoop {
    private final FunctionText f;
    private final String name;
    private final String index;
    private final String next;

    /** @param name of the loop's blocks, with which no other label of the function may begin */
    public CountedLoop(FunctionText f, String name, String count) {
        this.f = f;
        this.name = name;
        f.line("br label %%%s.enter", name);
        f.label(name + ".enter");
        f.line("br label %%%s.test", name);
        f.label(name + ".test");
        this.next = f.fresh();
        this.index = f.let("phi i64 [ 0, %%%s.enter ], [ %s, %%%s.next ]", name, next, name);
        f.line("br i1 %s, label %%%s.body, label %%%s.done", f.let("icmp ult i64 %s, %s", index, count), name, name);
        f.label(name + ".body");
    }

    /** The index of the present turn. */
    public String index() {
        return index;
    }

    /** Ends the body; what follows is written after the loop. */
    public void close() {
        f.line("br label %%%s.next", name);
        f.label(name + ".next");
        f.line("%s = add nuw i64 %s, 1", next, index);
        f.line("br label %%%s.test", name);
        f.label(name + ".done");
    }
}

package pleat.ir.lane;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Writes the body of a kernel, op after op. */
public final class LaneBuilder {
    private List<LaneOp> ops = new ArrayList<>();
    private int values;

    /** A register that nothing was written to yet. */
    public LaneValue value(String name, LaneType type) {
        return new LaneValue(name, type);
    }

    private LaneValue fresh(LaneType type) {
        return new LaneValue("v" + values++, type);
    }

    /** Adds a row and gives its results. */
    public ImmutableList<Operand> rows(Opcode opcode, List<? extends Operand> operands) {
        var results = opcode.signature().results().stream().map(this::fresh).collect(ImmutableList.toImmutableList());
        ops.add(new LaneOp.Row(results, opcode, ImmutableList.copyOf(operands)));
        return ImmutableList.copyOf(results);
    }

    /** Adds a row with one result. */
    public Operand row(Opcode opcode, Operand... operands) {
        return rows(opcode, List.of(operands)).getFirst();
    }

    /** Adds a row with no result. */
    public void act(Opcode opcode, Operand... operands) {
        rows(opcode, List.of(operands));
    }

    /** Adds what was written elsewhere; its values are its own. */
    public void copy(List<LaneOp> written) {
        ops.addAll(written);
    }

    /** What is done in a turn of a loop. */
    public interface Turn {
        /** @return what the carried values become */
        List<Operand> run(LaneValue index, List<LaneValue> carried);
    }

    /** A loop from {@code from} to below {@code to}; gives what the carried values are at the end. */
    public ImmutableList<Operand> loop(LaneOp.Range range, List<Operand> inits, Turn turn) {
        var index = fresh(range.from().type());
        var entries = inits.stream().map(init -> fresh(init.type())).toList();
        var outer = ops;
        ops = new ArrayList<>();
        var next = turn.run(index, entries);
        var body = ImmutableList.copyOf(ops);
        ops = outer;
        var carries = ImmutableList.<LaneOp.Carry>builder();
        var results = ImmutableList.<Operand>builder();
        for (int c = 0; c < inits.size(); c++) {
            var result = fresh(inits.get(c).type());
            carries.add(new LaneOp.Carry(inits.get(c), entries.get(c), next.get(c), result));
            results.add(result);
        }
        ops.add(new LaneOp.For(index, range, carries.build(), body));
        return results.build();
    }

    /** Does something where a condition holds. */
    public void when(Operand condition, Runnable then) {
        choose(condition, List.of(), () -> {
            then.run();
            return List.of();
        });
    }

    /** Computes something where a condition holds, and takes other values where it does not. */
    public ImmutableList<Operand> choose(Operand condition, List<Operand> otherwise, Supplier<List<Operand>> then) {
        var outer = ops;
        ops = new ArrayList<>();
        var values = then.get();
        var body = ImmutableList.copyOf(ops);
        ops = outer;
        var merges = ImmutableList.<LaneOp.Merge>builder();
        var results = ImmutableList.<Operand>builder();
        for (int m = 0; m < otherwise.size(); m++) {
            var result = fresh(otherwise.get(m).type());
            merges.add(new LaneOp.Merge(result, values.get(m), otherwise.get(m)));
            results.add(result);
        }
        ops.add(new LaneOp.If(condition, merges.build(), body));
        return results.build();
    }

    /** What was written. */
    public ImmutableList<LaneOp> body() {
        return ImmutableList.copyOf(ops);
    }
}

package pleat.passes.train;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** The sum of the squares of all elements of several tensors; every element counts once, on however many devices it is. */
final class SquaredNorm {
    private static final int MOST = 256;

    private final List<Op> body;

    private SquaredNorm(List<Op> body) {
        this.body = body;
    }

    /** @param value what this device has of a tensor */
    record Part(Value value, Sharding sharding) {
        private List<String> axes() {
            return sharding.splits().stream().map(Split::axis).toList();
        }
    }

    /** Appends what computes it; the result is equal on all devices. */
    static Value of(List<Part> parts, List<Op> body) {
        var norm = new SquaredNorm(body);
        // Parts that lie alike are added up before devices meet, which they do once for all of them.
        Map<List<String>, List<Value>> alike = new LinkedHashMap<>();
        parts.forEach(part -> alike.computeIfAbsent(part.axes(), _ -> new ArrayList<>()).add(norm.squares(part.value())));
        var sums = new ArrayList<Value>();
        alike.forEach((axes, squares) -> sums.add(norm.everywhere(norm.sum(squares), axes)));
        return norm.sum(sums);
    }

    private Value squares(Value value) {
        return append(Elementwise.sum("squares_" + value.name(), value, Scalar.read(0).times(Scalar.read(0))));
    }

    /** In parts, where one equation would read more than a program may. */
    private Value sum(List<Value> values) {
        if (values.size() > MOST) {
            return sum(Lists.partition(values, MOST).stream().map(this::sum).toList());
        }
        var sum = IntStream.range(0, values.size()).<Scalar>mapToObj(Scalar::read).reduce(Scalar::plus).orElseThrow();
        return append(Elementwise.map("squares", values.getFirst().type(), values, sum));
    }

    private Value everywhere(Value own, List<String> axes) {
        Value sum = own;
        for (String axis : axes) {
            var result = new Value("squares_sum", sum.type());
            body.add(new Op.Collective(result, new Transfer.AllReduce(axis, Reduction.SUM), sum, Location.UNKNOWN));
            sum = result;
        }
        return sum;
    }

    private Value append(Op.Compute op) {
        body.add(op);
        return op.result();
    }
}

package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Cuts a repeated body where no more bytes are needed further on than what it is given: between the modules of a residual network. */
final class Modules {
    private Modules() {}

    /** @param carried how many of the parameters are carried */
    static List<EagerBody> of(EagerBody body, int carried) {
        long limit = body.parameters().stream().limit(carried).mapToLong(Tensor::bytes).sum();
        Set<Tensor> free = new LinkedHashSet<>(body.parameters().subList(carried, body.parameters().size()));
        var parts = new ArrayList<EagerBody>();
        int begin = 0;
        for (int next = 1; next <= body.ops().size(); next++) {
            int end = next;
            long live = needed(body, end).stream().filter(tensor -> !free.contains(tensor) && isMade(body, end, tensor)).mapToLong(Tensor::bytes).sum();
            if (end == body.ops().size() || live <= limit) {
                parts.add(part(body, begin, end));
                begin = end;
            }
        }
        return parts;
    }

    private static boolean isMade(EagerBody body, int end, Tensor tensor) {
        return body.parameters().contains(tensor) || body.ops().subList(0, end).stream().anyMatch(op -> op.result() == tensor);
    }

    private static Set<Tensor> needed(EagerBody body, int end) {
        Set<Tensor> needed = new LinkedHashSet<>();
        body.ops().subList(end, body.ops().size()).forEach(op -> needed.addAll(op.inputs()));
        needed.addAll(body.results());
        return needed;
    }

    private static EagerBody part(EagerBody body, int begin, int end) {
        var ops = body.ops().subList(begin, end);
        Set<Tensor> made = new LinkedHashSet<>();
        ops.forEach(op -> made.add(op.result()));
        var needed = needed(body, end);
        Set<Tensor> parameters = new LinkedHashSet<>();
        ops.forEach(op -> op.inputs().stream().filter(tensor -> !made.contains(tensor)).forEach(parameters::add));
        var results = end == body.ops().size() ? body.results() : made.stream().filter(needed::contains).collect(ImmutableList.toImmutableList());
        results.stream().filter(tensor -> !made.contains(tensor)).forEach(parameters::add);
        return new EagerBody(ImmutableList.copyOf(parameters), ops, results, body.values());
    }
}

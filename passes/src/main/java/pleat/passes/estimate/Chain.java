package pleat.passes.estimate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.passes.estimate.Run.Buffer;
import pleat.passes.machine.Family;
import pleat.passes.machine.Work;

/**
 * Parts that run one after the other, forward, and then back. Either every part keeps what its way back needs, or each keeps its parameters and runs again
 * when the way back comes to it; then its results and their gradients are held until it is done, as the call that does so holds its arguments.
 */
final class Chain {
    private final Run run;
    private final List<EagerBody> parts;
    private final boolean keeps;
    private final List<Tape> tapes = new ArrayList<>();
    private final List<Map<Tensor, Buffer>> held = new ArrayList<>();

    Chain(Run run, List<EagerBody> parts, boolean keeps) {
        this.run = run;
        this.parts = parts;
        this.keeps = keeps;
    }

    /**
     * @param inputs of which the caller keeps its hold
     * @param forBack whether there will be a way back
     * @return the results of the last part, held for the caller
     */
    Map<Tensor, Buffer> forward(Map<Tensor, Buffer> inputs, boolean forBack) {
        var all = new LinkedHashMap<>(inputs);
        Set<Tensor> made = new LinkedHashSet<>();
        for (int p = 0; p < parts.size(); p++) {
            var part = parts.get(p);
            var given = select(all, part.parameters());
            if (forBack && !keeps) {
                given.values().forEach(Buffer::hold);
                held.add(given);
            }
            var tape = new Tape(run, part.ops(), given);
            tapes.add(tape);
            tape.forward(forBack && keeps, part.results()).forEach((tensor, buffer) -> {
                if (made.add(tensor) && !inputs.containsKey(tensor)) {
                    all.put(tensor, buffer);
                } else {
                    buffer.release();
                }
            });
            release(all, made, inputs.keySet(), p);
        }
        var results = select(all, parts.getLast().results());
        results.forEach((tensor, buffer) -> {
            if (inputs.containsKey(tensor)) {
                buffer.hold();
            }
        });
        return results;
    }

    /** Lets go of what earlier parts made and no later one reads. */
    private void release(Map<Tensor, Buffer> all, Set<Tensor> made, Set<Tensor> inputs, int done) {
        Set<Tensor> needed = new LinkedHashSet<>(inputs);
        parts.subList(done + 1, parts.size()).forEach(part -> needed.addAll(part.parameters()));
        needed.addAll(parts.getLast().results());
        made.stream().filter(tensor -> !needed.contains(tensor) && all.containsKey(tensor)).forEach(tensor -> all.remove(tensor).release());
    }

    private static Map<Tensor, Buffer> select(Map<Tensor, Buffer> all, List<Tensor> tensors) {
        var selected = new LinkedHashMap<Tensor, Buffer>();
        tensors.forEach(tensor -> selected.put(tensor, all.get(tensor)));
        return selected;
    }

    /** Takes over the gradients of the results, and gives those of the inputs. */
    Map<Tensor, Buffer> back(Map<Tensor, Buffer> gradients) {
        var all = new LinkedHashMap<>(gradients);
        for (int p = parts.size() - 1; p >= 0; p--) {
            back(p, all);
        }
        return all;
    }

    private void back(int p, Map<Tensor, Buffer> all) {
        var part = parts.get(p);
        var tape = tapes.get(p);
        var heldToo = new ArrayList<Buffer>();
        if (!keeps) {
            tape = new Tape(run, part.ops(), held.get(p));
            run.recomputing(true);
            heldToo.addAll(tape.forward(true, part.results()).values());
            run.recomputing(false);
        }
        for (Tensor result : new LinkedHashSet<>(part.results())) {
            var gradient = all.remove(result);
            if (gradient != null) {
                if (!keeps) {
                    heldToo.add(gradient.hold());
                }
                tape.accumulate(result, gradient);
            }
        }
        tape.back();
        for (Tensor parameter : new LinkedHashSet<>(part.parameters())) {
            var gradient = tape.gradient(parameter);
            if (gradient != null) {
                merge(all, parameter, gradient);
            }
        }
        heldToo.forEach(Buffer::release);
        if (!keeps) {
            held.get(p).values().forEach(Buffer::release);
        }
    }

    private void merge(Map<Tensor, Buffer> all, Tensor tensor, Buffer gradient) {
        var before = all.get(tensor);
        if (before == null) {
            all.put(tensor, gradient);
            return;
        }
        run.kernel("d_" + tensor.name(), new Work(Family.MAP, tensor.elements(), 3 * tensor.bytes()));
        gradient.release();
    }
}

package pleat.cli.output;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;

/**
 * Which tensor plays a role, and which part of it: {@code in/aatype[:, -1]}, {@code out/plddt}, {@code in/asym_id[.., :]?}.
 *
 * @param choice along each dim: empty for all of it, else one place, from the end if it is negative; none: the whole tensor
 * @param isSample there may be further dims before those, of batches and samples, of which the first counts
 * @param isOptional a model may lack the tensor
 */
record TensorRole(String tensor, ImmutableList<Optional<Long>> choice, boolean isSample, boolean isOptional) {
    private static final Pattern FORM = Pattern.compile("((?:in|out)/[\\w.]+)(?:\\[([^]]*)])?(\\?)?");

    static TensorRole parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("`" + text + "` is not a tensor with a choice along its dims");
        }
        var words = form.group(2) == null ? List.<String>of() : Stream.of(form.group(2).split(",")).map(String::strip).toList();
        boolean isSample = !words.isEmpty() && words.getFirst().equals("..");
        ImmutableList<Optional<Long>> choice = words.stream().skip(isSample ? 1 : 0).map(one -> one.equals(":") ? Optional.<Long>empty() : Optional.of(Long.valueOf(one)))
                .collect(ImmutableList.toImmutableList());
        return new TensorRole(form.group(1), choice, isSample, form.group(3) != null);
    }

    /** What a model run gives for the role. */
    Numbers of(RunTensors tensors) {
        return find(tensors).orElseThrow(() -> new UserException("the model has no tensor `" + tensor + "`"));
    }

    /** The same, or empty if the model has no such tensor. */
    Optional<Numbers> find(RunTensors tensors) {
        return tensors.find(tensor).map(this::chosen);
    }

    /** Of how many samples {@link #of} takes the first. */
    long samples(RunTensors tensors) {
        var shape = tensors.find(tensor).orElseThrow().shape();
        return isSample ? shape.subArray(0, shape.length() - choice.size()).stream().reduce(1, Math::multiplyExact) : 1;
    }

    private Numbers chosen(TensorData data) {
        if (choice.isEmpty()) {
            return new Numbers(data.shape(), data.toDoubles());
        }
        int before = data.shape().length() - choice.size();
        if (before < 0 || before > 0 && !isSample) {
            throw new UserException("`" + tensor + "` is " + data.header() + ", and " + choice.size() + " dims were expected of it");
        }
        var places = ImmutableList.<Optional<Long>>builder().addAll(Collections.nCopies(before, Optional.of(0L))).addAll(choice).build();
        var shape = ImmutableLongArray.builder();
        var values = data.toDoubles();
        long inner = values.length;
        // What is left after each dim: kept positions of the dims so far, each followed by `inner` elements.
        long[] starts = {0};
        for (int dim = 0; dim < places.size(); dim++) {
            long extent = data.shape().get(dim);
            inner /= Math.max(1, extent);
            if (places.get(dim).isEmpty()) {
                shape.add(extent);
                starts = everyStep(starts, extent, inner);
            } else {
                long place = places.get(dim).get() < 0 ? extent + places.get(dim).get() : places.get(dim).get();
                starts = shifted(starts, place(place, extent) * inner);
            }
        }
        var chosen = new double[starts.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = values[Math.toIntExact(starts[i])];
        }
        return new Numbers(shape.build(), chosen);
    }

    private long place(long place, long extent) {
        if (place < 0 || place >= extent) {
            throw new UserException("`" + tensor + "` has a dim of extent " + extent + ", and element " + place + " of it is needed");
        }
        return place;
    }

    private static long[] shifted(long[] starts, long by) {
        var moved = starts.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += by;
        }
        return moved;
    }

    private static long[] everyStep(long[] starts, long extent, long inner) {
        var all = new long[Math.toIntExact(starts.length * extent)];
        for (int i = 0; i < all.length; i++) {
            all[i] = starts[(int) (i / extent)] + i % extent * inner;
        }
        return all;
    }
}

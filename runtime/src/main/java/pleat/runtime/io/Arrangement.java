package pleat.runtime.io;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How the dims of a tensor in a file become those of a model's, as in {@code c h d -> (h d) c}: each word is an axis, and what stands in
 * parentheses is one dim, its last axis running fastest. A number is an axis of that extent, {@code 1} on the right also one that the file
 * does not have. {@code ~} on the right runs an axis backwards: {@code c (2 o) -> (~2 o) c} exchanges the halves of a dim.
 *
 * @param from the axes of each dim in the file
 * @param to the axes of each dim in the model
 */
record Arrangement(String text, ImmutableList<ImmutableList<String>> from, ImmutableList<ImmutableList<String>> to) {
    private static final Pattern DIM = Pattern.compile("\\(([^()]*)\\)|([^()\\s]+)");
    private static final Pattern AXIS = Pattern.compile("[a-z]+|[1-9]\\d*");
    private static final String BACKWARDS = "~";

    static Arrangement parse(String text) {
        var sides = text.split("->", -1);
        if (sides.length != 2) {
            throw new IllegalArgumentException("arrangement `" + text + "` is not FROM -> TO");
        }
        var parsed = new Arrangement(text, side(sides[0]), side(sides[1]));
        parsed.check();
        return parsed;
    }

    private static ImmutableList<ImmutableList<String>> side(String text) {
        return DIM.matcher(text).results().map(dim -> ImmutableList.copyOf((dim.group(1) == null ? dim.group(2) : dim.group(1)).strip().split("\\s+")))
                .collect(ImmutableList.toImmutableList());
    }

    private void check() {
        var left = from.stream().flatMap(List::stream).toList();
        var right = to.stream().flatMap(List::stream).map(Arrangement::plain).filter(axis -> !axis.equals("1")).toList();
        boolean isWhole = ImmutableSet.copyOf(left).size() == left.size() && ImmutableSet.copyOf(left).equals(ImmutableSet.copyOf(right))
                && left.size() == right.size();
        boolean hasOneFree = from.stream().allMatch(dim -> dim.stream().filter(axis -> !isNumber(axis)).count() == 1);
        if (!isWhole || !hasOneFree || !left.stream().allMatch(axis -> AXIS.matcher(axis).matches())) {
            throw new IllegalArgumentException("arrangement `" + text + "` does not have each axis once on both sides, or has a dim with more than one free axis");
        }
    }

    private static String plain(String axis) {
        return axis.startsWith(BACKWARDS) ? axis.substring(1) : axis;
    }

    private static boolean isNumber(String axis) {
        return Character.isDigit(axis.charAt(0));
    }

    /** Whether a tensor is as this one says, behind {@code stacked} dims that stay where they are. */
    boolean fits(TensorHeader header, int stacked) {
        if (header.rank() != stacked + from.size()) {
            return false;
        }
        for (int dim = 0; dim < from.size(); dim++) {
            if (header.shape().get(stacked + dim) % fixed(from.get(dim)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static long fixed(List<String> axes) {
        return axes.stream().filter(Arrangement::isNumber).mapToLong(Long::parseLong).reduce(1, Math::multiplyExact);
    }

    /** The type of a tensor that {@link #fits}, rearranged. */
    TensorHeader header(TensorHeader header, int stacked) {
        var extents = extents(header, stacked);
        var shape = ImmutableLongArray.builder().addAll(header.shape().subArray(0, stacked));
        to.forEach(dim -> shape.add(dim.stream().mapToLong(axis -> extents.getOrDefault(plain(axis), 1L)).reduce(1, Math::multiplyExact)));
        return new TensorHeader(header.dtype(), shape.build());
    }

    /** The values of a tensor that {@link #fits}, rearranged; the file's own memory where nothing moves. */
    TensorData apply(TensorData tensor, int stacked) {
        var extents = extents(tensor.header(), stacked);
        var strides = strides(tensor.header(), stacked, extents);
        var shape = new ArrayList<>(tensor.shape().subArray(0, stacked).asList());
        var steps = new ArrayList<>(tensor.header().strides().subArray(0, stacked).asList());
        long first = 0;
        for (String axis : to.stream().flatMap(List::stream).toList()) {
            long extent = extents.getOrDefault(plain(axis), 1L);
            long stride = strides.getOrDefault(plain(axis), 0L);
            boolean isBackwards = axis.startsWith(BACKWARDS);
            first += isBackwards ? (extent - 1) * stride : 0;
            shape.add(extent);
            steps.add(isBackwards ? -stride : stride);
        }
        var view = new StridedView(new TensorHeader(tensor.dtype(), ImmutableLongArray.copyOf(shape)), ImmutableLongArray.copyOf(steps), first, tensor.bytes());
        return new TensorData(header(tensor.header(), stacked), view.contiguous(Arena.ofAuto()));
    }

    private Map<String, Long> extents(TensorHeader header, int stacked) {
        var extents = new LinkedHashMap<String, Long>();
        for (int dim = 0; dim < from.size(); dim++) {
            long free = header.shape().get(stacked + dim) / fixed(from.get(dim));
            from.get(dim).forEach(axis -> extents.put(axis, isNumber(axis) ? Long.parseLong(axis) : free));
        }
        return extents;
    }

    private Map<String, Long> strides(TensorHeader header, int stacked, Map<String, Long> extents) {
        var strides = new LinkedHashMap<String, Long>();
        for (int dim = 0; dim < from.size(); dim++) {
            long step = header.strides().get(stacked + dim);
            for (String axis : from.get(dim).reversed()) {
                strides.put(axis, step);
                step *= extents.get(axis);
            }
        }
        return strides;
    }

    @Override
    public String toString() {
        return text;
    }
}

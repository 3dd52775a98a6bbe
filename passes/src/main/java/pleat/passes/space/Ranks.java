package pleat.passes.space;

import com.google.common.collect.ImmutableList;

/** How many devices lie along each axis of a mesh. */
public record Ranks(ImmutableList<Integer> sizes) {
    public static Ranks of(int... sizes) {
        var list = ImmutableList.<Integer>builder();
        for (int size : sizes) {
            list.add(size);
        }
        return new Ranks(list.build());
    }

    int along(int meshAxis) {
        return sizes.get(meshAxis);
    }

    int axes() {
        return sizes.size();
    }

    int devices() {
        return sizes.stream().reduce(1, Math::multiplyExact);
    }
}

package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** In which further layouts a value is brought for its readers, and what the way back has of them. Each is brought there once. */
record Copies(ImmutableList<Copy> copies) {
    static final Copies NONE = new Copies(ImmutableList.of());

    /** What the way back does about a copy. */
    enum State {
        /** It is not needed. */
        ABSENT("not needed"),
        /** It is brought there again from the value. */
        AGAIN("again"),
        /** It is kept. */
        KEPT("kept");

        private final String text;

        State(String text) {
            this.text = text;
        }
    }

    record Copy(Layout layout, State state) {}

    /**
     * None, and each layout in each state, and pairs that share a state.
     *
     * @param states that any reader has a use for
     */
    static ImmutableList<Copies> all(List<Layout> layouts, Set<State> states, boolean pairs) {
        var all = ImmutableList.<Copies>builder().add(NONE);
        for (int i = 0; i < layouts.size(); i++) {
            for (State state : states) {
                all.add(new Copies(ImmutableList.of(new Copy(layouts.get(i), state))));
                for (int j = i + 1; j < layouts.size() && pairs; j++) {
                    all.add(new Copies(ImmutableList.of(new Copy(layouts.get(i), state), new Copy(layouts.get(j), state))));
                }
            }
        }
        return all.build();
    }

    /** Whether a reader that cannot use the value as it was made finds a copy as it wants it, on the way back too if it says so. */
    boolean serves(Layout wanted, boolean back, Ranks ranks) {
        return copies.stream().anyMatch(copy -> serves(copy.layout(), wanted, ranks) && (!back || copy.state() != State.ABSENT));
    }

    private static boolean serves(Layout copy, Layout wanted, Ranks ranks) {
        for (int a = 0; a < ranks.axes(); a++) {
            boolean same = copy.along(a).equals(wanted.along(a)) || copy.along(a) instanceof Layout.Part.Cut cut
                    && wanted.along(a) instanceof Layout.Part.Cut other && cut.isLike(other, ranks.along(a));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return copies.isEmpty() ? "as made" : copies.stream().map(copy -> copy.layout() + " (" + copy.state().text + ")")
                .collect(Collectors.joining(", "));
    }
}

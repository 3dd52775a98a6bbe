package pleat.runtime.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.type.DType;

/**
 * What a pickle describes, as plain data. Nothing here is a Python object, and no class or function that a pickle names is looked
 * up: a {@link Global} is its name.
 */
sealed interface Pickled {

    /** What can be part of a parameter's name. */
    sealed interface Key extends Pickled {}

    record None() implements Pickled {}

    record Truth(boolean value) implements Pickled {}

    record Whole(long value) implements Key {}

    record Real(double value) implements Pickled {}

    record Text(String value) implements Key {}

    /** A value that no tensor depends on, such as bytes or a configuration object; {@code what} names it. */
    record Opaque(String what) implements Pickled {}

    /** The name of a class or function. */
    record Global(String module, String name) implements Pickled {
        String dotted() {
            return module + "." + name;
        }
    }

    /** A tuple, list or set. It may contain itself, so it is compared and printed by identity. */
    final class Sequence implements Pickled {
        private final List<Pickled> items;

        Sequence(List<Pickled> items) {
            this.items = new ArrayList<>(items);
        }

        List<Pickled> items() {
            return items;
        }
    }

    /** A dictionary by its text and integer keys; what stands under others has no name. It may contain itself. */
    final class Dictionary implements Pickled {
        private final Map<Key, Pickled> entries = new LinkedHashMap<>();

        void put(Pickled key, Pickled value) {
            if (key instanceof Key kept) {
                entries.put(kept, value);
            }
        }

        Map<Key, Pickled> entries() {
            return entries;
        }
    }

    /** A flat piece of memory of {@code bytes} bytes in a checkpoint; one that does not say what it holds is of U8. */
    record Storage(String key, DType dtype, long bytes) implements Pickled {}

    /** A view of a storage; offset and strides count elements. */
    record Tensor(Storage storage, DType dtype, long offset, List<Long> shape, List<Long> strides) implements Pickled {
        public Tensor {
            shape = List.copyOf(shape);
            strides = List.copyOf(strides);
        }
    }
}

package pleat.passes.space;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Plans that have a name: restrictions of one space, all priced alike. */
public enum NamedPlan {
    /** Everything on one device. */
    SINGLE,
    /** Each device has a part of the batch. */
    DP,
    /** As {@link #DP}, with weights, gradients and optimizer state spread over the devices and weights gathered for use. */
    ZERO,
    /** Heads and channels are split, and weights with them. */
    TP,
    /** Dynamic axial parallelism as it was published: rows and columns are split, as the model's pins say. */
    DAP,
    /** The same, placed as in FastFold. */
    DAP_FASTFOLD,
    /** The fastest of all. */
    AUTO;

    /** {@code dap-fastfold}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<NamedPlan> parse(String text) {
        return Arrays.stream(values()).filter(plan -> plan.text().equals(text)).findFirst();
    }

    /** All words, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(NamedPlan::text).collect(Collectors.joining(", "));
    }

    /** The name under which a model ships pins for it. */
    public Optional<String> pins() {
        return this == DAP || this == DAP_FASTFOLD ? Optional.of(text()) : Optional.empty();
    }
}

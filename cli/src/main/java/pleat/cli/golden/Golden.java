package pleat.cli.golden;

import java.nio.file.Path;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One file of reference results: parameters ({@code param/}), inputs ({@code in/}), tables ({@code const/}), outputs ({@code out/}), where to
 * compare them ({@code cmp/}), cotangents ({@code cot/}) and gradients ({@code grad/}). {@code meta} says which module, and how exact.
 */
final class Golden implements AutoCloseable {
    /** An error that float32 arithmetic explains is at most this many times that of the reference's own float32 run. */
    private static final double FACTOR = 10;
    /** No tensor is held to a smaller error than this, relative to its largest element. */
    private static final double FLOOR = 1e-5;

    private final TensorSource file;
    private final JsonNode meta;

    private Golden(TensorSource file, JsonNode meta) {
        this.file = file;
        this.meta = meta;
    }

    static Golden open(Path path) {
        var file = WeightFiles.open(path);
        try {
            return new Golden(file, parse(file));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static JsonNode parse(TensorSource file) {
        if (!file.textNames().contains("meta")) {
            throw new UserException(file.origin() + " has no `meta`: it is not a file of reference results");
        }
        try {
            return JsonMapper.shared().readTree(file.text("meta"));
        } catch (JacksonException e) {
            throw new UserException(file.origin() + " has a `meta` that is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The reference implementation's name of the module. */
    String module() {
        var module = meta.path("module");
        if (!module.isString()) {
            throw new UserException(file.origin() + " has a `meta` without the name of a module");
        }
        return module.stringValue();
    }

    /** Whether these are results of a data pipeline: features, and what they were made of. */
    boolean hasFeatures() {
        return !features().names().isEmpty();
    }

    /** What a data pipeline was given. */
    TensorSource raw() {
        return file.under("raw/");
    }

    /** What a data pipeline made. */
    TensorSource features() {
        return file.under("feat/");
    }

    JsonNode configuration() {
        return meta.path("config");
    }

    TensorSource parameters() {
        return file.under("param/");
    }

    /** What the module is called with: inputs, and tables that are not trained. */
    TensorSource inputs() {
        return file.under("in/");
    }

    TensorSource constants() {
        return file.under("const/");
    }

    TensorSource outputs() {
        return file.under("out/");
    }

    TensorSource cotangents() {
        return file.under("cot/");
    }

    /** Under {@code param/...} and {@code in/...}. */
    TensorSource gradients() {
        return file.under("grad/");
    }

    /** Where an output is compared, broadcast to its shape; empty: everywhere. */
    Optional<TensorData> compared(String output) {
        return file.has("cmp/" + output) ? Optional.of(file.tensor("cmp/" + output)) : Optional.empty();
    }

    double outputTolerance(String output) {
        return tolerance(meta.path("outputs").path(output).path("rel_fp32_err"));
    }

    double gradientTolerance(String gradient) {
        return isZeroGradient(gradient) ? FLOOR : tolerance(meta.path("grad_rel_fp32_err").path(gradient));
    }

    private static double tolerance(JsonNode measuredError) {
        return Math.max(FLOOR, FACTOR * measuredError.asDouble(0));
    }

    /** Whether a gradient is exactly zero in exact arithmetic, such as that of a bias that shifts all logits of a softmax alike. */
    boolean isZeroGradient(String gradient) {
        return meta.path("grad_analytically_zero").valueStream().anyMatch(name -> name.asString().equals(gradient));
    }

    String origin() {
        return file.origin();
    }

    @Override
    public void close() {
        file.close();
    }
}

package pleat.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small model that has what makes trouble when it is spread: reductions over what is cut, a softmax, a repetition, weights. */
final class SavedPlans {
    private static final String MODEL = """
            import std.linear

            module Layer(x: [.., n, c], mask: [.., n]) -> [.., n, c] {
              use query: Linear(c -> c)
              q = query(x)
              s[.., i, j] = sum(d) q[.., i, d] * x[.., j, d] * 0.1 + (mask[.., j] - 1) * 10
              m[.., i] = max(j) s[.., i, j]
              e[.., i, j] = exp(s[.., i, j] - m[.., i])
              l[.., i] = sum(j) e[.., i, j]
              y[.., i, d] = (sum(j) e[.., i, j] * x[.., j, d]) / l[.., i]
              z[.., i, d] = x[.., i, d] + y[.., i, d]
              return z
            }

            module Small(x: [.., n, c], mask: [.., n]) -> (y: [.., n, c], total: [.., c]) {
              repeat 3 layers: Layer
              y = layers(x; mask)
              total[.., d] = sum(i) y[.., i, d]
              return y, total
            }
            """;

    private SavedPlans() {}

    /** The file of the model, whose module is {@code Small}. */
    static Path model(Path folder) throws IOException {
        return Files.writeString(folder.resolve("small.pleat"), MODEL);
    }

    /** The file of a plan that splits rows over devices. */
    static Path rows(Path folder, int devices, String more) throws IOException {
        var model = model(folder);
        var plan = folder.resolve("rows-%d-%d.plan".formatted(devices, more.hashCode()));
        Files.writeString(plan, """
                pleat plan 1
                model %s:Small
                set n = 11
                set c = 8
                gradients *
                code dtype=f32 fuse=true windows=true hoist=true overlap=true
                %sshards mesh(rows = %d) {
                  func @main {
                    %%x: split(rows 0: 11 by 1)
                  }
                }
                """.formatted(model, more, devices));
        return plan;
    }
}

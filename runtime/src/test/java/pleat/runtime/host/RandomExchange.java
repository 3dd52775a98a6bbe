package pleat.runtime.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.Source;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.verify.PlanVerifier;

/** Plans of nothing but an exchange. */
public final class RandomExchange {
    private RandomExchange() {}

    /** One exchange of random kind, sizes and layout, as a plan for each device. */
    public static List<Plan> plans(Random random) {
        int members = 1 + random.nextInt(4);
        int rank = 1 + random.nextInt(3);
        var parts = IntStream.range(0, members).mapToObj(_ -> 1 + random.nextInt(5)).toList();
        var others = IntStream.range(0, members).mapToObj(_ -> random.nextInt(4)).toList();
        int dim = random.nextInt(rank);
        int to = (dim + 1) % rank;
        int[] whole = IntStream.range(0, rank).map(_ -> 1 + random.nextInt(6)).toArray();
        whole[dim] = sum(parts);
        int kind = random.nextInt(rank > 1 ? 6 : 5);
        if (kind == 5) {
            whole[to] = sum(others);
        }
        int before = random.nextInt(4);
        int after = random.nextInt(4);
        var reduction = List.of("sum", "max", "min").get(random.nextInt(3));
        var dtype = List.of("f32", "bf16", "f16", "i32").get(random.nextInt(4));
        var order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        java.util.Collections.shuffle(order, random);
        var plans = new ArrayList<Plan>();
        for (int m = 0; m < members; m++) {
            int[] part = with(whole, dim, parts.get(m));
            int start = sum(parts.subList(0, m));
            int from = Math.max(0, start - before);
            int[] wide = with(whole, dim, Math.min(whole[dim], start + parts.get(m) + after) - from);
            String cut = "dim %d %s".formatted(dim, list(parts));
            plans.add(switch (kind) {
                case 0 -> plan(dtype, order, part, whole, "all_gather " + cut, members, m);
                case 1 -> plan(dtype, order, whole, part, "reduce_scatter " + cut + " " + reduction, members, m);
                case 2 -> plan(dtype, order, whole, whole, "all_reduce " + reduction, members, m);
                case 3 -> plan(dtype, order, part, wide, "halo %s %d %d".formatted(cut, before, after), members, m);
                case 4 -> plan(dtype, order, wide, part, "fold_halo %s %d %d".formatted(cut, before, after), members, m);
                default -> plan(dtype, order, part, with(whole, to, others.get(m)), "all_to_all %s dim %d %s".formatted(cut, to, list(others)), members, m);
            });
        }
        return plans;
    }

    private static int sum(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).sum();
    }

    private static int[] with(int[] shape, int dim, int extent) {
        int[] changed = shape.clone();
        changed[dim] = extent;
        return changed;
    }

    private static String list(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    static Plan plan(String dtype, List<Integer> order, int[] from, int[] to, String what, int members, int self) {
        var text = """
                plan @p arena 1048576 live 0 unshared 0 {
                  buffer %%x: %s%s %s input "x" at 0 bytes %d
                  buffer %%y: %s%s %s output "y" at 524288 bytes %d
                  start 0 %s among %s as %d %%x -> %%y
                  await 0
                }
                """.formatted(dtype, java.util.Arrays.toString(from), list(order), bytes(dtype, from), dtype, java.util.Arrays.toString(to),
                list(order), bytes(dtype, to), what, list(IntStream.range(0, members).boxed().toList()), self);
        return PlanVerifier.verified(PlanParser.parse(new Source("p.ir", text)));
    }

    private static long bytes(String dtype, int[] shape) {
        return IntStream.of(shape).asLongStream().reduce(1, (a, b) -> a * b) * (dtype.endsWith("32") ? 4 : 2);
    }

    /** Small whole numbers: sums of them are exact in every type. */
    public static double[] values(int device, Plan.Buffer buffer, long seed) {
        var random = new Random(seed + device);
        return IntStream.range(0, (int) buffer.type().elements()).mapToDouble(_ -> random.nextInt(-9, 10)).toArray();
    }
}

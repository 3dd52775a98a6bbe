package pleat.tests;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import pleat.ir.derive.Derived;
import pleat.ir.derive.ShardingRules;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.ShardPlan.OfFunction;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.ir.type.TensorType;
import pleat.passes.shard.Needs;

/** Plans that no one would want: every value lies anywhere, and every op is cut anyhow. */
final class RandomShards {
    private final SplittableRandom random;
    private final Mesh mesh;

    private RandomShards(long seed, Mesh mesh) {
        this.random = new SplittableRandom(seed);
        this.mesh = mesh;
    }

    static ShardPlan of(TensorModule module, Mesh mesh, long seed) {
        var shards = new RandomShards(seed, mesh);
        var functions = new LinkedHashMap<String, OfFunction>();
        module.functions().forEach((name, function) -> functions.put(name, shards.function(function, shards.carried(module, name))));
        return new ShardPlan(mesh, ImmutableMap.copyOf(functions));
    }

    /** How many parameters of a repeated function are carried. */
    private int carried(TensorModule module, String name) {
        return module.functions().values().stream().flatMap(f -> f.body().stream())
                .mapToInt(op -> op instanceof Op.Repeat repeat && repeat.body().callee().equals(name) ? repeat.carried().size() : 0).max().orElse(0);
    }

    private OfFunction function(Function function, int carried) {
        var values = new LinkedHashMap<String, Sharding>();
        var cuts = new LinkedHashMap<String, ImmutableList<Cut>>();
        Map<Value, String> names = new LinkedHashMap<>();
        ValueNames.of(function).forEach((name, value) -> {
            names.put(value, name);
            values.put(name, sharding(value.type()));
        });
        for (Op op : function.body()) {
            if (!(op instanceof Op.Repeat)) {
                cuts.put(names.get(op.results().getFirst()), cuts(op));
            }
        }
        var returns = IntStream.range(0, function.returns().size()).mapToObj(r -> r < carried ? values.get(names.get(function.arguments().get(r)))
                : sharding(function.results().get(r).type())).collect(ImmutableList.toImmutableList());
        return new OfFunction(ImmutableMap.copyOf(values), ImmutableMap.copyOf(cuts), returns);
    }

    private Sharding sharding(TensorType type) {
        Sharding sharding = Sharding.WHOLE;
        for (Mesh.Axis axis : mesh.axes()) {
            int dim = random.nextInt(-1, Math.max(1, type.rank()));
            if (dim >= 0 && dim < type.rank() && sharding.ofDim(dim).isEmpty() && type.shape()[dim] >= axis.size()) {
                sharding = sharding.with(new Split(axis.name(), dim, type.shape()[dim], unit(type.shape()[dim], axis.size())));
            }
        }
        return sharding;
    }

    private long unit(long extent, int devices) {
        return extent % 2 == 0 && extent / 2 >= devices && random.nextBoolean() ? 2 : 1;
    }

    private ImmutableList<Cut> cuts(Op op) {
        List<Cut> cuts = new ArrayList<>();
        int axes = ShardingRules.of(op).size();
        for (Mesh.Axis axis : mesh.axes()) {
            for (int attempt = 0; attempt < 2 && axes > 0 && cuts.stream().noneMatch(c -> c.along().equals(axis.name())); attempt++) {
                int chosen = random.nextInt(axes);
                var more = new ArrayList<>(cuts);
                more.add(new Cut(axis.name(), chosen, unit(Needs.extent(op, chosen), axis.size())));
                cuts = Needs.of(op, more, mesh) instanceof Derived.Yes<Needs> ? more : cuts;
            }
        }
        return ImmutableList.copyOf(cuts);
    }
}

package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.SameCollectives;
import pleat.ir.verify.Verifier;

/** Lowers a module to the program of one device of a mesh, as a plan says; the collectives follow from how values lie and where they are needed. */
public final class ShardModule {
    private final TensorModule whole;
    private final ShardPlan plan;
    private final Device device;
    private final Map<String, LoweredBody> bodies = new LinkedHashMap<>();

    private ShardModule(TensorModule whole, ShardPlan plan, Device device) {
        this.whole = whole;
        this.plan = plan;
        this.device = device;
    }

    /**
     * @param module of one device, with known extents and without calls
     * @param plan says everything about it, see {@link CompletePlan}
     */
    public static TensorModule of(TensorModule module, ShardPlan plan, Device device) {
        return new ShardModule(module, plan, device).lowered();
    }

    /** What the device has of the values of repeated functions, by the names of the functions. */
    public static ImmutableMap<String, HeldValues> held(TensorModule module, ShardPlan plan, Device device) {
        var shard = new ShardModule(module, plan, device);
        shard.lowered();
        return shard.bodies.values().stream().collect(ImmutableMap.toImmutableMap(body -> body.function().name(), LoweredBody::held));
    }

    private TensorModule lowered() {
        if (whole.device().isPresent()) {
            throw new UserException("module `@" + whole.name() + "` is sharded already");
        }
        PlanCheck.check(whole, plan);
        var entry = FunctionLowering.entry(this, whole.entryFunction());
        var functions = new LinkedHashMap<String, Function>();
        bodies.values().forEach(body -> functions.put(body.function().name(), body.function()));
        functions.put(entry.name(), entry);
        return Verifier.verified(new TensorModule(whole.name(), ImmutableMap.copyOf(functions), whole.entry(), Optional.of(device)), "sharding");
    }

    /** The programs of all devices, in the order of their ranks. */
    public static ImmutableList<TensorModule> all(TensorModule module, ShardPlan plan) {
        var modules = plan.mesh().all().stream().map(device -> of(module, plan, device)).collect(ImmutableList.toImmutableList());
        SameCollectives.difference(modules).ifPresent(difference -> {
            throw new IllegalStateException("sharded programs do not meet: " + difference);
        });
        return modules;
    }

    /** The device's part of the body of a repetition; made once. */
    LoweredBody body(String name, int carried, int invariantEnd) {
        var known = bodies.get(name);
        if (known == null) {
            known = FunctionLowering.body(this, whole.functions().get(name), carried, invariantEnd);
            bodies.put(name, known);
        }
        return known;
    }

    TensorModule whole() {
        return whole;
    }

    ShardPlan plan() {
        return plan;
    }

    Device device() {
        return device;
    }
}

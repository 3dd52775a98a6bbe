/**
 * From a program of one device and a {@link pleat.ir.mesh.ShardPlan} to the programs of all devices of a mesh: {@link pleat.passes.shard.ShardModule};
 * plans that say only a part are completed by {@link pleat.passes.shard.CompletePlan}.
 */
package pleat.passes.shard;

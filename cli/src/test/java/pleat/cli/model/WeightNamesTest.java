package pleat.cli.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding;
import pleat.runtime.io.WeightBinding.Required;
import pleat.runtime.io.WeightFiles;

final class WeightNamesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"model_1_ptm.tsv, alphafold", "model_1_multimer_v3.tsv, alphafold-multimer"})
    void everyParameterOfAlphaFoldsFilesArrives(String resource, String names) {
        var table = ParameterTable.read(resource);
        var path = folder.resolve("params_model.npz");
        NpzWriter.write(path, table.file(), Map.of());
        try (var file = WeightFiles.open(path); var arena = Arena.ofConfined()) {
            assertEquals(Optional.of(names), WeightNames.recognise(file).map(WeightNames::name));
            var bound = WeightBinding.parameters(table.lines().stream().map(table::required).toList(), file, WeightNames.named(names));
            for (int i = 0; i < bound.size(); i++) {
                var line = table.lines().get(i);
                assertArrayEquals(table.expected(line).toFloats(), bound.get(i).tensor(arena).toFloats(), line.key());
            }
        }
    }

    /** The parameters of a whole model, written as AlphaFold's files have them, are the model's again; so are those of each of its parts. */
    @Test
    void theParametersOfAWholeModelComeBack() {
        var path = folder.resolve("params_model_1.npz");
        try (var results = WeightFiles.open(Path.of(System.getProperty("pleat.root"), "examples", "2q2k", "alphafold.npz")); var arena = Arena.ofConfined()) {
            var own = results.under("param/");
            NpzWriter.write(path, ParameterTable.read("model_1_ptm.tsv").fileOf(own), Map.of());
            var required = own.names().stream().map(name -> new Required(name, own.header(name))).toList();
            try (var file = WeightFiles.open(path)) {
                for (var bound : WeightBinding.parameters(required, file, WeightNames.named("alphafold"))) {
                    assertArrayEquals(own.tensor(bound.required().name()).toFloats(), bound.tensor(arena).toFloats(), bound.required().name());
                }
                var block = own.under("evoformer.blocks.1.");
                var ofBlock = block.names().stream().map(name -> new Required(name, block.header(name))).toList();
                for (var bound : WeightBinding.parameters(ofBlock, file, WeightNames.named("alphafold").part("evoformer.blocks.1"))) {
                    assertArrayEquals(block.tensor(bound.required().name()).toFloats(), bound.tensor(arena).toFloats(), bound.required().name());
                }
            }
        }
    }

    @Test
    void blocksThatAModelHasOneByOneAreTakenFromTheStack() {
        var table = ParameterTable.read("model_1_ptm.tsv");
        var line = table.lines().stream().filter(one -> one.name().equals("evoformer.blocks.{i}.msa_att_row.mha.linear_q.weight")).findFirst().orElseThrow();
        var source = TensorSource.of("file `p.npz`", Map.of(line.key(), table.file().get(line.key())));
        var names = WeightNames.named("alphafold");
        var second = new float[24];
        System.arraycopy(table.expected(line).toFloats(), 24, second, 0, 24);
        var whole = new Required("evoformer.blocks.1.msa_att_row.mha.linear_q.weight", TensorHeader.of(DType.F32, 8, 3));
        assertArrayEquals(second, bind(source, names, whole));
        var part = new Required("msa_att_row.mha.linear_q.weight", TensorHeader.of(DType.F32, 8, 3));
        assertArrayEquals(second, bind(source, names.part("evoformer.blocks.1"), part));
        assertTrue(refusal(source, names.part("evoformer.blocks.2"), part).contains("has no parameters under `evoformer.blocks.2.`"));
    }

    @Test
    void whatDoesNotFitIsRefusedUnderBothNames() {
        var table = ParameterTable.read("model_1_ptm.tsv");
        var key = "alphafold/alphafold_iteration/evoformer/evoformer_iteration/msa_transition/transition1//weights";
        var source = TensorSource.of("file `p.npz`", Map.of(key, table.file().get(key)));
        var names = WeightNames.named("alphafold");
        var deeper = new Required("evoformer.blocks.{i}.msa_transition.linear_1.weight", TensorHeader.of(DType.F32, 48, 6, 3));
        assertTrue(refusal(source, names, deeper).contains("parameter `" + key + "` (the model's `evoformer.blocks.{i}.msa_transition.linear_1.weight`)"
                + " has shape f32[2, 6, 3], the model's is f32[48, 6, 3]"));
        var flat = TensorSource.of("file `p.npz`", Map.of(key, TensorData.ofFloats(new float[6], 2, 3)));
        assertTrue(refusal(flat, names, deeper).contains("parameter `" + key + "` f32[2, 3], whose dims behind the first are none of `c o -> o c`"));
        assertTrue(assertThrows(UserException.class, () -> WeightNames.named("af9")).getMessage()
                .contains("there are pleat, alphafold-multimer, alphafold, boltz, openfold, protenix, boltz-ema, pleat-average, same"));
    }

    @Test
    void openFoldsMovingAverageIsTakenAndNamesOfVersionOneAreKnown() {
        var checkpoint = new CheckpointFile()
                .put("state_dict.model.evoformer.blocks.0.core.msa_transition.linear_1.weight", 1)
                .put("ema.params.model.evoformer.blocks.0.core.msa_transition.linear_1.weight", 2)
                .put("ema.params.model.evoformer.blocks.0.core.tri_mul_out.linear_z.bias", 3)
                .put("ema.params.model.template_angle_embedder.linear_1.weight", 4)
                .put("ema.params.model.template_pair_stack.blocks.0.pair_transition.linear_1.bias", 5)
                .put("ema.params.model.structure_module.ipa.linear_kv_points.weight", 6)
                .put("ema.params.model.aux_heads.tm.linear.weight", 7)
                .write(folder.resolve("v1.pt"));
        assertEquals(Map.of("evoformer.blocks.0.msa_transition.linear_1.weight", 2f, "evoformer.blocks.0.pair_stack.tri_mul_out.linear_z.bias", 3f,
                "template_embedder.template_single_embedder.linear_1.weight", 4f,
                "template_embedder.template_pair_stack.blocks.0.pair_transition.linear_1.bias", 5f,
                "structure_module.ipa.linear_kv_points.linear.weight", 6f),
                values(checkpoint, "openfold", List.of("note: file `" + checkpoint + "` has 1 parameters that the model does not use: `ema.params.model.aux_heads.tm.linear.weight`",
                        "note: file `" + checkpoint + "` has 1 tensors that are not read: `state_dict.model.evoformer.blocks.0.core.msa_transition.linear_1.weight`"),
                "evoformer.blocks.0.msa_transition.linear_1.weight", "evoformer.blocks.0.pair_stack.tri_mul_out.linear_z.bias",
                "template_embedder.template_single_embedder.linear_1.weight", "template_embedder.template_pair_stack.blocks.0.pair_transition.linear_1.bias",
                "structure_module.ipa.linear_kv_points.linear.weight"));
    }

    @ParameterizedTest
    @CsvSource({"''", "model.", "module.model.", "module.", "state_dict.module.model."})
    void openFoldsPrefixesDoNotMatter(String prefix) {
        var checkpoint = new CheckpointFile().put(prefix + "evoformer.blocks.0.msa_att_row.linear_z.weight", 1)
                .put(prefix + "structure_module.ipa.linear_q_points.linear.weight", 2).write(folder.resolve("v2.pt"));
        assertEquals(Map.of("evoformer.blocks.0.msa_att_row.linear_z.weight", 1f, "structure_module.ipa.linear_q_points.linear.weight", 2f),
                values(checkpoint, "openfold", List.of(), "evoformer.blocks.0.msa_att_row.linear_z.weight",
                        "structure_module.ipa.linear_q_points.linear.weight"));
    }

    @Test
    void boltzPredictsWithTheStateDictAndItsMovingAverageGoesByName() {
        var name = "pairformer_module.layers.0.tri_mul_out.p_in.weight";
        var checkpoint = new CheckpointFile().put("state_dict.pairformer_module._orig_mod.layers.0.tri_mul_out.p_in.weight", 1)
                .put("state_dict.confidence_module.to_pae_logits.weight", 2)
                .put("ema.ema_weights.pairformer_module._orig_mod.layers.0.tri_mul_out.p_in.weight", 3)
                .put("optimizer_states.0.state.0.exp_avg", 4).write(folder.resolve("boltz1_conf.ckpt"));
        var origin = "file `" + checkpoint + "`";
        assertEquals(Map.of(name, 1f), values(checkpoint, "boltz", List.of(
                "note: " + origin + " has 1 parameters that the model does not use: `state_dict.confidence_module.to_pae_logits.weight`",
                "note: " + origin + " has 2 tensors that are not read: `ema.ema_weights.pairformer_module._orig_mod.layers.0.tri_mul_out.p_in.weight`, "
                        + "`optimizer_states.0.state.0.exp_avg`"), name));
        try (var file = WeightFiles.open(checkpoint)) {
            assertArrayEquals(new float[] {3}, bind(file, WeightNames.named("boltz-ema"), new Required(name, TensorHeader.of(DType.F32, 1))));
        }
    }

    @Test
    void aCheckpointOfTrainingHasParametersAndByNameTheirAverages() {
        var name = "blocks.{i}.up.weight";
        var one = TensorHeader.of(DType.F32, 1);
        var source = TensorSource.of("file `run.safetensors`", Map.of(name, vector(1), "optimizer/turn", vector(2), "optimizer/average/" + name, vector(3),
                "optimizer/velocity/" + name, vector(4), "training/step", TensorData.ofLongs(new long[] {5}), "training/seed", TensorData.ofLongs(new long[] {6})));
        assertEquals(Optional.of("pleat"), WeightNames.recognise(source).map(WeightNames::name));
        assertArrayEquals(new float[] {1}, bind(source, WeightNames.named("pleat"), new Required(name, one)));
        assertArrayEquals(new float[] {3}, bind(source, WeightNames.named("pleat-average"), new Required(name, one)));
        var without = TensorSource.of("file `run.safetensors`", Map.of(name, vector(1), "training/step", TensorData.ofLongs(new long[] {5})));
        assertTrue(refusal(without, WeightNames.named("pleat-average"), new Required(name, one)).contains("has no parameters under `optimizer/average/`"));
    }

    private static TensorData vector(float value) {
        return TensorData.ofFloats(new float[] {value}, 1);
    }

    @Test
    void aFileWithTheModelsNamesIsNotRecognisedAsAnotherKind() {
        assertEquals(Optional.empty(), WeightNames.recognise(TensorSource.of("file", Map.of("blocks.0.msa_att_row.linear_z.weight",
                TensorData.ofFloats(new float[1], 1)))));
    }

    private static float[] bind(TensorSource source, NameMap names, Required required) {
        try (var arena = Arena.ofConfined()) {
            return WeightBinding.parameters(List.of(required), source, names).getFirst().tensor(arena).toFloats();
        }
    }

    private static String refusal(TensorSource source, NameMap names, Required required) {
        return assertThrows(UserException.class, () -> WeightBinding.parameters(List.of(required), source, names)).getMessage();
    }

    /** What a model of these vectors of one element gets from a checkpoint that is recognised, with what is said of the rest. */
    private static Map<String, Float> values(Path checkpoint, String recognisedAs, List<String> notes, String... model) {
        try (var file = WeightFiles.open(checkpoint); var arena = Arena.ofConfined()) {
            var names = WeightNames.recognise(file).orElseThrow();
            assertEquals(recognisedAs, names.name());
            var said = new ArrayList<String>();
            var found = new LinkedHashMap<String, Float>();
            WeightBinding.parameters(List.of(model).stream().map(name -> new Required(name, TensorHeader.of(DType.F32, 1))).toList(), file, names.map(),
                    said::add).forEach(bound -> found.put(bound.required().name(), bound.tensor(arena).toFloats()[0]));
            assertEquals(notes, said);
            return found;
        }
    }
}

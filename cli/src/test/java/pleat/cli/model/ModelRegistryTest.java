package pleat.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.frontend.ConfigValue;
import pleat.ir.diagnostic.UserException;
import tools.jackson.databind.json.JsonMapper;

final class ModelRegistryTest {
    private static final ModelRegistry REGISTRY = ModelRegistry.load();

    @Test
    void configurationBecomesSettings() {
        assertEquals(Map.of("c_m", ConfigValue.of(21), "inf", ConfigValue.of(1e9), "mask_trans", ConfigValue.of(true)), settings(
                "openfold.model.evoformer.EvoformerBlock", """
                {"c_m": 21, "inf": 1000000000.0, "_mask_trans": true, "msa_dropout": 0.15, "eps": 1e-8}"""));
    }

    @Test
    void settingsOfNestedModulesAreJoined() {
        assertEquals(List.of("c_z", "f", "no_blocks", "bins"), List.copyOf(settings(
                "InputEmbedder -> EvoformerStack(7) -> DistogramHead, MaskedMSAHead", """
                {"input_embedder": {"c_z": 12, "tf_dim": 22}, "evoformer": {"c_z": 12, "no_blocks": 7}, "distogram_bins": 16}""").keySet()));
    }

    @Test
    void keysInsideObjectsBelongToThem() {
        assertEquals(List.of("c_m", "evoformer_stack.no_blocks", "template.enabled", "heads.lddt.no_bins", "mask_trans"), List.copyOf(settings(
                "openfold.model.model.AlphaFold", """
                {"s": 5, "template": null, "model": {"input_embedder": {"c_m": 12}, "evoformer_stack": {"c_m": 12, "no_blocks": 7, "eps": 1e-8},
                 "template": {"enabled": false}, "heads": {"lddt": {"no_bins": 9}}, "_mask_trans": true}}""").keySet()));
    }

    @Test
    void onlyWholeModelsAreAllowedMore() {
        assertEquals(List.of("openfold.model.model.AlphaFold"), REGISTRY.references().stream().filter(reference -> reference.results().slack() > 1)
                .map(Reference::name).filter(name -> name.startsWith("openfold")).toList());
    }

    @Test
    void twoValuesForOneSettingAreRefused() {
        assertRefused("InputEmbedder -> EvoformerStack(7) -> DistogramHead, MaskedMSAHead", """
                {"input_embedder": {"c_z": 12}, "evoformer": {"c_z": 13}}""", "two values for setting `c_z`: 12 and 13");
    }

    @Test
    void whatIsNotModelledIsRefused() {
        assertRefused("openfold.model.embedders.TemplateEmbedder", """
                {"average_templates": true}""", "`average_templates` is true in the configuration, and only false is modelled");
    }

    @Test
    void aSettingIsANumberOrATruthValue() {
        assertRefused("boltz.model.layers.transition.Transition", """
                {"dim": "wide"}""", "`dim` is \"wide\" in the configuration");
    }

    @Test
    void theConfigurationChoosesAmongModulesOfOneReference() {
        var encoder = "boltz.model.modules.encoders.AtomAttentionEncoder";
        assertEquals("AtomInputEncoder", REGISTRY.reference(encoder, JsonMapper.shared().readTree("{\"structure_prediction\": false}")).module().module());
        assertEquals("AtomAttentionEncoder", REGISTRY.reference(encoder, JsonMapper.shared().readTree("{\"structure_prediction\": true}")).module().module());
        assertEquals("AtomAttentionEncoder", REGISTRY.reference(encoder, JsonMapper.shared().createObjectNode()).module().module());
    }

    @Test
    void keysOfOneNameAreToldByWhatTheyStandIn() {
        var settings = settings("boltz.model.models.boltz1.Boltz1.forward", """
                {"embedder_args": {"atom_encoder_depth": 1}, "score_model_args": {"atom_encoder_depth": 2, "sigma_data": 16},
                 "diffusion_process_args": {"sigma_data": 16.0}}""");
        assertEquals(ConfigValue.of(1), settings.get("embedder_depth"));
        assertEquals(ConfigValue.of(2), settings.get("atom_encoder_depth"));
        assertEquals(ConfigValue.of(7), settings.get("rho"));
    }

    @Test
    void anUnknownReferenceIsNamed() {
        var message = assertThrows(UserException.class, () -> REGISTRY.reference("openfold.model.Nothing", JsonMapper.shared().createObjectNode())).getMessage();
        assertTrue(message.startsWith("no model answers to `openfold.model.Nothing`"), message);
    }

    @Test
    void transitionsRunWithAndWithoutMask() {
        var runs = REGISTRY.reference("openfold.model.evoformer.MSATransition", JsonMapper.shared().createObjectNode()).runs();
        assertEquals(List.of("m_update", "m_update_nomask"), runs.stream().map(run -> run.outputs().get("m_update")).toList());
        assertEquals(List.of(ConfigValue.of(true), ConfigValue.of(false)), runs.stream().map(run -> run.settings().get("masked")).toList());
    }

    @Test
    void parametersOfABlockAreCalledAsInTheWholeModel() {
        var names = REGISTRY.reference("protenix.model.modules.transformer.DiffusionTransformerBlock", JsonMapper.shared().createObjectNode())
                .tensors().parameters();
        assertEquals("adaln.s_scale.weight", names.name("attention_pair_bias.layernorm_a.linear_s.weight"));
        assertEquals("pair_bias_attn.proj_z.0.weight", names.name("attention_pair_bias.layernorm_z.weight"));
        assertEquals("transition.output_projection.0.bias", names.name("conditioned_transition_block.linear_s.bias"));
    }

    @Test
    void inputsMayHaveOtherNames() {
        var tensors = REGISTRY.reference("protenix.model.modules.pairformer.MSABlock", JsonMapper.shared().createObjectNode()).tensors();
        assertEquals(List.of("token_mask", "m"), List.of(tensors.input("pair_mask"), tensors.input("m")));
    }

    @Test
    void benchmarksHaveModules() {
        assertEquals(Optional.of(new ModelName("af2.evoformer", "EvoformerBlock")), REGISTRY.benchmark("evoformer-block"));
        assertEquals(Optional.empty(), REGISTRY.benchmark("EvoformerBlock"));
    }

    private static Map<String, ConfigValue> settings(String reference, String configuration) {
        var read = JsonMapper.shared().readTree(configuration);
        return new LinkedHashMap<>(REGISTRY.reference(reference, read).configuration().settings(read));
    }

    private static void assertRefused(String reference, String configuration, String expected) {
        var message = assertThrows(UserException.class, () -> settings(reference, configuration)).getMessage();
        assertTrue(message.contains(expected), message);
    }
}

package pleat.cli.output;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the tensors of a model are, as {@code roles.json} of the models declares it.
 *
 * @param confidence that the structure is right, by residue
 */
public record OutputRoles(Residues residues, Optional<Atoms> atoms, Optional<Confidence> confidence, Optional<Distogram> distogram) {
    private static final String RESOURCE = "/pleat/models/roles.json";

    /**
     * @param names as numbers of a code, or one-hot
     * @param code the names by their numbers
     * @param numbers along the chain
     * @param firstNumber what number 0 is called in files
     * @param chains which residues with equal numbers are of one chain
     * @param present 0 where there is only padding
     */
    record Residues(Optional<Named> names, Optional<TensorRole> numbers, int firstNumber, Optional<TensorRole> chains, Optional<TensorRole> present) {}

    /** @param code the names by their numbers */
    record Named(TensorRole numbers, ImmutableList<String> code) {}

    /** Where atoms are. */
    sealed interface Atoms {
        TensorRole positions();

        /** 0 where there is no atom. */
        TensorRole present();
    }

    /** Every residue has the same places for atoms. */
    record AtomTable(TensorRole positions, TensorRole present, ImmutableList<String> names) implements Atoms {}

    /**
     * Atoms one after the other.
     *
     * @param residues of each atom, as a number or one-hot
     * @param characters of the atom's name, each a one-hot vector that begins with the blank
     * @param elements by the atomic number, which may be one-hot
     */
    record AtomList(TensorRole positions, TensorRole present, TensorRole residues, TensorRole characters, Named elements) implements Atoms {}

    /** @param full the value of full confidence; files have it from 0 to 100 */
    record Confidence(TensorRole of, double full) {}

    /** Logits over distances in angstroms; the bins between the edges are equally wide, and those at the ends are open. */
    record Distogram(TensorRole logits, double firstEdge, double lastEdge) {}

    /** The roles of a module's tensors, if they are declared. */
    public static Optional<OutputRoles> of(String module) {
        try (var stream = OutputRoles.class.getResourceAsStream(RESOURCE)) {
            return of(module, JsonMapper.shared().readTree(stream));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    static Optional<OutputRoles> of(String module, JsonNode root) {
        return root.get("models").valueStream().filter(model -> model.get("modules").valueStream().anyMatch(name -> name.stringValue().equals(module)))
                .findFirst().map(model -> parse(model, root.get("codes")));
    }

    private static OutputRoles parse(JsonNode model, JsonNode codes) {
        return new OutputRoles(residues(model.path("residues"), codes), optional(model, "atoms").map(atoms -> atoms(atoms, codes)),
                optional(model, "confidence").map(one -> new Confidence(role(one, "of"), one.get("full").doubleValue())),
                optional(model, "distogram").map(one -> new Distogram(role(one, "logits"), one.get("first_edge").doubleValue(),
                        one.get("last_edge").doubleValue())));
    }

    private static Residues residues(JsonNode node, JsonNode codes) {
        return new Residues(optional(node, "names").map(_ -> new Named(role(node, "names"), code(node, codes))), optionalRole(node, "numbers"),
                node.path("first_number").asInt(1), optionalRole(node, "chains"), optionalRole(node, "present"));
    }

    private static Atoms atoms(JsonNode node, JsonNode codes) {
        if (node.has("code")) {
            return new AtomTable(role(node, "positions"), role(node, "present"), code(node, codes));
        }
        return new AtomList(role(node, "positions"), role(node, "present"), role(node, "residues"), role(node, "characters"),
                new Named(role(node, "elements"), words(codes.get("elements"))));
    }

    private static ImmutableList<String> code(JsonNode node, JsonNode codes) {
        return words(codes.get(node.get("code").stringValue()));
    }

    private static ImmutableList<String> words(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).collect(ImmutableList.toImmutableList());
    }

    private static Optional<JsonNode> optional(JsonNode node, String key) {
        return node.has(key) ? Optional.of(node.get(key)) : Optional.empty();
    }

    private static Optional<TensorRole> optionalRole(JsonNode node, String key) {
        return optional(node, key).map(one -> TensorRole.parse(one.stringValue()));
    }

    private static TensorRole role(JsonNode node, String key) {
        return TensorRole.parse(node.get(key).stringValue());
    }
}

package pleat.cli.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A module of a model source; written {@code af2.evoformer:EvoformerBlock}.
 *
 * @param source as in an {@code import}: {@code af2.evoformer} is {@code af2/evoformer.pleat}
 */
public record ModelName(String source, String module) {

    public static ModelName parse(String text) {
        int colon = text.indexOf(':');
        checkArgument(colon > 0 && colon < text.length() - 1, "`%s` is not of the form source:Module", text);
        return new ModelName(text.substring(0, colon), text.substring(colon + 1));
    }

    @Override
    public String toString() {
        return source + ":" + module;
    }
}

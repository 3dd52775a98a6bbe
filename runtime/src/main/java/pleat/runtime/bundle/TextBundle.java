package pleat.runtime.bundle;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import pleat.ir.diagnostic.FileFailure;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Texts on disk that a compiler has made, as {@link PlanBundle}s lie there. */
public record TextBundle(ImmutableList<String> texts) {
    private static final String TEXTS = "texts.json";
    private static final HashedFolder FORMAT = new HashedFolder("pleat text bundle ", 1, ImmutableList.of(TEXTS));

    /** Writes it to a folder, unless something is there already. */
    void publish(Path folder) {
        FORMAT.place(folder, partial -> Files.writeString(partial.resolve(TEXTS), JsonMapper.shared().writeValueAsString(texts)), Folders::publish);
    }

    /** Reads a bundle; a user error says what is wrong with it. */
    static TextBundle open(Path folder) {
        try {
            FORMAT.check(folder);
            return new TextBundle(JsonMapper.shared().readTree(Files.readString(folder.resolve(TEXTS))).valueStream().map(JsonNode::stringValue)
                    .collect(ImmutableList.toImmutableList()));
        } catch (IOException | JacksonException failure) {
            throw HashedFolder.damaged(folder, failure instanceof IOException unread ? FileFailure.reason(unread, folder) : TEXTS + " is not JSON",
                    Optional.of(failure));
        }
    }
}

package pleat.features.stream;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import pleat.features.sample.SampleRequest;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightFiles;

/**
 * Features on disk under a hash of all that they were made from. An entry gets its name in one step when it is whole, so whoever is
 * killed leaves none that is broken, and any number of processes may share a folder.
 */
public final class FeatureCache {
    /** A text in every file of features: of these a model takes what it needs, and the rest is no mistake. */
    public static final String MARK = "features";
    private static final String UNFINISHED = ".unfinished";
    /** Left behind by who was killed; nobody writes for so long. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path folder;
    private final Consumer<String> note;
    private final AtomicLong written = new AtomicLong();

    /** @param note takes what a user should know of an entry that was damaged */
    public FeatureCache(Path folder, Consumer<String> note) {
        this.folder = folder;
        this.note = note;
        try {
            Files.createDirectories(folder);
            removeAbandoned();
        } catch (IOException failure) {
            throw new UserException("the cache `" + folder + "` cannot be written: " + FileFailure.reason(failure, folder), failure);
        }
    }

    /**
     * Hash of what decides the features of a sample: the bytes of its files in their order, what is taken of them, and how they are made.
     *
     * @param making settings, draws and the version of the code
     */
    public static String key(SampleRequest request, String making) {
        Hasher hasher = Hashing.sha256().newHasher();
        put(hasher, making);
        put(hasher, request.query().isPresent() + " " + request.alignments().size() + " " + request.firstResidue() + " " + request.range());
        request.templates().forEach(template -> put(hasher, template.chain() + " " + template.pairs()));
        for (Path file : request.files()) {
            try {
                byte[] bytes = Files.readAllBytes(file);
                hasher.putLong(bytes.length).putBytes(bytes);
            } catch (IOException failure) {
                throw new UserException("file `" + file + "` cannot be read: " + FileFailure.ofReading(failure, file), failure);
            }
        }
        return hasher.hash().toString();
    }

    /** With its length in front, so that no two lists of texts run together into the same bytes. */
    private static void put(Hasher hasher, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        hasher.putInt(bytes.length).putBytes(bytes);
    }

    /** The entry's file, if there is one and all of it is as it was written; a damaged one is reported and removed. */
    public Optional<Path> find(String key) {
        var entry = entry(key);
        if (!Files.exists(entry)) {
            return Optional.empty();
        }
        try (var source = WeightFiles.open(entry)) {
            source.names().forEach(source::tensor); // compares the checksums
            return Optional.of(entry);
        } catch (UserException damaged) {
            note.accept("note: " + damaged.getMessage().lines().findFirst().orElseThrow() + "; making the features again");
            try {
                Files.deleteIfExists(entry);
            } catch (IOException failure) {
                throw new UserException("the damaged file `" + entry + "` cannot be removed: " + FileFailure.reason(failure, entry), failure);
            }
            return Optional.empty();
        }
    }

    /** Keeps features under a key; who comes second writes the same bytes. */
    public Path put(String key, Map<String, TensorData> features) {
        // Unique in the process as well: two samples may be the same.
        var unfinished = folder.resolve("%s.%d.%d%s".formatted(key, ProcessHandle.current().pid(), written.incrementAndGet(), UNFINISHED));
        NpzWriter.write(unfinished, features, Map.of(MARK, "AlphaFold 2"));
        try {
            return Files.move(unfinished, entry(key), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UserException("file `" + entry(key) + "` cannot be written: " + FileFailure.reason(failure, entry(key)), failure);
        }
    }

    private Path entry(String key) {
        return folder.resolve(key + ".npz");
    }

    private void removeAbandoned() throws IOException {
        var limit = Instant.now().minus(ABANDONED);
        try (var files = Files.newDirectoryStream(folder, file -> file.getFileName().toString().contains(UNFINISHED))) {
            for (Path file : files) {
                if (isOlder(file, limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Another process may finish what it is at while we look. */
    private static boolean isOlder(Path file, Instant limit) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(limit);
        } catch (NoSuchFileException _) {
            return false;
        }
    }
}

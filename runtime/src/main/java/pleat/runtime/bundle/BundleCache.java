package pleat.runtime.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;

/** Bundles in a folder under keys that stand for all that they were made from; a bundle is never changed, so any number of processes may share it. */
public final class BundleCache {
    private static final String COMPILED = "compiling again";

    private final Path folder;
    private final CacheSpace space;
    private final Consumer<String> note;

    /**
     * @param limitBytes what bundles may take together; those that were not used for the longest time make room
     * @param note takes what a user should know of an entry that was damaged
     */
    public BundleCache(Path folder, long limitBytes, Consumer<String> note) {
        this.folder = folder;
        this.space = new CacheSpace(folder, limitBytes);
        this.note = note;
    }

    /** The folder of the entry, whether there is one or not. */
    public Path entry(String key) {
        return folder.resolve(key);
    }

    /** What was put under the key; a damaged entry is reported, removed, and not found. */
    public Optional<PlanBundle> find(String key) {
        return find(key, PlanBundle::open, COMPILED);
    }

    /** The same for texts; they have keys of their own. */
    public Optional<TextBundle> findTexts(String key) {
        return findTexts(key, COMPILED);
    }

    /** @param instead what is done if the entry is damaged, for who is told */
    public Optional<TextBundle> findTexts(String key, String instead) {
        return find(key, TextBundle::open, instead);
    }

    private <T> Optional<T> find(String key, Function<Path, T> open, String instead) {
        if (!HashedFolder.isOne(entry(key)) || !isUsed(key)) {
            return Optional.empty();
        }
        try {
            return Optional.of(open.apply(entry(key)));
        } catch (UserException damaged) {
            note.accept("note: " + damaged.getMessage().lines().findFirst().orElseThrow() + "; " + instead);
            remove(key);
            return Optional.empty();
        }
    }

    /** Keeps a copy and returns it as a later {@link #find} will: a first run and a second one run the same. */
    public PlanBundle put(String key, PlanBundle bundle) {
        return put(key, bundle::publish, PlanBundle::open);
    }

    public TextBundle put(String key, TextBundle bundle) {
        return put(key, bundle::publish, TextBundle::open);
    }

    /** Puts texts where others may be that were not made from the same. */
    public TextBundle replace(String key, TextBundle bundle) {
        if (HashedFolder.isOne(entry(key))) {
            remove(key);
        }
        return put(key, bundle);
    }

    private <T> T put(String key, Consumer<Path> publish, Function<Path, T> open) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UserException("the cache `" + folder + "` cannot be written: " + FileFailure.reason(failure, folder)
                    + "\n  = help: set PLEAT_CACHE to a folder that can be", failure);
        }
        publish.accept(entry(key));
        prune();
        // Another process may have been quicker: what it put there was made from the same. Only what is damaged is replaced.
        return find(key, open, COMPILED).orElseGet(() -> {
            publish.accept(entry(key));
            return open.apply(entry(key));
        });
    }

    private boolean isUsed(String key) {
        try {
            return space.use(entry(key));
        } catch (IOException failure) {
            throw new UserException("the cache `" + folder + "` cannot be used: " + FileFailure.reason(failure, folder), failure);
        }
    }

    private void prune() {
        try {
            space.prune();
        } catch (IOException failure) {
            throw new UserException("the cache `" + folder + "` cannot be pruned: " + FileFailure.reason(failure, folder), failure);
        }
    }

    private void remove(String key) {
        try {
            Folders.remove(entry(key));
        } catch (IOException failure) {
            throw new UserException("the damaged bundle `" + entry(key) + "` cannot be removed: " + FileFailure.reason(failure, entry(key)), failure);
        }
    }
}
